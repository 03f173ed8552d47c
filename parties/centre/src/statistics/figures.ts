import { type Fen, fen } from '@unifare/core'
import type { Charge } from '@unifare/tap'

/** A ride as the statistics count it. */
export type CountedCharge = Pick<
  Charge,
  'medium' | 'issuer' | 'account' | 'operator' | 'city' | 'line' | 'taps' | 'amountFen'
>

/** A charge that settled; of a correction also what it took the place of. */
export interface SettledRide {
  readonly charge: CountedCharge
  /** Amount of the charge that it replaces; null for a first one. */
  readonly replacesFen: Fen | null
}

/** What is counted once however often it comes. */
export const SEEN_KINDS = [
  'cards',
  'codeNumbers',
  'issuers',
  'operators',
  'cities',
  'lines',
  'terminals',
] as const
export type SeenKind = (typeof SEEN_KINDS)[number]

/** Rides of an issuer's media in a city, and what they cost with their corrections. */
export interface PairFigures {
  readonly issuer: string
  readonly city: string
  readonly rides: number
  readonly amountFen: Fen
}

/** Figures of one day or of all days up to one: sums, and nobody's number. */
export interface Figures {
  readonly cardRides: number
  readonly codeRides: number
  readonly seen: Readonly<Record<SeenKind, number>>
  /** By issuer, then city. */
  readonly pairs: readonly PairFigures[]
}

/** Names that a day's rides showed, by what they are names of. */
export type SeenNames = Readonly<Record<SeenKind, ReadonlySet<string>>>

export const NO_FIGURES: Figures = {
  cardRides: 0,
  codeRides: 0,
  seen: { cards: 0, codeNumbers: 0, issuers: 0, operators: 0, cities: 0, lines: 0, terminals: 0 },
  pairs: [],
}

/** Counts the rides of a day. */
export function figuresOf(rides: readonly SettledRide[]): {
  readonly figures: Figures
  readonly names: SeenNames
} {
  let [cardRides, codeRides] = [0, 0]
  const names = {
    cards: new Set<string>(),
    codeNumbers: new Set<string>(),
    issuers: new Set<string>(),
    operators: new Set<string>(),
    cities: new Set<string>(),
    lines: new Set<string>(),
    terminals: new Set<string>(),
  }
  const pairs: PairFigures[] = []
  for (const { charge, replacesFen } of rides) {
    const { medium, issuer, account, operator, city, line, taps, amountFen } = charge
    const isNew = replacesFen === null
    if (isNew && medium === 'card') cardRides += 1
    if (isNew && medium !== 'card') codeRides += 1
    pairs.push({ issuer, city, rides: isNew ? 1 : 0, amountFen: amountFen - (replacesFen ?? 0) })
    names[medium === 'card' ? 'cards' : 'codeNumbers'].add(`${issuer}/${account}`)
    names.issuers.add(issuer)
    names.operators.add(operator)
    names.cities.add(city)
    if (line > 0) names.lines.add(`${operator}/${line}`)
    for (const { terminal } of taps) names.terminals.add(terminal)
  }
  const seen = countEach((kind) => names[kind].size)
  return { figures: { cardRides, codeRides, seen, pairs: summed(pairs) }, names }
}

/** Figures up to a day: those before it, its own, and how many of its names were new. */
export function addFigures(
  before: Figures,
  own: Figures,
  fresh: Readonly<Record<SeenKind, number>>,
): Figures {
  return {
    cardRides: before.cardRides + own.cardRides,
    codeRides: before.codeRides + own.codeRides,
    seen: countEach((kind) => before.seen[kind] + fresh[kind]),
    pairs: summed([...before.pairs, ...own.pairs]),
  }
}

/** A number for each kind. */
export function countEach(count: (kind: SeenKind) => number): Record<SeenKind, number> {
  return Object.fromEntries(SEEN_KINDS.map((kind) => [kind, count(kind)])) as Record<
    SeenKind,
    number
  >
}

function summed(pairs: readonly PairFigures[]): PairFigures[] {
  const sums = new Map<string, PairFigures>()
  for (const { issuer, city, rides, amountFen } of pairs) {
    const key = `${issuer}/${city}`
    const known = sums.get(key) ?? { issuer, city, rides: 0, amountFen: 0 }
    const sum = { rides: known.rides + rides, amountFen: fen(known.amountFen + amountFen) }
    sums.set(key, { issuer, city, ...sum })
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair)
}
