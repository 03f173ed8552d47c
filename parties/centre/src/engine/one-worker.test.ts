import {
  createMemoryStorage,
  type Day,
  nextDay,
  type Storage,
  toHex,
  UnifareError,
} from '@unifare/core'
import type { Tap } from '@unifare/tap'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { accepts, CARD, cardTap, chargeOf, DAY, ISSUERS, OPERATORS } from '../clearing.fixture.ts'
import { DEMONSTRATION_FEES, type FeeRow } from '../fees.ts'
import { type ClearTools, createShardClearer } from './clear-job.ts'
import type { ClearingWorkers } from './clear-segments.ts'
import {
  type ColumnOptions,
  clearDaysOnColumns,
  clearDaysOnObjects,
  type DayIntake,
  outcomesOf,
  PLAIN,
} from './days.fixture.ts'
import { createScatterer } from './scatter-job.ts'
import { shardFile } from './shard-file.ts'

const ACCOUNTS = 30
const ROUNDS = 4
/** Amounts of every 20th tap, by its place among 20. */
const EXTREMES: Readonly<Record<number, number>> = { 3: 0, 7: 0xffff_ffff, 12: 1 }
const PART_MAX = 0x7fff_ffff
/** Matrices whose rows are found in other ways, and mean other things at the same place. */
const MATRICES: readonly (readonly FeeRow[])[] = [
  DEMONSTRATION_FEES,
  [PLAIN],
  [PLAIN, { ...PLAIN, id: 'operator', acquirer: OPERATORS[1], ratePpm: 9_000 }],
  [{ ...PLAIN, id: 'issuer', issuer: ISSUERS[1], ratePpm: 1_000 }, PLAIN],
  [
    { ...PLAIN, id: 'pair', acquirer: OPERATORS[0], issuer: ISSUERS[0], ratePpm: 500_000 },
    { ...PLAIN, floorMicro: 900_000, capMicro: 1_100_000 },
  ],
  [
    { ...PLAIN, validTo: nextDay(DAY) },
    { ...PLAIN, id: 'later', validFrom: nextDay(DAY), ratePpm: 8_000 },
  ],
  // Nothing for the first operator.
  [{ ...PLAIN, id: 'one', acquirer: OPERATORS[1] }],
]
const everybody = dayRows(() => true)
const LISTS = [
  everybody,
  dayRows(({ issuer }) => issuer !== ISSUERS[0]),
  dayRows(({ operator }) => operator === OPERATORS[0]),
  [],
]

function dayRows(taken: (pair: { operator: string; issuer: string }) => boolean) {
  const pairs = OPERATORS.flatMap((operator) => ISSUERS.map((issuer) => ({ operator, issuer })))
  return pairs.filter(taken).map(accepts)
}

let taps: Tap[] = []
beforeAll(async () => {
  taps = await Promise.all(
    Array.from({ length: ACCOUNTS * ROUNDS }, (_, i) =>
      cardTap({
        sequence: i + 1,
        serial: i + 1,
        counter: Math.floor(i / ACCOUNTS) + 1,
        operator: OPERATORS[i % 2] as string,
        issuer: ISSUERS[i % 3] as string,
        account: CARD.slice(0, 16) + String(i % ACCOUNTS).padStart(3, '0'),
        amountFen: EXTREMES[i % 20] ?? 50 + 97 * i,
        balanceFen: 9_000,
      }),
    ),
  )
})

interface Script {
  readonly matrix: number
  readonly list: number
  readonly issuers: number
  readonly shards: number
  /**
   * Taps that are delivered, those of them that are not asked for, others that are, and those whose
   * charge is corrected: by their place.
   */
  readonly taps: readonly number[]
  readonly left: readonly number[]
  readonly charges: readonly number[]
  readonly corrections: readonly number[]
}

const places = fc.oneof(
  { weight: 1, arbitrary: fc.constant<number[]>([]) },
  { weight: 2, arbitrary: fc.uniqueArray(fc.nat(ACCOUNTS * ROUNDS - 1), { maxLength: 6 }) },
  {
    weight: 3,
    arbitrary: fc.uniqueArray(fc.nat(ACCOUNTS * ROUNDS - 1), { minLength: 30, maxLength: 90 }),
  },
)
const script: fc.Arbitrary<Script> = fc.record({
  matrix: fc.nat(MATRICES.length - 1),
  list: fc.nat(LISTS.length * 3).map((list) => (list < LISTS.length ? list : 0)),
  issuers: fc.constantFrom(1, 2, 3, 3, 3),
  shards: fc.constantFrom(1, 2, 4, 16),
  taps: places,
  left: places,
  charges: places,
  corrections: places,
})

function daysOf(scripts: readonly Script[]): DayIntake[] {
  let day: Day = DAY
  let number = 0
  const numbers = new Map<number, number>()
  const ask = (place: number, corrects: number, tapDay = day) => {
    const tap = taps[place]!
    numbers.set(place, ++number)
    // A third of all prices are shared with another member.
    const rule = place % 3 === 0 ? `more@${OPERATORS[2]}` : 'more'
    const other = Math.min(Math.floor(tap.amountFen / 4), PART_MAX)
    const rest = tap.amountFen - other
    const parts = [
      { rule: 'flat', amountFen: Math.min(rest, PART_MAX) },
      { rule, amountFen: other },
      { rule: 'flat', amountFen: Math.max(0, rest - PART_MAX) },
    ]
    return chargeOf([tap], { number, corrects, parts, tapDay })
  }
  return scripts.map((one): DayIntake => {
    const own = one.taps.filter((place) => !one.left.includes(place))
    const late = one.charges.map((place) => ask(place, 0, DAY))
    const asked = [...own.map((place) => ask(place, 0)), ...late]
    const corrected = one.corrections.flatMap((place) => {
      const corrects = numbers.get(place)
      return corrects === undefined ? [] : [ask(place, corrects)]
    })
    const tapDay = day
    day = nextDay(day)
    return {
      day: tapDay,
      taps: one.taps.map((place) => ({ tap: taps[place]!, held: 0 })),
      charges: [...asked, ...corrected],
      fees: MATRICES[one.matrix]!,
      acceptance: { rows: LISTS[one.list]! },
      issuers: new Set(ISSUERS.slice(0, one.issuers)),
      shards: one.shards,
    }
  })
}

/** Somebody new for every job. */
function newWorkers(tools: ClearTools): ClearingWorkers {
  return {
    scatter: (job) => createScatterer(tools)(job),
    clear: (job) => createShardClearer(tools)(job),
  }
}

/** One worker that is asked again where the disk failed. */
function patientWorkers(tools: ClearTools): ClearingWorkers {
  const [scatter, clear] = [createScatterer(tools), createShardClearer(tools)]
  return {
    scatter,
    clear: (job) => clear(job).catch(() => clear(job)),
  }
}

/** A disk that is slow, and that fails once at every shard's file that it is told of. */
function slowStorage(fails: (shard: number) => boolean): Storage {
  const storage = createMemoryStorage()
  const failed = new Set<string>()
  return {
    ...storage,
    async replace(name, bytes) {
      const shard = /^closed-.*-(\d{3})-of/.exec(name)?.[1]
      const isFailing = shard !== undefined && !failed.has(name) && fails(Number(shard))
      failed.add(name)
      for (let turn = 0; turn < 300; turn++) await Promise.resolve()
      if (isFailing) throw new UnifareError('storage.full', 'told to fail')
      await storage.replace(name, bytes)
    },
  }
}

/** Outcomes, roots, and all that is left on disk. */
async function leftBy(days: readonly DayIntake[], options: ColumnOptions) {
  const outcomes = await clearDaysOnColumns(days, options)
  const storage = outcomes[0]!.storage
  const files = new Map<string, string>()
  for (const name of await storage.list('')) {
    if (name.startsWith('closed-')) files.set(name, toHex((await storage.read(name))!))
  }
  return {
    outcomes: outcomesOf(outcomes),
    roots: outcomes.map(({ cleared }) => cleared.root),
    files,
  }
}

describe('one worker that clears day after day and shard after shard', () => {
  test('leaves what a new one for every job would, and says what objects say', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(script, { minLength: 2, maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
        async (scripts, failing) => {
          const days = daysOf(scripts)
          const alone = await leftBy(days, { workersOf: newWorkers })
          expect(alone.outcomes).toEqual(outcomesOf(await clearDaysOnObjects(days)))
          const storage = slowStorage((shard) => failing[shard % failing.length] === true)
          expect(await leftBy(days, { workersOf: patientWorkers, storage })).toEqual(alone)
        },
      ),
      { numRuns: 20 },
    )
  })

  test('opens the files of days before once for a day, not for every shard', async () => {
    const storage = createMemoryStorage()
    const heads = new Map<string, number>()
    const counted: Storage = {
      ...storage,
      async open(name) {
        const file = await storage.open(name)
        return {
          ...file,
          read(offset, length) {
            if (offset === 0) heads.set(name, (heads.get(name) ?? 0) + 1)
            return file.read(offset, length)
          },
        }
      },
    }
    const all = { ...ORDINARY, taps: taps.map((_, place) => place) }
    await clearDaysOnColumns(daysOf([all, all, all]), { storage: counted })
    const most = Array.from({ length: all.shards }, (_, shard) => [
      heads.get(shardFile(DAY, shard, all.shards)),
      heads.get(shardFile(nextDay(DAY), shard, all.shards)),
    ])
    // By each of the days behind, and by who reads the rows.
    expect(most).toEqual(most.map(() => [3, 2]))
  })

  test('takes the rules of another run of the day', async () => {
    const storage = createMemoryStorage()
    let workers: ClearingWorkers | undefined
    // Segments stay where they are.
    const workersOf = (tools: ClearTools) => (workers ??= patientWorkers(tools))
    const [day] = daysOf([{ ...ORDINARY, taps: taps.map((_, place) => place), matrix: 1 }]) as [
      DayIntake,
    ]
    const given = { taps: [], charges: [], day: day.day! }
    const free = { ...given, fees: [{ ...PLAIN, ratePpm: 0 }] }
    await clearDaysOnColumns([day], { storage, workersOf, run: 'first' })
    const [again] = await clearDaysOnColumns([free], { storage, workersOf, run: 'again' })
    const [objects] = await clearDaysOnObjects([
      { ...day, ...free, taps: day.taps!, charges: day.charges! },
    ])
    expect(outcomesOf([again!])).toEqual([objects])
  })
})

const ORDINARY: Script = {
  matrix: 0,
  list: 0,
  issuers: 3,
  shards: 4,
  taps: [],
  left: [],
  charges: [],
  corrections: [],
}
