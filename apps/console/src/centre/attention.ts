import type { BoardReserve, BoardWindow, CentreBoard } from '../model-centre.ts'

/** What waits for somebody, by kind, with the section that shows it. */
export interface Attention {
  readonly kind:
    | 'brokenWindows'
    | 'dueWindows'
    | 'alarmedReserves'
    | 'overdueItems'
    | 'openItems'
    | 'heldCharges'
  readonly section: 'windows' | 'reserves' | 'items' | 'held'
  readonly count: number
}

/** Whether the bank should have confirmed a window by the last closed day, and has not. */
export function isDue({ state, valueDate }: BoardWindow, day: string): boolean {
  return state === 'PENDING' && valueDate !== '' && valueDate < day
}

/** Everything that waits, the gravest first; nothing where all is in order. */
export function attentionOf({ day, windows, reserves, held, items }: CentreBoard): Attention[] {
  const overdue = items.filter((item) => item.overdue).length
  const all: Attention[] = [
    {
      kind: 'brokenWindows',
      section: 'windows',
      count: windows.filter(({ eventsHold }) => !eventsHold).length,
    },
    {
      kind: 'dueWindows',
      section: 'windows',
      count: windows.filter((window) => isDue(window, day)).length,
    },
    {
      kind: 'alarmedReserves',
      section: 'reserves',
      count: reserves.filter(({ alarms }) => alarms.length > 0).length,
    },
    { kind: 'overdueItems', section: 'items', count: overdue },
    { kind: 'openItems', section: 'items', count: items.length - overdue },
    { kind: 'heldCharges', section: 'held', count: held.length },
  ]
  return all.filter(({ count }) => count > 0)
}

/** Accounts with alarms first, then suspended members, then by how much of the cap is used. */
export function byUrgency(reserves: readonly BoardReserve[]): BoardReserve[] {
  const rank = ({ alarms, suspended }: BoardReserve) => (alarms.length > 0 ? 0 : suspended ? 1 : 2)
  return reserves.toSorted(
    (a, b) => rank(a) - rank(b) || useOfCap(b) - useOfCap(a) || (a.member < b.member ? -1 : 1),
  )
}

/** Part of the net debit cap that is used: 1 when it is reached, more when it is passed. */
export function useOfCap({ exposureFen, capFen }: BoardReserve): number {
  if (capFen === 0) return exposureFen === 0 ? 0 : 1
  return exposureFen / capFen
}
