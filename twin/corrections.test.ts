import * as centre from '@unifare/centre'
import { type Day, sumFen } from '@unifare/core'
import { balances, trialBalance } from '@unifare/ledger'
import * as operator from '@unifare/operator'
import type { RiderTrip } from '@unifare/rider'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { FUNDS_FEN, type MonthlyMetro, openMonthlyMetro } from './corrections.fixture.ts'

/** The gate at which the ride of the 3rd ended is cut off until the 7th. */
const DAYS = ['2026-11-03', '2026-11-04', '2026-11-05', '2026-11-06'] as const
const LATE = '2026-11-07'
/** The highest fare for the ride of the 3rd, which does not count, and 100, 80, 50 % of 5 yuan. */
const ASKED_FEN = [1_000, 500, 400, 250]
/** All four in their order: 100, 80, 50 and 30 %. */
const CORRECTED_FEN = [500, 400, 250, 150]

let scene: MonthlyMetro
/** What the purse held before the gate was heard, and the days' roots. */
let before: { readonly purseFen: number; readonly roots: ReadonlyMap<Day, string> }
const purseFen = () => scene.bank.balanceFen(scene.wallets[0]?.state().account ?? '')

beforeAll(async () => {
  scene = await openMonthlyMetro({ first: DAYS[0], riders: 1 })
  const cutOff = [scene.gates.out[1]]
  const roots = new Map<Day, string>()
  for (const [index, date] of DAYS.entries()) {
    await scene.begin(date)
    await scene.ride(date, 0, { who: 0, way: index === 0 ? 'out' : 'back' })
    roots.set(date, (await scene.close(date, cutOff)).root)
  }
  before = { purseFen: purseFen(), roots }
  roots.set(LATE, (await scene.close(LATE)).root)
})

describe('a late tap of the 3rd', () => {
  it('completes its journey and rates the three rides after it again: four corrections', async () => {
    const rows = await scene.operator.read((tx) => tx.select(operator.charges, {}))
    expect(rows.map(({ corrects, amountFen }) => [corrects, amountFen])).toEqual([
      ...ASKED_FEN.map((fen) => [0, fen]),
      ...CORRECTED_FEN.map((fen, index) => [index + 1, fen]),
    ])
  })

  it('is on the statements of both sides as reversal and new entry; positions are the difference', async () => {
    for (const lines of [
      await scene.linesOf('operator', LATE),
      await scene.linesOf('issuer', LATE),
    ]) {
      expect(lines.map(({ entry, amountFen }) => [entry, amountFen])).toEqual(
        ASKED_FEN.flatMap((fen, index) => [
          ['reversal', 0 - fen],
          ['correction', CORRECTED_FEN[index]],
        ]),
      )
      expect(lines.every(({ verdict }) => verdict === 'normal')).toBe(true)
    }
    const [row] = await scene.centre.read((tx) => tx.get(centre.days, [{ day: LATE }]))
    expect(row?.settledFen).toBe(sumFen(CORRECTED_FEN) - sumFen(ASKED_FEN))
    const positions = (row?.positions ?? []) as centre.Position[]
    expect(sumFen(positions.map(({ netFen }) => netFen))).toBe(0)
  })

  it('leaves the rider with what the month costs when all is priced at once', async () => {
    const paidFen = FUNDS_FEN - purseFen()
    expect(FUNDS_FEN - before.purseFen).toBe(sumFen(ASKED_FEN))
    expect(paidFen).toBe(sumFen(CORRECTED_FEN))
    const ledger = await scene.issuer.read((tx) => balances(tx))
    expect(trialBalance(ledger).sumFen).toBe(0)
    expect(ledger.get('centre/gross')).toBe(0 - paidFen)
    expect(ledger.get('channel/received')).toBe(paidFen)
    expect(ledger.get('riders/receivable')).toBe(0)
  })

  it('is told to the rider: each trip with the new amount and the old one', async () => {
    const view = (await scene.wallets[0]?.look()) as
      | { readonly trips: readonly RiderTrip[] }
      | undefined
    const shown = (view?.trips ?? [])
      .toReversed()
      .map(({ amountFen, corrected, paidFen, owedFen }) => {
        return [corrected?.amountFen, amountFen, paidFen, owedFen]
      })
    expect(shown).toEqual(
      ASKED_FEN.map((fen, index) => [fen, CORRECTED_FEN[index], CORRECTED_FEN[index], 0]),
    )
  })

  it('lets every closed day run again to its root', async () => {
    for (const [day, root] of before.roots) {
      expect((await scene.centre.rerun(day)).root).toBe(root)
    }
  })
})

/** Rides of two riders on a week; each with the evenings on which no far gate could be heard. */
const weeks = fc.record({
  rides: fc.uniqueArray(
    fc.record({ day: fc.nat(3), hour: fc.nat(3), who: fc.nat(1), back: fc.boolean() }),
    { minLength: 4, maxLength: 9, selector: ({ day, hour, who }) => `${day}/${hour}/${who}` },
  ),
  cutOff: fc.array(fc.subarray(['out', 'back'] as const), { minLength: 4, maxLength: 4 }),
})
type Week = typeof weeks extends fc.Arbitrary<infer One> ? One : never

/** Rides a week; every day is closed, or only the last one when nothing is cut off. */
async function rideWeek({ rides, cutOff }: Week, closes: 'daily' | 'once') {
  const week = await openMonthlyMetro({ first: DAYS[0], riders: 2 })
  const roots: string[] = []
  for (const [index, date] of DAYS.entries()) {
    await week.begin(date)
    const own = rides.filter(({ day }) => day === index).toSorted((a, b) => a.hour - b.hour)
    for (const { hour, who, back } of own) {
      await week.ride(date, hour * 120 + who * 60, { who, way: back ? 'back' : 'out' })
    }
    const deaf = (cutOff[index] ?? []).map((way) => week.gates[way][1])
    if (closes === 'daily') roots.push((await week.close(date, deaf)).root)
  }
  roots.push((await week.close(LATE)).root)
  const rows = await week.operator.read((tx) => tx.select(operator.charges, {}))
  const replaced = new Set(rows.map(({ corrects }) => corrects))
  const shareOf = async (party: 'operator' | 'issuer') =>
    (await week.linesOf(party)).reduce((sum, { shareMicro }) => sum + BigInt(shareMicro), 0n)
  const ledger = await week.issuer.read((tx) => balances(tx))
  expect(trialBalance(ledger).sumFen).toBe(0)
  const books = trialBalance(await week.centre.read((tx) => balances(tx)))
  expect(books.sumFen).toBe(0)
  return {
    roots,
    corrections: rows.filter(({ corrects }) => corrects > 0).length,
    stands: {
      rides: rows
        .filter(({ number }) => !replaced.has(number))
        .map(({ endAt, amountFen }) => `${endAt} ${amountFen}`)
        .toSorted(),
      purses: week.wallets.map((wallet) => week.bank.balanceFen(wallet.state().account)),
      operatorMicro: await shareOf('operator'),
      issuerMicro: await shareOf('issuer'),
      grossFen: ledger.get('centre/gross'),
    },
  }
}

it('in whatever order gates are heard: rides, riders and members stand as if all was priced at once', async () => {
  let corrections = 0
  await fc.assert(
    fc.asyncProperty(weeks, async (week) => {
      const [once, late] = [await rideWeek(week, 'once'), await rideWeek(week, 'daily')]
      corrections += late.corrections
      expect(once.corrections).toBe(0)
      expect(late.stands).toEqual(once.stands)
      expect((await rideWeek(week, 'daily')).roots).toEqual(late.roots)
    }),
    { numRuns: 2, seed: 20_261_121 },
  )
  expect(corrections).toBeGreaterThan(0)
})
