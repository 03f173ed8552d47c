import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  type BankLine,
  days,
  findDifferences,
  loadBankLines,
  loadFacts,
  parseBankCsv,
  parseCamt053,
  storedPayments,
} from '@unifare/centre'
import { type Day, parseDay, requireData, UnifareError } from '@unifare/core'
import { findIssuerDifferences, statements } from '@unifare/issuer'
import { institutions } from '@unifare/registry'
import { EXIT, printJson, printLines } from '../../output.ts'
import { openStoredParty, type StoredParty } from '../../stored-network.ts'
import { describe, type Found, told } from './found.ts'

interface ReconcileOptions {
  readonly data: string
  readonly day?: string
  readonly bank?: string
  readonly party?: string
  readonly lang: 'en' | 'zh'
  readonly json?: boolean
}

/**
 * Compares what an ended network left, and prints every difference; exit code 1 when there is one.
 * It reads only: the centre itself opens and closes its items (order `reconcile`).
 */
export async function reconcile(options: ReconcileOptions): Promise<number> {
  if (options.day !== undefined) parseDay(options.day)
  const lines = options.bank === undefined ? [] : await readBank(options.bank)
  const stored = await openStoredParty(options.data, options.party)
  try {
    const own = stored.id === stored.centre
    requireData(
      own || options.bank === undefined,
      'bank.bad-statement',
      "a bank statement is compared with the centre's settlement",
    )
    // An operator has statements too, and nothing here that they are compared with.
    const isOperator = institutions().some(
      ({ id, role }) => id === stored.id && role === 'operator',
    )
    requireData(
      !isOperator,
      'data.unknown-party',
      `${stored.id} is an operator: the centre and issuers are compared`,
    )
    const { day, found } = own
      ? await compareCentre(stored, options.day, lines)
      : await compareIssuer(stored, options.day)
    if (options.json === true) printJson({ day, differences: found.map((one) => told(one, day)) })
    else printLines(...describe(found, day, options.lang))
    return found.length === 0 ? EXIT.ok : EXIT.differences
  } finally {
    await stored.close()
  }
}

function compareCentre(
  { repository, centre }: StoredParty,
  asked: Day | undefined,
  lines: readonly BankLine[],
): Promise<{ readonly day: Day; readonly found: readonly Found[] }> {
  return repository.transaction(async (tx) => {
    const closed = await tx.select(days, {})
    const day = asked ?? closed.at(-1)?.day
    const first = closed[0]?.day
    requireData(day !== undefined && first !== undefined, 'data.no-day', 'no day is closed yet')
    requireData(first <= day, 'data.no-day', `no day up to ${day} is closed: the first is ${first}`)
    const known = await loadBankLines(tx)
    const references = new Set(known.map(({ reference }) => reference))
    const bankLines = [...known, ...lines.filter(({ reference }) => !references.has(reference))]
    const found = findDifferences(await loadFacts(tx, day), {
      centre,
      payments: await storedPayments(tx),
      bankLines: bankLines.length === 0 ? undefined : bankLines,
    })
    return { day, found }
  })
}

function compareIssuer(
  { repository, id }: StoredParty,
  asked: Day | undefined,
): Promise<{ readonly day: Day; readonly found: readonly Found[] }> {
  return repository.transaction(async (tx) => {
    const day = asked ?? (await tx.select(statements, {})).at(-1)?.day
    requireData(day !== undefined, 'data.unknown-party', `${id} has no statement as an issuer`)
    return { day, found: await findIssuerDifferences(tx, { member: id, day }) }
  })
}

/** A statement as camt.053 or in the CSV profile, told apart by its first sign. */
async function readBank(file: string): Promise<readonly BankLine[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UnifareError('bank.bad-statement', `${file} cannot be read (${error.code})`)
  })
  const isXml = text.trimStart().startsWith('<')
  const statements = isXml ? parseCamt053(text) : [parseBankCsv(text, basename(file))]
  return statements.flatMap(({ lines }) => lines)
}
