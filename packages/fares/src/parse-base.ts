import {
  checked,
  type Faults,
  list,
  nullable,
  object,
  oneOf,
  type Reader,
  text,
  variant,
  whole,
} from './reader.ts'
import type {
  BaseFare,
  DistanceLadder,
  ElapsedLadder,
  FlatFare,
  MeteredFare,
  StopLadder,
  TableFare,
} from './tariff.ts'

export const fenAmount = whole(0, 100_000_000)
const measure = whole(1, 1_000_000_000)
const kind = <const K extends string>(word: K): Reader<K> => oneOf(word)

const flat: Reader<BaseFare> = object<FlatFare>({ kind: kind('flat'), amountFen: fenAmount })

const distanceLadder: Reader<BaseFare> = checked(
  object<DistanceLadder>({
    kind: kind('distance-ladder'),
    distance: oneOf('shortest-path', 'ride'),
    first: object<DistanceLadder['first']>({ uptoM: measure, amountFen: fenAmount }),
    steps: list(
      object<DistanceLadder['steps'][number]>({
        widthM: measure,
        untilM: nullable(measure),
        addFen: fenAmount,
      }),
      1,
    ),
    capFen: nullable(fenAmount),
  }),
  ({ first, steps, capFen }, path, faults) => {
    checkSteps(
      steps.map(({ widthM, untilM, addFen }) => ({ width: widthM, until: untilM, addFen })),
      { from: first.uptoM, path: `${path}.steps`, unit: 'm' },
      faults,
    )
    checkCap(capFen, first.amountFen, path, faults)
  },
)

const elapsedLadder: Reader<BaseFare> = checked(
  object<ElapsedLadder>({
    kind: kind('elapsed-ladder'),
    freeS: whole(0, 1_000_000_000),
    steps: list(
      object<ElapsedLadder['steps'][number]>({
        widthS: measure,
        untilS: nullable(measure),
        addFen: fenAmount,
      }),
      1,
    ),
    capFen: nullable(fenAmount),
  }),
  ({ freeS, steps }, path, faults) =>
    checkSteps(
      steps.map(({ widthS, untilS, addFen }) => ({ width: widthS, until: untilS, addFen })),
      { from: freeS, path: `${path}.steps`, unit: 's' },
      faults,
    ),
)

const stopLadder: Reader<BaseFare> = checked(
  object<StopLadder>({
    kind: kind('stop-ladder'),
    stops: oneOf('network', 'ride'),
    first: object<StopLadder['first']>({ uptoStops: measure, amountFen: fenAmount }),
    steps: list(
      object<StopLadder['steps'][number]>({
        widthStops: measure,
        untilStops: nullable(measure),
        addFen: fenAmount,
      }),
      1,
    ),
    capFen: nullable(fenAmount),
  }),
  ({ first, steps, capFen }, path, faults) => {
    checkSteps(
      steps.map(({ widthStops, untilStops, addFen }) => ({
        width: widthStops,
        until: untilStops,
        addFen,
      })),
      { from: first.uptoStops, path: `${path}.steps`, unit: 'stops' },
      faults,
    )
    checkCap(capFen, first.amountFen, path, faults)
  },
)

const table: Reader<BaseFare> = object<TableFare>({ kind: kind('table'), table: text })

const metered: Reader<BaseFare> = checked(
  object<MeteredFare>({
    kind: kind('metered'),
    startFen: fenAmount,
    startM: whole(0, 1_000_000),
    unitM: measure,
    unitFen: fenAmount,
    minFen: fenAmount,
    maxFen: fenAmount,
  }),
  ({ startFen, minFen, maxFen }, path, faults) => {
    if (minFen > maxFen || startFen > maxFen) {
      faults.add(`${path}.maxFen`, 'meter.bounds', `below the start fare or the minimum: ${maxFen}`)
    }
  },
)

/** One base fare, with its own checks. */
export const readBase: Reader<BaseFare> = variant<BaseFare>({
  flat,
  'distance-ladder': distanceLadder,
  'stop-ladder': stopLadder,
  table,
  metered,
  'elapsed-ladder': elapsedLadder,
})

/** A published ladder names every measure once and never gets cheaper on the way. */
function checkSteps(
  steps: readonly {
    readonly width: number
    readonly until: number | null
    readonly addFen: number
  }[],
  { from, path, unit }: { readonly from: number; readonly path: string; readonly unit: string },
  faults: Faults,
): void {
  let bound = from
  for (const [index, { width, until, addFen }] of steps.entries()) {
    const place = `${path}[${index}]`
    const last = index === steps.length - 1
    if (addFen === 0) {
      faults.add(`${place}.addFen`, 'ladder.not-monotone', 'a step must add more than 0 fen')
    }
    if (until === null) {
      if (!last) faults.add(place, 'ladder.overlap', 'an open-ended step must be the last')
      return
    }
    if (last)
      faults.add(
        place,
        'ladder.gap',
        `no price above ${until} ${unit}: the last step must be open-ended`,
      )
    if (until <= bound) {
      faults.add(
        place,
        'ladder.not-monotone',
        `ends at ${until} ${unit}, not above ${bound} ${unit}`,
      )
      return
    }
    if ((until - bound) % width !== 0) {
      faults.add(
        place,
        'ladder.gap',
        `steps of ${width} ${unit} do not fill ${bound} to ${until} ${unit}`,
      )
    }
    if ((until - bound) / width > 1_000) {
      faults.add(place, 'ladder.too-fine', `more than 1000 steps of ${width} ${unit}`)
    }
    bound = until
  }
}

function checkCap(capFen: number | null, firstFen: number, path: string, faults: Faults): void {
  if (capFen !== null && capFen < firstFen) {
    faults.add(
      `${path}.capFen`,
      'ladder.not-monotone',
      `the cap ${capFen} is below the first step ${firstFen}`,
    )
  }
}
