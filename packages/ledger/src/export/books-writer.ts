import { compareText, type Day, type Fen, requireData } from '@unifare/core'
import { type Account, checkEntry, type Entry, type Posting } from '../entry.ts'
import { addPostings } from '../ledger.ts'
import { nameAccounts } from './account-names.ts'
import { type BooksFormat, DIALECTS, type Dialect, type EntryHead } from './dialects.ts'

/** What a file of books begins with. */
export interface BooksOptions {
  readonly format: BooksFormat
  /** Whose books they are. */
  readonly title: string
  /** All accounts that will come, those of `opening` among them. */
  readonly accounts: Iterable<Account>
  /** First day of the file. */
  readonly from: Day
  /** What the accounts held before that day; nothing where the books begin with it. */
  readonly opening?: ReadonlyMap<Account, Fen>
}

/** Writes books day after day; a day's entries are all that is held at once. */
export interface BooksWriter {
  /** Declarations, and what was there before the first day. */
  head(): Generator<string>
  /** A day's entries in order of their ids, then what every account that moved holds at its end. */
  day(day: Day, entries: readonly Entry[]): Generator<string>
}

/**
 * Books as text for another accounting program. The same entries give the same bytes. Throws
 * `ledger.bad-entry` for an account that was not told, a day that runs backwards or an entry of
 * another day, and `ledger.unbalanced`.
 */
export function createBooksWriter(options: BooksOptions): BooksWriter {
  const { format, title, from, opening = new Map<Account, Fen>() } = options
  const dialect: Dialect = DIALECTS[format]
  const names = nameAccounts(options.accounts, dialect.nameOf)
  const nameOf = (account: Account): string => {
    const name = names.get(account)
    requireData(name !== undefined, 'ledger.bad-entry', `account ${account} was not declared`)
    return name
  }
  const held = new Map(opening)
  let last: Day = ''

  function* entryText({ day, kind, textKey, id, refs, postings }: Entry): Generator<string> {
    const tags: EntryHead['tags'] = [
      ['id', id],
      ['day', day],
      ...Object.entries(refs)
        .sort(([a], [b]) => compareText(a, b))
        .map(([name, value]) => [`ref-${tagName(name)}`, value] as const),
    ]
    yield lines(dialect.entry({ day, kind, text: textKey, tags }))
    for (const { account, amountFen } of postings) {
      yield lines([dialect.posting({ name: nameOf(account), amountFen })])
    }
    yield '\n'
  }

  function* assertions(day: Day, moved: readonly Account[]): Generator<string> {
    if (moved.length === 0) return
    const rows = moved.map((account) => ({
      name: nameOf(account),
      amountFen: held.get(account) ?? 0,
    }))
    yield lines(dialect.assertion(day, rows))
    yield '\n'
  }

  return {
    *head() {
      yield lines(dialect.head(title))
      for (const [account, name] of names) yield lines(dialect.open(account, name, from))
      yield '\n'
      const postings = postingsOf(opening)
      if (postings.length > 0) yield* entryText(openingEntry(from, postings))
    },
    *day(day, entries) {
      requireData(day > last && day >= from, 'ledger.bad-entry', `${day} comes behind ${last}`)
      last = day
      const moved = new Set<Account>()
      for (const entry of entries.toSorted((a, b) => compareText(a.id, b.id))) {
        checkEntry(entry)
        requireData(entry.day === day, 'ledger.bad-entry', `entry ${entry.id} is not of ${day}`)
        for (const { account } of entry.postings) moved.add(account)
        move(held, entry.postings)
        yield* entryText(entry)
      }
      yield* assertions(day, [...moved].sort(compareText))
    },
  }
}

/** Adds in place: copying all balances for every entry would cost their number each time. */
function move(held: Map<Account, Fen>, postings: readonly Posting[]): void {
  const before = new Map(postings.map(({ account }) => [account, held.get(account) ?? 0]))
  for (const [account, amountFen] of addPostings(before, postings)) held.set(account, amountFen)
}

function postingsOf(opening: ReadonlyMap<Account, Fen>): Posting[] {
  return [...opening]
    .filter(([, amountFen]) => amountFen !== 0)
    .sort(([a], [b]) => compareText(a, b))
    .map(([account, amountFen]) => ({ account, amountFen }))
}

function openingEntry(day: Day, postings: readonly Posting[]): Entry {
  const entry: Entry = {
    id: `${day}/opening`,
    day,
    kind: 'opening',
    postings,
    refs: {},
    textKey: 'ledger.opening',
  }
  checkEntry(entry)
  return entry
}

/** Names of tags are letters, digits and `-` in all three programs. */
function tagName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9-]/g, '-')
}

function lines(list: readonly string[]): string {
  return list.map((line) => `${line}\n`).join('')
}
