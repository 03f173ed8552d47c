import { type Day, requireData } from '@unifare/core'
import type { Charge } from '@unifare/tap'
import { inForce } from '../rules/dated.ts'
import { namedMembers } from '../rules/member-parts.ts'
import { nextHop, type TierCentre, type Tiers, wayUp } from './tiers.ts'

/** Centres in their tiers, and where members are. */
export interface TierOptions {
  readonly tiers: Tiers
  /** Division (GB/T 2260, six digits) of an issuer or operator; undefined for others. */
  readonly divisionOf: (member: string) => string | undefined
}

/** A centre among the others. */
export interface TierPlace {
  readonly id: string
  /** The centre above on a day; undefined for the national one. */
  parentOn(day: Day): string | undefined
  /** Centres right below on a day. */
  childrenOn(day: Day): readonly string[]
  /** Whether a centre is, was or will be right above. */
  readonly isParent: (centre: string) => boolean
  readonly isChild: (centre: string) => boolean
  readonly isCentre: (party: string) => boolean
  /** Whether a charge is for a centre above, by the rule of its day. Throws as `nextHop` does. */
  goesUp(charge: Charge): boolean
  /** Of those members that stand below a child: the child. */
  unitsOn(day: Day, members: Iterable<string>): Readonly<Record<string, string>>
  /** Of those operators that bring their taps to another centre: that centre, whose lists they hold. */
  listsOn(day: Day, members: Iterable<string>): Readonly<Record<string, string>>
}

/** Finds the place of a centre. Throws `tier.unknown` where the tiers do not know it. */
export function createTierPlace(id: string, { tiers, divisionOf }: TierOptions): TierPlace {
  const own = tiers.centres.filter(({ centre }) => centre === id)
  requireData(own.length > 0, 'tier.unknown', `${id} is in no tier`)
  const below = tiers.centres.filter(({ parent }) => parent === id)
  const wayOf = (member: string, day: Day): readonly TierCentre[] => {
    const division = divisionOf(member)
    return division === undefined ? [] : wayUp(tiers, division, day)
  }
  const byMember = (
    members: Iterable<string>,
    pick: (member: string) => string | undefined,
  ): Readonly<Record<string, string>> =>
    Object.fromEntries(
      [...members].sort().flatMap((member) => {
        const picked = pick(member)
        return picked === undefined ? [] : [[member, picked] as const]
      }),
    )
  return {
    id,
    parentOn: (day) => (own.find((one) => inForce(one, day)) ?? own.at(-1))?.parent || undefined,
    childrenOn: (day) => below.filter((one) => inForce(one, day)).map(({ centre }) => centre),
    isParent: (centre) => own.some(({ parent }) => parent === centre),
    isChild: (centre) => below.some((one) => one.centre === centre),
    isCentre: (party) => tiers.centres.some(({ centre }) => centre === party),
    goesUp(charge) {
      const { issuer, operator, tapDay: day } = charge
      const [issuerDivision, operatorDivision] = [divisionOf(issuer), divisionOf(operator)]
      // Of an issuer that nobody knows, this centre says so itself.
      if (issuerDivision === undefined || operatorDivision === undefined) return false
      const others = namedMembers(charge).flatMap((member) => divisionOf(member) ?? [])
      return nextHop(tiers, id, { issuerDivision, operatorDivision, others, day }).do === 'forward'
    },
    unitsOn: (day, members) =>
      byMember(members, (member) => {
        const way = wayOf(member, day)
        return way[way.findIndex(({ centre }) => centre === id) - 1]?.centre
      }),
    listsOn: (day, members) =>
      byMember(members, (member) => {
        const [lowest] = wayOf(member, day)
        return lowest === undefined || lowest.centre === id ? undefined : lowest.centre
      }),
  }
}
