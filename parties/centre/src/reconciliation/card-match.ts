import { businessDay, compareText, type Day, type Fen } from '@unifare/core'
import { deliveryId, MONEY_KINDS, type Tap } from '@unifare/tap'
import type { OrderMove } from '../order-moves.ts'
import type { Difference } from './difference.ts'

/**
 * Every card's balances along its own counter: before less amount is after, and after is the next
 * one's before. Missing counters are gaps that close when the late tap comes; a balance that rose is
 * explained by loads of the card's issuer, of which every order explains one rise. A centre `among`
 * others does not see all rides of a card: gaps are for its issuer to see.
 */
export function matchCards(
  taps: readonly Tap[],
  orders: readonly OrderMove[],
  { among = false }: { readonly among?: boolean | undefined } = {},
): Difference[] {
  const loads = loadsOf(orders)
  return [...tapsByCard(taps)]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([card, own]) => matchCard(card, own, { loads, among }))
}

/** Debits of each card, in order of its counter. */
export function tapsByCard(taps: readonly Tap[]): ReadonlyMap<string, readonly Tap[]> {
  const cards = new Map<string, Tap[]>()
  for (const tap of taps) {
    if (tap.medium !== 'card' || !MONEY_KINDS.has(tap.kind) || tap.kind === 'load') continue
    const card = `${tap.issuer}/${tap.account}`
    const list = cards.get(card)
    if (list === undefined) cards.set(card, [tap])
    else list.push(tap)
  }
  for (const list of cards.values()) {
    list.sort((a, b) => a.counter - b.counter || compareText(deliveryId(a), deliveryId(b)))
  }
  return cards
}

function matchCard(
  card: string,
  taps: readonly Tap[],
  { loads, among }: { readonly loads: Loads; readonly among: boolean },
): Difference[] {
  const found: Difference[] = []
  let before: Tap | undefined
  for (const tap of taps) {
    // Of a centre among others: what is between two rides may be with another one.
    if (before !== undefined && (!among || tap.counter <= before.counter + 1)) {
      found.push(...matchStep(card, [before, tap], loads))
    }
    if (before?.counter !== tap.counter) before = tap
  }
  return found
}

function matchStep(card: string, [before, tap]: readonly [Tap, Tap], loads: Loads): Difference[] {
  const common = {
    subject: `${card}/${tap.counter}`,
    since: businessDay(tap.at),
    member: tap.issuer,
  }
  if (before.counter === tap.counter) {
    const same = before.amountFen === tap.amountFen && before.balanceFen === tap.balanceFen
    return same
      ? []
      : [
          {
            ...common,
            kind: 'card.conflict',
            leftFen: before.amountFen,
            rightFen: tap.amountFen,
          },
        ]
  }
  const expectedFen = before.balanceFen - tap.amountFen
  const riseFen = tap.balanceFen - expectedFen
  const told = { ...common, leftFen: tap.balanceFen, rightFen: expectedFen }
  if (tap.counter > before.counter + 1) {
    // What the missing transactions took, as far as a load does not hide it.
    const hidden = riseFen > 0 && !loads.explain(tap.issuer, riseFen)
    const gap: Difference = {
      ...told,
      kind: 'card.gap',
      ...(riseFen > 0 && { leftFen: expectedFen }),
    }
    return hidden ? [gap, { ...told, kind: 'card.more' }] : [gap]
  }
  if (riseFen < 0) return [{ ...told, kind: 'card.less' }]
  return riseFen === 0 || loads.explain(tap.issuer, riseFen) ? [] : [{ ...told, kind: 'card.more' }]
}

interface Loads {
  /** Whether loads of an issuer that explain nothing else yet sum to an amount; takes them if so. */
  explain(issuer: string, amountFen: Fen): boolean
}

/** A rider loads once or twice between two rides, seldom more often. */
const LOADS_BETWEEN_RIDES = 3

function loadsOf(orders: readonly OrderMove[]): Loads {
  const free = new Map<string, Map<Fen, number>>()
  for (const { kind, issuer, amountFen } of orders) {
    if (kind !== 'load') continue
    const amounts = free.get(issuer) ?? new Map<Fen, number>()
    amounts.set(amountFen, (amounts.get(amountFen) ?? 0) + 1)
    free.set(issuer, amounts)
  }
  return {
    explain(issuer, amountFen) {
      const amounts = free.get(issuer) ?? new Map<Fen, number>()
      for (let most = 1; most <= LOADS_BETWEEN_RIDES; most++) {
        if (takeSum(amounts, amountFen, most)) return true
      }
      return false
    },
  }
}

/** Takes so many amounts out that sum to the one wanted, or leaves all. */
function takeSum(amounts: Map<Fen, number>, wanted: Fen, count: number): boolean {
  if (count === 1) return take(amounts, wanted)
  for (const amount of amounts.keys()) {
    if (amount >= wanted || !take(amounts, amount)) continue
    if (takeSum(amounts, wanted - amount, count - 1)) return true
    amounts.set(amount, (amounts.get(amount) ?? 0) + 1)
  }
  return false
}

function take(amounts: Map<Fen, number>, amount: Fen): boolean {
  const left = amounts.get(amount) ?? 0
  if (left === 0) return false
  amounts.set(amount, left - 1)
  return true
}

/** The shadows that are kept against the last settled tap of every card. */
export function matchShadows(
  shadows: ReadonlyMap<string, { readonly counter: number; readonly balanceFen: Fen }>,
  settledTaps: readonly Tap[],
  day: Day,
): Difference[] {
  return [...tapsByCard(settledTaps)].flatMap(([card, own]): Difference[] => {
    const last = own.at(-1)
    const kept = shadows.get(card)
    if (last === undefined || (kept?.counter ?? 0) > last.counter) return []
    if (kept?.counter === last.counter && kept.balanceFen === last.balanceFen) return []
    return [
      {
        kind: 'card.shadow',
        subject: card,
        leftFen: kept?.balanceFen ?? null,
        rightFen: last.balanceFen,
        since: day,
        member: last.issuer,
      },
    ]
  })
}
