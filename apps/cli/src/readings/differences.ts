import {
  ageDays,
  type BankLine,
  DIFFERENCE_KINDS,
  days,
  doubtFen,
  findDifferences,
  loadBankLines,
  loadFacts,
  parseBankCsv,
  parseCamt053,
  storedPayments,
} from '@unifare/centre'
import { type Day, type ErrorText, type Fen, parseDay, requireData, type Tx } from '@unifare/core'
import { findIssuerDifferences, ISSUER_DIFFERENCE_KINDS, statements } from '@unifare/issuer'
import { institutions } from '@unifare/registry'
import type { ReadParty } from './reading.ts'

/** A difference of any party, as it was found. */
export interface Found {
  readonly kind: keyof typeof KINDS
  readonly subject: string
  readonly leftFen: Fen | null
  readonly rightFen: Fen | null
  readonly since: Day
  /** Whom to ask; empty or absent for the party itself. */
  readonly member?: string
}

/** A difference with everything that its kind says. */
export type ToldDifference = ReturnType<typeof toldOf>

/** Text of a bank statement, camt.053 or the CSV profile, and the name of its file. */
export interface BankFile {
  readonly name: string
  readonly text: string
}

const KINDS = { ...DIFFERENCE_KINDS, ...ISSUER_DIFFERENCE_KINDS }

/**
 * Compares what a centre or an issuer has, up to a day or the last closed one, and a bank statement
 * with it. It reads only: the centre itself opens and closes its items (order `reconcile`). Throws
 * `data.no-day`, `data.unknown-party`, `bank.bad-statement`.
 */
export async function readDifferences(
  party: ReadParty,
  { day: asked, bank }: { readonly day?: Day; readonly bank?: BankFile },
) {
  if (asked !== undefined) parseDay(asked)
  const own = party.id === party.centre
  requireData(
    own || bank === undefined,
    'bank.bad-statement',
    "a bank statement is compared with the centre's settlement",
  )
  // An operator has statements too, and nothing here that they are compared with.
  const isOperator = institutions().some(({ id, role }) => id === party.id && role === 'operator')
  requireData(
    !isOperator,
    'data.unknown-party',
    `${party.id} is an operator: the centre and issuers are compared`,
  )
  const isBankFile = typeof bank?.name === 'string' && typeof bank.text === 'string'
  requireData(
    bank === undefined || isBankFile,
    'bank.bad-statement',
    'a bank statement has the name of its file and its text',
  )
  const lines = bank === undefined ? [] : linesOf(bank)
  const { day, found } = await party.read((tx) =>
    own
      ? compareCentre(tx, { centre: party.centre, asked, lines })
      : compareIssuer(tx, { member: party.id, asked }),
  )
  return { day, differences: found.map((one) => toldOf(one, day)) }
}

async function compareCentre(
  tx: Tx,
  options: {
    readonly centre: string
    readonly asked: Day | undefined
    readonly lines: readonly BankLine[]
  },
): Promise<{ readonly day: Day; readonly found: readonly Found[] }> {
  const { centre, asked, lines } = options
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
}

async function compareIssuer(
  tx: Tx,
  { member, asked }: { readonly member: string; readonly asked: Day | undefined },
): Promise<{ readonly day: Day; readonly found: readonly Found[] }> {
  const day = asked ?? (await tx.select(statements, {})).at(-1)?.day
  requireData(day !== undefined, 'data.unknown-party', `${member} has no statement as an issuer`)
  return { day, found: await findIssuerDifferences(tx, { member, day }) }
}

/** Lines of a statement as camt.053 or in the CSV profile, told apart by its first sign. */
function linesOf({ name, text }: BankFile): readonly BankLine[] {
  const isXml = text.trimStart().startsWith('<')
  const all = isXml ? parseCamt053(text) : [parseBankCsv(text, name)]
  return all.flatMap(({ lines }) => lines)
}

function toldOf(found: Found, day: Day) {
  const { text, todo, left, right, limitDays } = KINDS[found.kind]
  const age = ageDays(found.since, day)
  return {
    ...found,
    key: `${found.kind}/${found.subject}`,
    left,
    right,
    doubtFen: doubtFen(found),
    ageDays: age,
    overdue: age > limitDays,
    text: text as ErrorText,
    todo: todo as ErrorText,
  }
}
