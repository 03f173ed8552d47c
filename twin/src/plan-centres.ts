import { TIERS, wayUp } from '@unifare/centre'
import type { Plan } from './plan.ts'

/** Ids of all centres of a plan, the highest first. */
export function centresOf({ centre, tiers }: Plan): readonly string[] {
  if (tiers === undefined) return [centre.id]
  const all = tiers.centres.toSorted((a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier))
  return [...new Set(all.map((one) => one.centre))]
}

/** The centre that a member talks to: the lowest above its place. */
export function centreOf(plan: Plan, member: string): string {
  const { centre, tiers, day } = plan
  const division = divisionOf(plan, member)
  if (tiers === undefined || division === undefined) return centre.id
  return wayUp(tiers, division, day)[0]?.centre ?? centre.id
}

/** Division of an issuer or operator. */
export function divisionOf(
  { issuers, operators }: Pick<Plan, 'issuers' | 'operators'>,
  member: string,
): string | undefined {
  const all = [...issuers, ...operators.map(({ institution }) => institution)]
  return all.find(({ id }) => id === member)?.division
}
