import type { Day } from '@unifare/core'
import { simulated } from './institutions.ts'

/** A platform with codes of its own layout that is a member of the demonstration. Simulated. */
export type SimulatedPlatform = ReturnType<typeof simulated>['platforms'][number] & {
  readonly simulated: true
}

/**
 * Platforms whose codes simulated operators take, on a day or at any time: a code of any other
 * platform is not a member's. Never a fact of the real world.
 */
export function simulatedPlatforms(
  asked: { readonly at?: Day } = {},
): readonly SimulatedPlatform[] {
  const { at } = asked
  return simulated()
    .platforms.filter(({ from }) => at === undefined || from <= at)
    .map((one) => ({ ...one, simulated: true }))
}
