/** One of several ways to do the same work; a call does one round of it. */
export interface Contender<Name extends string> {
  readonly name: Name
  round(): void
}

/** CPU seconds that each contender used in each round. */
export type RoundTimes<Name extends string> = Readonly<Record<Name, readonly number[]>>

/** CPU seconds of this process so far, user and system, helper threads of the engine included. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/**
 * Runs the contenders in turns, so that a busy neighbour hits all of them, behind one round to
 * warm up. The order turns around from round to round.
 */
export function runRounds<Name extends string>(
  contenders: readonly Contender<Name>[],
  options: { readonly rounds: number; readonly tell?: (round: number) => void },
): RoundTimes<Name> {
  const times = Object.fromEntries(contenders.map(({ name }) => [name, [] as number[]])) as Record<
    Name,
    number[]
  >
  for (const contender of contenders) contender.round()
  for (let round = 1; round <= options.rounds; round++) {
    for (const contender of round % 2 === 0 ? contenders.toReversed() : contenders) {
      const started = cpuSeconds()
      contender.round()
      times[contender.name].push(cpuSeconds() - started)
    }
    options.tell?.(round)
  }
  return times
}

/** The middle of some values, or the mean of both middles. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return middle.reduce<number>((sum, value) => sum + (value ?? Number.NaN) / 2, 0)
}

/** The value below which a part (0 to 1) of all values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

/** How often `ours` fits into `theirs`: the median of the rounds' ratios, two decimals. */
export function ratio(theirs: readonly number[], ours: readonly number[]): number {
  return Number(median(theirs.map((time, i) => time / (ours[i] ?? Number.NaN))).toFixed(2))
}
