import type { Fen } from '@unifare/core'
import { baseLadder } from './base-fare.ts'
import { type Ladder, ladderFare } from './ladder.ts'
import type { BaseFare, MeteredFare, Tariff } from './tariff.ts'

interface Step {
  readonly upto: number
  readonly amountFen: Fen
}

/** A base fare as it is drawn. */
export type FarePicture =
  /** One amount whatever the ride. */
  | { readonly kind: 'flat'; readonly amountFen: Fen }
  /** Amounts that jump: each holds from behind the bound before it to its own, inclusive. */
  | {
      readonly kind: 'steps'
      readonly unit: 'm' | 'stops' | 's'
      readonly steps: readonly Step[]
      /** Whether dearer rides follow behind the last step that is drawn. */
      readonly goesOn: boolean
    }
  /** Fares between places, row by row, as they stand in the table. */
  | {
      readonly kind: 'table'
      readonly places: readonly (readonly number[])[]
      readonly amountsFen: readonly Fen[]
    }

const UNITS = { 'distance-ladder': 'm', 'stop-ladder': 'stops', 'elapsed-ladder': 's' } as const
/** Open steps that are drawn. */
const OPEN_STEPS = 4
/** As far as a ceiling is looked for. */
const CAPPED_STEPS = 40
/** A taxi's short steps are drawn to this distance. */
const METERED_UNTIL_M = 15_000

/** A base fare of a tariff as a picture shows it: every jump of its price, nothing computed anew. */
export function farePicture(tariff: Pick<Tariff, 'tables'>, base: BaseFare): FarePicture {
  switch (base.kind) {
    case 'flat':
      return { kind: 'flat', amountFen: base.amountFen }
    case 'distance-ladder':
    case 'stop-ladder':
    case 'elapsed-ladder':
      return { kind: 'steps', unit: UNITS[base.kind], ...stepsOf(baseLadder(base)) }
    case 'metered':
      return { kind: 'steps', unit: 'm', ...meteredSteps(base) }
    case 'table': {
      const table = tariff.tables?.find(({ id }) => id === base.table)
      if (table === undefined) throw new TypeError(`the tariff has no table ${base.table}`)
      return { kind: 'table', places: table.places, amountsFen: table.amountsFen }
    }
  }
}

function stepsOf(ladder: Ladder): Pick<FarePicture & { kind: 'steps' }, 'steps' | 'goesOn'> {
  const { bounds, tail, capFen } = ladder
  const last = bounds.at(-1) ?? 0
  const open =
    tail.addFen === 0
      ? [last + Math.max(1, Math.round(last / 3))]
      : Array.from(
          { length: capFen === null ? OPEN_STEPS : CAPPED_STEPS },
          (_, index) => last + (index + 1) * tail.width,
        )
  const steps: Step[] = []
  for (const upto of [...bounds, ...open]) {
    const amountFen = ladderFare(ladder, upto)
    const before = steps.at(-1)
    // Steps of one amount, above a ceiling for instance, are one.
    if (before?.amountFen === amountFen) steps[steps.length - 1] = { upto, amountFen }
    else steps.push({ upto, amountFen })
  }
  const ended = capFen !== null && (steps.at(-1)?.amountFen ?? 0) >= capFen
  return { steps: ended ? cutShort(steps) : steps, goesOn: !ended && tail.addFen > 0 }
}

/** Behind a ceiling nothing changes: its step is drawn a little way. */
function cutShort(steps: readonly Step[]): readonly Step[] {
  const [last, before] = [steps.at(-1), steps.at(-2)]
  if (last === undefined || before === undefined) return steps
  return [...steps.slice(0, -1), { ...last, upto: Math.min(last.upto, shortly(before.upto)) }]
}

function shortly(measure: number): number {
  return Math.ceil((measure * 5) / 4)
}

function meteredSteps({ startFen, startM, unitM, unitFen, minFen, maxFen }: MeteredFare) {
  const amountFen = (units: number) =>
    Math.min(maxFen, Math.max(minFen, startFen + units * unitFen))
  const count = Math.max(1, Math.ceil((METERED_UNTIL_M - startM) / unitM))
  const steps = Array.from({ length: count + 1 }, (_, units) => ({
    upto: startM + units * unitM,
    amountFen: amountFen(units),
  }))
  return { steps, goesOn: amountFen(count) < maxFen }
}
