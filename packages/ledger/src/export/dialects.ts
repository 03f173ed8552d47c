import { type Day, type Fen, formatYuan, nextDay } from '@unifare/core'
import type { Account } from '../entry.ts'
import { type NameAccount, pathName, rootedName } from './account-names.ts'
import { accountType } from './account-types.ts'

/** Programs whose language the books are written in. */
export type BooksFormat = 'hledger' | 'ledger' | 'beancount'

/** What stands at the head of an entry: the same in every dialect. */
export interface EntryHead {
  readonly day: Day
  readonly kind: string
  readonly text: string
  /** Names and values of what is kept beside the money, in order. */
  readonly tags: readonly (readonly [name: string, value: string])[]
}

/** One line of money: what an account receives (above zero) or holds. */
export interface Line {
  readonly name: string
  readonly amountFen: Fen
}

/** How a program wants its text. All of them hold one currency with two decimals. */
export interface Dialect {
  /** What the file is called behind the last dot. */
  readonly extension: string
  readonly nameOf: NameAccount
  /** First lines of a file. */
  readonly head: (title: string) => readonly string[]
  /** Declares an account before its first use. */
  readonly open: (account: Account, name: string, day: Day) => readonly string[]
  readonly entry: (head: EntryHead) => readonly string[]
  readonly posting: (line: Line) => string
  /** What the accounts hold at the end of a day: the program itself compares. */
  readonly assertion: (day: Day, lines: readonly Line[]) => readonly string[]
}

const CURRENCY = 'CNY'

/** `-1234` fen as `-12.34 CNY`: exact, whatever the size. */
export function decimal(amountFen: Fen): string {
  return `${formatYuan(amountFen)} ${CURRENCY}`
}

/** Letters of hledger for the five kinds of accounts. */
const HLEDGER_TYPE = {
  Assets: 'A',
  Liabilities: 'L',
  Equity: 'E',
  Income: 'R',
  Expenses: 'X',
} as const satisfies Record<ReturnType<typeof accountType>, string>

/** Keeps values in one line and free of what ends a tag: all other characters as `%XX`. */
function plain(value: string): string {
  return value.replaceAll(/[^\p{L}\p{N}._/@+=-]/gu, (character) => encodeURIComponent(character))
}

/** hledger and ledger share how entries look; they differ in directives. */
const journal = {
  nameOf: pathName,
  entry: ({ day, kind, text, tags }) => [
    `${day} * ${plain(kind)}`,
    ...[['text', text] as const, ...tags].map(([name, value]) => `    ; ${name}: ${plain(value)}`),
  ],
  posting: ({ name, amountFen }) => `    ${name}  ${decimal(amountFen)}`,
  assertion: (day, lines) => [
    `${day} * closing-balances`,
    ...lines.map(({ name, amountFen }) => `    ${name}  ${decimal(0)} = ${decimal(amountFen)}`),
  ],
} as const satisfies Partial<Dialect>

/** The three dialects: data and the smallest of writers, over one model of entries. */
export const DIALECTS = {
  hledger: {
    ...journal,
    extension: 'hledger',
    head: (title) => [comment(title), `commodity 1000.00 ${CURRENCY}`],
    open: (account, name) => [`account ${name}  ; type: ${HLEDGER_TYPE[accountType(account)]}`],
  },
  ledger: {
    ...journal,
    extension: 'ledger',
    head: (title) => [comment(title), `commodity ${CURRENCY}`, `    format 1000.00 ${CURRENCY}`],
    open: (account, name) => [`account ${name}`, `    note ${accountType(account)}`],
  },
  beancount: {
    extension: 'beancount',
    nameOf: rootedName,
    head: (title) => [
      `option "title" ${quoted(title)}`,
      `option "operating_currency" "${CURRENCY}"`,
    ],
    open: (account, name, day) => [
      `${day} open ${name} ${CURRENCY}`,
      `  account: ${quoted(account)}`,
    ],
    entry: ({ day, kind, text, tags }) => [
      `${day} * ${quoted(kind)} ${quoted(text)}`,
      ...tags.map(([name, value]) => `  ${name}: ${quoted(value)}`),
    ],
    posting: ({ name, amountFen }) => `  ${name}  ${decimal(amountFen)}`,
    // Beancount compares at the beginning of a day, and would forgive a fen without a tolerance.
    assertion: (day, lines) =>
      lines.map(
        ({ name, amountFen }) =>
          `${nextDay(day)} balance ${name}  ${formatYuan(amountFen)} ~ 0 ${CURRENCY}`,
      ),
  },
} as const satisfies Record<BooksFormat, Dialect>

function comment(text: string): string {
  return `; ${oneLine(text)}`
}

function quoted(text: string): string {
  return `"${oneLine(text).replaceAll(/[\\"]/g, '\\$&')}"`
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}
