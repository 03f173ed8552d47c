import type { Tx } from '@unifare/core'
import { type Charge, parseCharge } from '@unifare/tap'
import { describe, expect, it } from 'vitest'
import { openTestCentre } from '../centre.fixture.ts'
import { cardTap, chargeOf, ISSUER } from '../clearing.fixture.ts'
import { charges } from '../tables.ts'
import { noteStatistics } from './note-day.ts'
import { readStatistics } from './read-statistics.ts'
import { createCounter } from './statistics.ts'
import { dayFigures, seenNames, totalFigures } from './tables.ts'

const DAYS = ['2026-11-20', '2026-11-21', '2026-11-22'] as const
const HOMES = new Map([[ISSUER, '9999']])

/** Three days: two rides, none, and one of the first card with one of a charge that is rejected. */
async function threeDays() {
  const network = await openTestCentre()
  const rides = await Promise.all([1, 2, 3].map((sequence) => cardTap({ sequence })))
  await network.taps(rides)
  const of = (index: number, changes: Partial<Charge> = {}) =>
    chargeOf(rides.slice(index, index + 1), { number: index + 1, ...changes })
  await network.charges([of(0), of(1)])
  await network.close(DAYS[0])
  await network.close(DAYS[1])
  await network.charges([of(2), of(0, { number: 4 })], DAYS[2])
  await network.close(DAYS[2])
  return network
}

/** The same counted again from every charge that settled. */
async function countAll(tx: Tx, to: string) {
  const counter = createCounter(HOMES)
  for (const day of DAYS.filter((one) => one <= to)) {
    const rows = await tx.select(charges, { day })
    const settled = rows.filter(({ verdict }) => verdict === 'normal')
    counter.count(
      day,
      settled.map(({ raw }) => ({ charge: parseCharge(raw), replacesFen: null })),
    )
  }
  return counter.result()
}

describe('figures kept with closed days', () => {
  it('come to what counting every charge again comes to, up to any day', async () => {
    const { centre } = await threeDays()
    for (const to of DAYS) {
      const told = await centre.read((tx) => readStatistics(tx, { homes: HOMES, to }))
      expect(told).toEqual(await centre.read((tx) => countAll(tx, to)))
    }
    const all = await centre.read((tx) => readStatistics(tx, { homes: HOMES }))
    expect(all?.cumulative).toMatchObject({ rides: 3, cards: 1, crossCityRides: 3, amountFen: 600 })
    expect(all?.days.map(({ rides }) => rides)).toEqual([2, 0, 1])
  })

  it('are told without a charge being read', async () => {
    const { centre } = await threeDays()
    const read = new Set<string>()
    await centre.read((tx) => {
      const watched: Tx = {
        ...tx,
        get: (table, keys) => (read.add(table.name), tx.get(table, keys)),
        select: (table, where, options) => (read.add(table.name), tx.select(table, where, options)),
      }
      return readStatistics(watched, { homes: HOMES })
    })
    expect([...read]).toEqual([dayFigures.name, totalFigures.name])
  })

  it('stay the same when a day is noted again', async () => {
    const { centre } = await threeDays()
    const kept = (tx: Tx) =>
      Promise.all([dayFigures, totalFigures, seenNames].map((one) => tx.select(one as never, {})))
    const before = await centre.read(kept)
    for (const day of DAYS) await centre.read((tx) => noteStatistics(tx, day))
    expect(await centre.read(kept)).toEqual(before)
  })
})
