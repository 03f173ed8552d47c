import { type Day, type Fen, requireData } from '@unifare/core'
import type { Position } from '../netting.ts'
import { type Dated, inForce } from '../rules/dated.ts'

/** Levels of centres 三级清分, the highest first (reference clearing 1.9, 32). */
export const TIERS = ['national', 'province', 'city'] as const
export type Tier = (typeof TIERS)[number]

/** How many digits of a division (GB/T 2260) a tier's centre answers for. */
const DIGITS: Readonly<Record<Tier, number>> = { national: 0, province: 2, city: 4 }

/** A centre in its place: a full one, with a parent that takes what is not its own. */
export interface TierCentre extends Dated {
  readonly centre: string
  readonly tier: Tier
  /** Empty for the national one. */
  readonly parent: string
  /** First digits of the divisions that it answers for: none, two or four. */
  readonly division: string
}

/** How far apart issuer and operator are. */
export type Reach = 'same-city' | 'same-province' | 'cross-province'

/** Which tier clears a ride. */
export interface TierRule extends Dated {
  readonly reach: Reach
  readonly tier: Tier
}

/** Tiers of the demonstration: ours. Every ride is cleared as low as both sides have a centre. */
export const DEMONSTRATION_TIER_RULES: readonly TierRule[] = [
  rule('same-city', 'city'),
  rule('same-province', 'province'),
  rule('cross-province', 'national'),
]

function rule(reach: Reach, tier: Tier): TierRule {
  return { id: reach, reach, tier, validFrom: '2026-01-01', validTo: null, source: 'ours' }
}

/** All centres and rules. */
export interface Tiers {
  readonly centres: readonly TierCentre[]
  readonly rules: readonly TierRule[]
}

/** What decides where a ride is cleared: divisions of six digits, and its day. */
export interface RoutedRide {
  readonly issuerDivision: string
  readonly operatorDivision: string
  /** Divisions of others that have a part in the price. */
  readonly others?: readonly string[]
  readonly day: Day
}

/** How far a ride reaches between all who have a part in it. */
export function reachOf(ride: Omit<RoutedRide, 'day'>): Reach {
  const { issuerDivision, operatorDivision, others = [] } = ride
  const same = (digits: number) =>
    [issuerDivision, ...others].every(
      (division) => division.slice(0, digits) === operatorDivision.slice(0, digits),
    )
  if (same(DIGITS.city)) return 'same-city'
  return same(DIGITS.province) ? 'same-province' : 'cross-province'
}

/**
 * The centre that clears a ride: that of the operator's place on the tier that the rule names, or the
 * next one above where that tier has none there. Throws `tier.bad-rules` where no rule speaks.
 */
export function clearingCentreOf(tiers: Tiers, ride: RoutedRide): TierCentre {
  const reach = reachOf(ride)
  const found = tiers.rules.find((one) => one.reach === reach && inForce(one, ride.day))
  requireData(found !== undefined, 'tier.bad-rules', `no tier for ${reach} on ${ride.day}`)
  const own = wayUp(tiers, ride.operatorDivision, ride.day)
  const highest = TIERS.indexOf(found.tier)
  const clearing = own.find(({ tier }) => TIERS.indexOf(tier) <= highest)
  requireData(clearing !== undefined, 'tier.bad-rules', `no centre for ${ride.operatorDivision}`)
  return clearing
}

/** What a centre does with a ride: clears it, or hands it to its parent. */
export type Hop = { readonly do: 'clear' } | { readonly do: 'forward'; readonly to: string }

/**
 * What a centre does with a ride that came to it. A centre that was not there yet on the day of the
 * ride hands it on. Throws `tier.unknown` for a centre that is none, is not above the operator, or
 * is above the centre that clears the ride: then the ride should not have come to it.
 */
export function nextHop(tiers: Tiers, centre: string, ride: RoutedRide): Hop {
  const clearing = clearingCentreOf(tiers, ride)
  if (clearing.centre === centre) return { do: 'clear' }
  const own = tiers.centres.filter((one) => one.centre === centre)
  const here = own.find((one) => inForce(one, ride.day)) ?? own.at(-1)
  const fits = here !== undefined && ride.operatorDivision.startsWith(here.division)
  requireData(fits, 'tier.unknown', `${centre} is not above ${ride.operatorDivision}`)
  requireData(
    TIERS.indexOf(clearing.tier) < TIERS.indexOf(here.tier),
    'tier.unknown',
    `${centre} is above ${clearing.centre}, which clears this ride`,
  )
  return { do: 'forward', to: here.parent }
}

/** Centres that answer for a division, the lowest first. */
export function wayUp(
  { centres }: Pick<Tiers, 'centres'>,
  division: string,
  day: Day,
): TierCentre[] {
  return centres
    .filter((one) => inForce(one, day) && division.startsWith(one.division))
    .sort((a, b) => TIERS.indexOf(b.tier) - TIERS.indexOf(a.tier))
}

/** What a centre's net result comes to for one of its children, and for whom below it. */
export interface ChildResult {
  /** The child; the member itself where no child stands between. */
  readonly unit: string
  readonly netFen: Fen
  /** What the child hands on: sums to `netFen`. */
  readonly members: readonly Position[]
}

/**
 * A centre's positions as it settles them: each child answers for its members with one sum and hands
 * the parts on. Sums to what the positions sum to.
 */
export function resultsByChild(
  positions: readonly Position[],
  options: {
    readonly tiers: Tiers
    readonly centre: string
    readonly day: Day
    /** Division of a member; undefined for the centre itself and others without a place. */
    readonly divisionOf: (member: string) => string | undefined
  },
): ChildResult[] {
  const { tiers, centre, day, divisionOf } = options
  const units = new Map<string, Position[]>()
  for (const position of positions) {
    const division = divisionOf(position.id)
    const way = division === undefined ? [] : wayUp(tiers, division, day)
    const at = way.findIndex((one) => one.centre === centre)
    const unit = way[at - 1]?.centre ?? position.id
    units.set(unit, [...(units.get(unit) ?? []), position])
  }
  return [...units]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([unit, members]) => ({
      unit,
      netFen: members.reduce((sum, { netFen }) => sum + netFen, 0),
      members,
    }))
}

/**
 * Refuses (`tier.bad-rules`) centres that do not make a tree on a day: one national centre above all, every
 * parent the next centre above the same places, and one centre of a tier for a place.
 */
export function checkTiers({ centres, rules }: Tiers, day: Day): void {
  const now = centres.filter((one) => inForce(one, day))
  for (const one of now) {
    const { centre, tier, parent, division } = one
    const digits = new RegExp(`^\\d{${DIGITS[tier]}}$`).test(division)
    requireData(digits, 'tier.bad-rules', `${centre}: ${division} is no ${tier}`)
    const twin = now.find(
      (other) => other !== one && other.tier === tier && other.division === division,
    )
    requireData(twin === undefined, 'tier.bad-rules', `${centre} and ${twin?.centre} are one place`)
    const [, above] = wayUp({ centres: now }, division, day).filter(
      (other) => other === one || TIERS.indexOf(other.tier) < TIERS.indexOf(tier),
    )
    const fits = parent === (above?.centre ?? '') && (tier === 'national') === (parent === '')
    requireData(fits, 'tier.bad-rules', `${centre}: its parent is ${above?.centre ?? 'nobody'}`)
  }
  for (const reach of ['same-city', 'same-province', 'cross-province'] as const) {
    const own = rules.filter((one) => one.reach === reach && inForce(one, day))
    requireData(own.length === 1, 'tier.bad-rules', `${own.length} rules for ${reach} on ${day}`)
  }
}
