import type { Day, Fen } from '@unifare/core'
import { type Account, addPostings, type Entry } from '@unifare/ledger'
import type { Position } from '../netting.ts'
import type { Difference } from './difference.ts'

/** What a closed day says of one member, in three places. */
export interface DayBooks {
  readonly day: Day
  readonly centre: string
  readonly positions: readonly Position[]
  /** Net of every member's statement, from its lines. */
  readonly statementNets: ReadonlyMap<string, Fen>
  /** Entries that settle the day, and its orders, of whatever day they were booked in. */
  readonly entries: readonly Entry[]
}

/** Positions against the ledger and against the statements, member by member. */
export function matchBooks(books: DayBooks): Difference[] {
  const booked = bookedNets(books.entries)
  const members = new Set([
    ...books.positions.map(({ id }) => id),
    ...booked.keys(),
    ...books.statementNets.keys(),
  ])
  members.delete(books.centre)
  const positions = new Map(books.positions.map(({ id, netFen }) => [id, netFen]))
  return [...members].sort().flatMap((member) => {
    const leftFen = positions.get(member) ?? 0
    const common = { subject: `${books.day}/${member}`, leftFen, since: books.day, member }
    const found: Difference[] = []
    const ledgerFen = booked.get(member) ?? 0
    if (ledgerFen !== leftFen) {
      found.push({ ...common, kind: 'ledger.settlement', rightFen: ledgerFen })
    }
    const statedFen = books.statementNets.get(member) ?? 0
    if (statedFen !== leftFen) {
      found.push({ ...common, kind: 'statement.position', rightFen: statedFen })
    }
    return found
  })
}

/** What the entries give and take each member: `member/<id>/receivable` and `payable`. */
function bookedNets(entries: readonly Entry[]): ReadonlyMap<string, Fen> {
  const nets = new Map<string, Fen>()
  for (const { postings } of entries) {
    for (const { account, amountFen } of postings) {
      const [, member] = /^member\/([^/]+)\/(?:receivable|payable)$/.exec(account) ?? []
      if (member !== undefined) nets.set(member, (nets.get(member) ?? 0) + amountFen)
    }
  }
  return nets
}

/** Balances that are kept against the sum of all entries. */
export function matchBalances(
  kept: ReadonlyMap<Account, Fen>,
  entries: readonly Entry[],
  day: Day,
): Difference[] {
  const summed = addPostings(
    new Map(),
    entries.flatMap(({ postings }) => postings),
  )
  const accounts = new Set([...kept.keys(), ...summed.keys()])
  return [...accounts].sort().flatMap((account): Difference[] => {
    const [leftFen, rightFen] = [kept.get(account) ?? 0, summed.get(account) ?? 0]
    return leftFen === rightFen
      ? []
      : [{ kind: 'ledger.balance', subject: account, leftFen, rightFen, since: day, member: '' }]
  })
}
