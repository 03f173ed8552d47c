/**
 * Riders that ride in the whole demonstration at least: every step of every metro's fare ladder has
 * one of its own.
 */
export const LADDER_RIDERS = 45

/** What is said when more ride than were asked for; nothing otherwise. */
export function tellRiders(asked: number, riding: number): string | undefined {
  if (riding <= asked) return undefined
  return `${riding} riders ride, not ${asked}: every step of the metros' fare ladders is ridden once at least · 地铁每级票价至少有一名乘客，共 ${riding} 名`
}
