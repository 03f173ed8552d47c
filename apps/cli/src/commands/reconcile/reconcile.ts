import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  ageDays,
  type BankLine,
  DIFFERENCE_KINDS,
  type Difference,
  days,
  differenceKey,
  doubtFen,
  findDifferences,
  isOverdue,
  loadBankLines,
  loadFacts,
  parseBankCsv,
  parseCamt053,
  storedPayments,
} from '@unifare/centre'
import { type Day, type Fen, formatYuan, parseDay, requireData, UnifareError } from '@unifare/core'
import { EXIT, printJson, printLines } from '../../output.ts'
import { openStoredParty, type StoredParty } from '../../stored-network.ts'

interface ReconcileOptions {
  readonly data: string
  readonly day?: string
  readonly bank?: string
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
  const stored = await openStoredParty(options.data)
  try {
    const { day, found } = await compare(stored, options.day, lines)
    if (options.json === true) printJson({ day, differences: found.map((one) => told(one, day)) })
    else printLines(...describe(found, day, options.lang))
    return found.length === 0 ? EXIT.ok : EXIT.differences
  } finally {
    await stored.close()
  }
}

function compare(
  { repository, centre }: StoredParty,
  asked: Day | undefined,
  lines: readonly BankLine[],
): Promise<{ readonly day: Day; readonly found: readonly Difference[] }> {
  return repository.transaction(async (tx) => {
    const day = asked ?? (await tx.select(days, {})).at(-1)?.day
    requireData(day !== undefined, 'data.no-network', 'no day is closed yet')
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

/** A statement as camt.053 or in the CSV profile, told apart by its first sign. */
async function readBank(file: string): Promise<readonly BankLine[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UnifareError('bank.bad-statement', `${file} cannot be read (${error.code})`)
  })
  const isXml = text.trimStart().startsWith('<')
  const statements = isXml ? parseCamt053(text) : [parseBankCsv(text, basename(file))]
  return statements.flatMap(({ lines }) => lines)
}

function told(difference: Difference, day: Day) {
  const { text, todo, left, right } = DIFFERENCE_KINDS[difference.kind]
  return {
    ...difference,
    key: differenceKey(difference),
    left,
    right,
    doubtFen: doubtFen(difference),
    ageDays: ageDays(difference.since, day),
    overdue: isOverdue(difference, day),
    text,
    todo,
  }
}

const WORDS = {
  en: { none: 'no differences up to', age: 'days', overdue: 'OVERDUE' },
  zh: { none: '截至该日无差异：', age: '天', overdue: '已逾期' },
} as const

function describe(found: readonly Difference[], day: Day, lang: 'en' | 'zh'): string[] {
  const words = WORDS[lang]
  if (found.length === 0) return [`${words.none} ${day}`]
  return found.flatMap((difference) => {
    const { text, todo, left, right } = DIFFERENCE_KINDS[difference.kind]
    const age = `${ageDays(difference.since, day)} ${words.age}`
    const late = isOverdue(difference, day) ? `, ${words.overdue}` : ''
    return [
      `${differenceKey(difference)}  ${difference.member}  ${difference.since} (${age}${late})`,
      `    ${text[lang]}: ${left} ${yuan(difference.leftFen)}, ${right} ${yuan(difference.rightFen)}`,
      `    → ${todo[lang]}`,
    ]
  })
}

function yuan(amountFen: Fen | null): string {
  return amountFen === null ? '–' : formatYuan(amountFen)
}
