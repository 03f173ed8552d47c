import { compareText, type Day, type Fen } from '@unifare/core'
import { account, type Entry } from '@unifare/ledger'
import { type Difference, differenceKey, doubtFen } from './difference.ts'
import { DIFFERENCE_KINDS, type DifferenceName, type Source } from './kinds.ts'

/** A difference on the books: it opens, changes and closes, and never goes away. */
export interface SuspenseItem extends Difference {
  /** Business day in which it was found, and in which it was gone again; empty while it stands. */
  readonly openedOn: Day
  readonly closedOn: string
  /** How often it opened, changed or closed: every entry about it has a number of its own. */
  readonly steps: number
}

/** What one comparison did to the items. */
export interface SuspenseChange {
  /** New or changed rows, to be stored. */
  readonly items: readonly SuspenseItem[]
  readonly opened: readonly string[]
  readonly closed: readonly string[]
  /** Every one sums to zero. */
  readonly entries: readonly Entry[]
}

/**
 * Brings the items to what was found on a day: opens what is new, follows amounts that changed,
 * closes what is gone, opens again what comes back. Found twice is found once. `looked` says which
 * sources were compared: items of the others stay as they are.
 */
export function changeSuspense(
  known: ReadonlyMap<string, SuspenseItem>,
  found: readonly Difference[],
  { day, looked }: { readonly day: Day; readonly looked: (kind: DifferenceName) => boolean },
): SuspenseChange {
  const items: SuspenseItem[] = []
  const entries: Entry[] = []
  const opened: string[] = []
  const closed: string[] = []
  const change = (item: SuspenseItem, byFen: Fen) => {
    items.push(item)
    entries.push(...suspenseEntry(item, byFen, day))
  }
  const standing = new Set<string>()
  for (const difference of found) {
    const key = differenceKey(difference)
    if (standing.has(key)) continue
    standing.add(key)
    const item = known.get(key)
    const open = item?.closedOn === ''
    const bookedFen = item !== undefined && open ? doubtFen(item) : 0
    if (item !== undefined && open && sameSides(item, difference)) continue
    const steps = (item?.steps ?? 0) + 1
    const openedOn = item !== undefined && open ? item.openedOn : day
    if (!open) opened.push(key)
    change({ ...difference, openedOn, closedOn: '', steps }, doubtFen(difference) - bookedFen)
  }
  for (const [key, item] of [...known].sort(([a], [b]) => compareText(a, b))) {
    if (item.closedOn !== '' || standing.has(key) || !looked(item.kind)) continue
    // A comparison of an earlier day knows nothing of it yet.
    if (item.openedOn > day) continue
    closed.push(key)
    change({ ...item, closedOn: day, steps: item.steps + 1 }, 0 - doubtFen(item))
  }
  return { items, opened, closed, entries }
}

function sameSides(item: Difference, other: Difference): boolean {
  return item.leftFen === other.leftFen && item.rightFen === other.rightFen
}

/** Books money into suspense against the comparison that doubts it; nothing for no money. */
function suspenseEntry(item: SuspenseItem, byFen: Fen, day: Day): Entry[] {
  if (byFen === 0) return []
  const key = differenceKey(item)
  return [
    {
      id: `suspense-item/${key}/${item.steps}`,
      day,
      kind: 'suspense-item',
      postings: [
        { account: account('suspense', 'reconciliation', item.kind), amountFen: byFen },
        { account: account('reconciliation', ...sides(item.kind)), amountFen: 0 - byFen },
      ],
      refs: { item: key },
      textKey: `centre.suspense-item.${item.closedOn === '' ? 'open' : 'closed'}`,
    },
  ]
}

function sides(kind: DifferenceName): [Source, Source] {
  const { left, right } = DIFFERENCE_KINDS[kind]
  return [left, right]
}
