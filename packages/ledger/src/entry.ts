import { canonicalJson, type Day, type Fen, parseDay, requireData, sumFen } from '@unifare/core'

/**
 * Account as a path from the general to the particular: `member/02002900/position`,
 * `suspense/late-taps`. Parts are letters, digits, `.`, `_` and `-`.
 */
export type Account = string

/** One line of an entry: above zero the account receives, below zero it gives. */
export interface Posting {
  readonly account: Account
  readonly amountFen: Fen
}

/** A movement between accounts. It never changes: a correction is a new entry. */
export interface Entry {
  /** Made from what it books, so that booking it again is recognised. */
  readonly id: string
  /** Business day that it is booked in. */
  readonly day: Day
  /** What it is, for machines: `settlement`, `fee`, `advance`. */
  readonly kind: string
  /** At least two; as many as are booked together. */
  readonly postings: readonly Posting[]
  /** What it rests on: names and ids of charges, batches, statements. */
  readonly refs: Readonly<Record<string, string>>
  /** Key of the text that people read. */
  readonly textKey: string
}

const ACCOUNT = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/

/** Account of its parts, from general to particular. Throws `ledger.bad-entry`. */
export function account(...parts: readonly string[]): Account {
  const path = parts.join('/')
  const plain = ACCOUNT.test(path) && parts.every((part) => !part.includes('/'))
  requireData(plain, 'ledger.bad-entry', `not an account: ${path}`, { account: path })
  return path
}

/** Throws `ledger.bad-entry`, or `ledger.unbalanced` when the postings do not sum to zero. */
export function checkEntry(entry: Entry): void {
  const { id, postings } = entry
  requireData(id.length > 0, 'ledger.bad-entry', 'an entry needs an id')
  requireData(postings.length >= 2, 'ledger.bad-entry', `entry ${id}: needs two postings`, { id })
  parseDay(entry.day)
  for (const posting of postings) {
    const plain = ACCOUNT.test(posting.account)
    requireData(plain, 'ledger.bad-entry', `entry ${id}: not an account: ${posting.account}`, {
      id,
    })
  }
  const differenceFen = sumFen(postings.map((posting) => posting.amountFen))
  requireData(
    differenceFen === 0,
    'ledger.unbalanced',
    `entry ${id}: postings sum to ${differenceFen} fen, not to zero`,
    { id, differenceFen },
  )
}

/**
 * Entries that were not booked yet, each once. Throws `ledger.conflict` when an id was booked, or
 * is given twice, with other content.
 */
export function newEntries(
  booked: (id: string) => Entry | undefined,
  entries: readonly Entry[],
): Entry[] {
  const fresh = new Map<string, Entry>()
  for (const entry of entries) {
    checkEntry(entry)
    const known = booked(entry.id) ?? fresh.get(entry.id)
    requireData(
      known === undefined || canonicalJson(known) === canonicalJson(entry),
      'ledger.conflict',
      `entry ${entry.id} is booked with other content`,
      { id: entry.id },
    )
    if (known === undefined) fresh.set(entry.id, entry)
  }
  return [...fresh.values()]
}
