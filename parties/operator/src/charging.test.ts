import { sumFen } from '@unifare/core'
import { type Charge, chargeId, REASONS, type Tap } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { charges, journeys, taps } from './index.ts'
import {
  AT,
  CARD,
  cardExit,
  codeTap,
  DAY,
  DAY_END,
  gateEvent,
  LOCAL,
  MINUTE,
  OTHER_GATE,
  openWorking,
  tapOf,
} from './operator.fixture.ts'

type Working = Awaited<ReturnType<typeof openWorking>>
const sentCharges = async (here: Working): Promise<Charge[]> =>
  (await here.sent()).flatMap((batch) => batch.charges)
const journeysOf = (here: Working) => here.operator.read((tx) => tx.select(journeys, {}))
const tapsOf = (here: Working) => here.operator.read((tx) => tx.select(taps, {}))
const out = (minute: number, change: Partial<Tap> = {}) =>
  codeTap({ kind: 'exit', station: 3, at: AT + minute * MINUTE, ...change })
const OTHER_CARD = CARD.replace(/17$/, '25')
const NOTHING = { charges: 0, corrections: 0, overdue: 0, voided: 0, unpriced: 0, differing: 0 }
const giveUp = { giveUpBefore: DAY_END }

describe('charges', () => {
  test('a card ride: exactly the debits of its taps', async () => {
    const here = await openWorking()
    const entry = tapOf({ kind: 'entry', mode: 'metro', station: 1, amountFen: 0, issuer: LOCAL })
    const exit = cardExit({
      from: 1,
      enteredAt: AT,
      at: AT + 30 * MINUTE,
      station: 3,
      issuer: LOCAL,
      counter: 2,
      amountFen: 360,
    })
    await here.upload([entry, exit, tapOf({ counter: 3, at: AT + 60 * MINUTE })])
    const result = await here.charge()
    expect(result).toEqual({ ...NOTHING, charges: 2 })
    const [metro, bus] = await sentCharges(here)
    expect(metro).toMatchObject({ number: 1, amountFen: 360, from: 1, to: 3, tapDay: DAY })
    expect(metro?.taps.map(({ sequence, amountFen }) => [sequence, amountFen])).toEqual([
      [1, 0],
      [2, 360],
    ])
    expect(bus).toMatchObject({ number: 2, amountFen: 200, tariff: 'xian-bus' })
  })

  test('a repair by card is a charge of its own; paid in cash it only ends the journey', async () => {
    const here = await openWorking()
    const mend = (change: Partial<Tap>) => {
      const { kind: _kind, ...exit } = cardExit({ from: 1, enteredAt: AT, station: 3, ...change })
      return { ...exit, kind: 'repair', durationS: 1_800, at: AT + 60 * MINUTE } as const
    }
    await here.upload([
      tapOf({ kind: 'entry', mode: 'metro', station: 1, amountFen: 0 }),
      mend({ counter: 2, amountFen: 400 }),
      tapOf({ kind: 'entry', mode: 'metro', account: OTHER_CARD, amountFen: 0 }),
      mend({
        account: OTHER_CARD,
        counter: 2,
        amountFen: 0,
        reason: REASONS['repair.cash'].number,
      }),
    ])
    expect(await here.charge()).toEqual({ ...NOTHING, charges: 1, voided: 1 })
    const [charge] = await sentCharges(here)
    expect(charge).toMatchObject({ amountFen: 400, from: 1, to: 3 })
    expect(charge?.taps.map(({ sequence }) => sequence)).toEqual([1, 2])
  })

  test('a code ride: priced after pairing, with taps that carry no money', async () => {
    const here = await openWorking()
    await here.upload([codeTap({ station: 1 })])
    expect(await here.charge()).toMatchObject({ charges: 0 })
    await here.upload([out(30)], OTHER_GATE)
    expect(await here.charge()).toMatchObject({ charges: 1 })
    const [charge] = await sentCharges(here)
    expect(charge).toMatchObject({
      medium: 'code',
      amountFen: 400,
      startAt: AT,
      tariff: 'xian-metro',
    })
    expect(charge?.taps).toHaveLength(2)
    expect((await tapsOf(here)).map(({ state }) => state)).toEqual(['charged', 'charged'])
  })

  test('each tap once, however often charging runs', async () => {
    const here = await openWorking()
    await here.upload([tapOf(), codeTap(), out(30)])
    for (let i = 0; i < 3; i++) await here.charge(giveUp)
    expect(await sentCharges(here)).toHaveLength(2)
  })

  test('any cut into uploads and charging runs asks for the same money', async () => {
    const day: Tap[] = [
      tapOf({ counter: 1 }),
      codeTap({ station: 1, at: AT + MINUTE }),
      out(30),
      tapOf({ counter: 2, at: AT + 31 * MINUTE }),
      codeTap({ station: 2, at: AT + 40 * MINUTE }),
      out(60, { station: 4 }),
      codeTap({ kind: 'purchase', mode: 'bus', station: 0, at: AT + 70 * MINUTE }),
    ]
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }), async (runs) => {
        const here = await openWorking()
        for (const [index, tap] of day.entries()) {
          await here.upload([tap])
          if (runs[index]) await here.charge()
        }
        await here.charge(giveUp)
        const all = await sentCharges(here)
        expect(all.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5])
        expect(all.map(({ amountFen }) => amountFen)).toEqual([200, 400, 200, 500, 200])
      }),
      { numRuns: 8 },
    )
  })

  test('batches of charges are one chain', async () => {
    const here = await openWorking()
    for (let i = 1; i <= 3; i++) {
      await here.upload([tapOf({ counter: i, at: AT + i * MINUTE })])
      await here.charge()
    }
    const batches = (await here.sent()).map(({ header }) => header)
    expect(batches.map(({ first, end }) => [first, end])).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
    ])
    expect(batches[1]?.previous).toBe(batches[0]?.chain)
    expect(batches[2]?.previous).toBe(batches[1]?.chain)
  })

  test('a late tap goes to a later charge with its true tap day', async () => {
    const here = await openWorking()
    await here.upload([tapOf({ counter: 1 })])
    await here.charge()
    here.world.clock.set(DAY_END + 60 * MINUTE)
    await here.upload([tapOf({ counter: 2, at: AT + MINUTE })], OTHER_GATE)
    await here.charge({ upTo: DAY_END + 60 * MINUTE })
    const [, late] = await here.sent()
    expect(late?.header.day).toBe('2026-11-21')
    expect(late?.charges[0]).toMatchObject({ number: 2, tapDay: DAY })
  })

  test('test traffic is charged as a test', async () => {
    const here = await openWorking()
    await here.upload([tapOf({ flags: 1 })])
    await here.charge()
    expect((await sentCharges(here))[0]?.test).toBe(true)
  })
})

describe('incomplete journeys by code', () => {
  test('confirmed and given up: the maximum', async () => {
    const here = await openWorking()
    await here.upload([codeTap({ station: 1 }), gateEvent('passed', 1)])
    expect(await here.charge()).toMatchObject({ charges: 0 })
    await here.charge(giveUp)
    expect((await sentCharges(here))[0]).toMatchObject({
      amountFen: 600,
      parts: [{ rule: 'incomplete.maximum', amountFen: 600 }],
    })
    expect((await journeysOf(here))[0]).toMatchObject({ state: 'incomplete', note: 'missing-exit' })
  })

  test('unconfirmed: void, and never billed', async () => {
    const here = await openWorking()
    await here.upload([codeTap(), codeTap({ at: AT + MINUTE }), gateEvent('timed-out', 2)])
    expect(await here.charge(giveUp)).toEqual({ ...NOTHING, voided: 1 })
    expect(await sentCharges(here)).toEqual([])
    expect((await tapsOf(here)).map(({ state }) => state)).toEqual(['void', 'void', 'noted'])
  })

  test.each([
    ['exit', 600, [codeTap({ station: 1 }), gateEvent('passed', 1)], out(30)],
    ['entry', 400, [out(30)], codeTap({ station: 1 })],
  ] as const)(
    'the late %s corrects the charge of %i fen: one journey, its own price',
    async (end, amountFen, early, late) => {
      const here = await openWorking()
      await here.upload(early)
      await here.charge(giveUp)
      await here.upload([late], OTHER_GATE)
      const done = { ...NOTHING, corrections: 1 }
      expect(await here.charge(giveUp)).toEqual(done)
      expect(await here.charge(giveUp)).toEqual(NOTHING)
      const [first, correction, ...more] = await sentCharges(here)
      expect(more).toEqual([])
      expect(first).toMatchObject({ number: 1, corrects: 0, amountFen })
      expect(correction).toMatchObject({ number: 2, corrects: 1, amountFen: 400, from: 1, to: 3 })
      expect(correction?.taps).toHaveLength(2)
      const [journey] = await journeysOf(here)
      expect(journey).toMatchObject({ state: 'complete', charge: 2, note: `late-${end}` })
      expect(journey?.entryTerminal).not.toBe('')
      expect(journey?.exitTerminal).not.toBe('')
      // Another journey of the same rider is one of its own again.
      await here.upload([codeTap({ at: AT + 60 * MINUTE }), out(90)], OTHER_GATE)
      expect(await here.charge(giveUp)).toMatchObject({ charges: 1 })
    },
  )
})

describe('late records of a card', () => {
  test('the entry of a charged journey is noted, never charged', async () => {
    const here = await openWorking()
    const exit = cardExit({
      from: 1,
      enteredAt: AT,
      at: AT + 30 * MINUTE,
      station: 3,
      amountFen: 400,
    })
    await here.upload([exit])
    await here.charge()
    await here.upload(
      [tapOf({ kind: 'entry', mode: 'metro', station: 1, amountFen: 0, counter: 2 })],
      OTHER_GATE,
    )
    expect(await here.charge(giveUp)).toMatchObject({ charges: 0, voided: 1 })
    expect((await tapsOf(here))[1]).toMatchObject({ state: 'noted', note: 'late-entry' })
  })
})

describe('differences between terminal and tariff', () => {
  test('are reported by day, and the debit stands', async () => {
    const here = await openWorking()
    await here.upload([
      tapOf({ counter: 1 }),
      tapOf({ counter: 2, amountFen: 250 }),
      tapOf({ counter: 3, amountFen: 100, mode: 'taxi' }),
    ])
    expect(await here.charge()).toMatchObject({ charges: 3, differing: 2 })
    const found = await here.operator.differences(DAY)
    expect(
      found.map(({ debitedFen, pricedFen, differenceFen }) => [
        debitedFen,
        pricedFen,
        differenceFen,
      ]),
    ).toEqual([
      [250, 200, 50],
      [100, 0, 100],
    ])
    expect(found[0]).toMatchObject({ charge: 2, terminal: '413100000001' })
    expect(await here.operator.differences('2026-11-19')).toEqual([])
    const asked = await sentCharges(here)
    expect(sumFen(asked.map(({ amountFen }) => amountFen))).toBe(550)
    expect(asked[1]?.parts.at(-1)).toEqual({ rule: 'terminal.difference', amountFen: 50 })
  })

  test('a code ride that no tariff prices stays open and is charged once one does', async () => {
    const here = await openWorking()
    await here.upload([codeTap({ station: 1 }), out(30, { station: 77 })])
    expect(await here.charge()).toEqual({ ...NOTHING, unpriced: 1 })
    expect((await tapsOf(here)).map(({ state }) => state)).toEqual(['open', 'open'])
    expect(await here.operator.read((tx) => tx.select(charges, {}))).toEqual([])
  })
})

test('a charge is named by its operator and its number', async () => {
  const here = await openWorking()
  await here.upload([tapOf()])
  await here.charge()
  expect((await sentCharges(here)).map(chargeId)).toEqual(['17917912-1'])
})
