import { describe, expect, test } from 'vitest'
import {
  AT,
  codeTap,
  DAY_END,
  gateEvent,
  LOCAL,
  MINUTE,
  OTHER_GATE,
  openWorking,
} from './operator.fixture.ts'

const giveUp = { giveUpBefore: DAY_END }
const FROM = AT + 10 * MINUTE
const TO = AT + 40 * MINUTE
const opened = (station: number, change: object = {}) => ({
  do: 'incident',
  mode: 'metro',
  station,
  from: FROM,
  to: TO,
  ...change,
})
const entry = codeTap({ issuer: LOCAL, station: 1 })
const exit = codeTap({ issuer: LOCAL, kind: 'exit', station: 3, at: AT + 60 * MINUTE })

/** What is asked for one end of a journey after some orders. */
async function charged(end: 'entry' | 'exit', orders: readonly object[]) {
  const here = await openWorking()
  for (const order of orders) await here.operator.command(order as Record<string, unknown>)
  if (end === 'entry') await here.upload([entry, gateEvent('passed', 1)])
  else await here.upload([exit], OTHER_GATE)
  await here.charge(giveUp)
  const [charge] = (await here.sent()).flatMap((batch) => batch.charges)
  return charge
}

describe('gates that stood open', () => {
  test('without an incident one end of a journey pays the maximum', async () => {
    const maximum = await charged('entry', [])
    expect(maximum?.parts.map(({ rule }) => rule)).toEqual(['incomplete.maximum'])
  })

  test('an entry without exit is completed to the station that was open: 12 km', async () => {
    const charge = await charged('entry', [opened(3)])
    expect(charge).toMatchObject({ amountFen: 400, from: 1, to: 3 })
    expect(charge?.parts.at(-1)).toEqual({ rule: 'incident.gates-open', amountFen: 0 })
    expect(charge?.taps).toHaveLength(1)
  })

  test('an exit without entry is completed from there', async () => {
    expect(await charged('exit', [opened(1)])).toMatchObject({ amountFen: 400, from: 1, to: 3 })
  })

  test('of several stations the cheapest counts: nobody knows which one it was', async () => {
    expect(await charged('entry', [opened(4), opened(2)])).toMatchObject({ to: 2 })
  })

  test.each([
    ['of another mode', opened(3, { mode: 'bus' })],
    ['before the ride', opened(3, { from: AT - 60 * MINUTE, to: AT - 1 })],
    ['long after it', opened(3, { from: AT + 300 * MINUTE, to: AT + 330 * MINUTE })],
  ])('an incident %s changes nothing', async (_, order) => {
    expect((await charged('entry', [order]))?.parts[0]?.rule).toBe('incomplete.maximum')
  })

  test('a journey with both ends is priced as ever', async () => {
    const here = await openWorking()
    await here.operator.command(opened(2))
    await here.upload([entry, gateEvent('passed', 1)])
    await here.upload([exit], OTHER_GATE)
    await here.charge(giveUp)
    const [charge] = (await here.sent()).flatMap((batch) => batch.charges)
    expect(charge).toMatchObject({ from: 1, to: 3 })
    expect(charge?.parts.map(({ rule }) => rule)).not.toContain('incident.gates-open')
  })

  test('told after the charge corrects it, once however often it is told', async () => {
    const here = await openWorking()
    await here.upload([entry, gateEvent('passed', 1)])
    await here.charge(giveUp)
    const told = await here.operator.command(opened(3))
    expect(told).toMatchObject({ station: 3, corrections: 1 })
    expect(await here.operator.command(opened(3, { note: 'again' }))).toMatchObject({
      corrections: 0,
    })
    await here.charge(giveUp)
    const charges = (await here.sent()).flatMap((batch) => batch.charges)
    expect(charges).toMatchObject([
      { number: 1, amountFen: 600, corrects: 0 },
      { number: 2, amountFen: 400, corrects: 1, from: 1, to: 3 },
    ])
  })

  test('a cheaper one told later corrects it again; one of another time corrects nothing', async () => {
    const here = await openWorking()
    await here.upload([entry, gateEvent('passed', 1)])
    await here.charge(giveUp)
    const later = { from: AT + 600 * MINUTE, to: AT + 660 * MINUTE }
    for (const [order, corrections] of [
      [opened(3), 1],
      [opened(4), 0],
      [opened(2, later), 0],
      [opened(2), 1],
    ] as const) {
      expect(await here.operator.command(order)).toMatchObject({ corrections })
    }
    await here.charge(giveUp)
    const charges = (await here.sent()).flatMap((batch) => batch.charges)
    expect(charges.map(({ amountFen, corrects }) => [amountFen, corrects])).toEqual([
      [600, 0],
      [400, 1],
      [200, 2],
    ])
  })

  test('the order in which entry, charge and incident come makes no difference to the sum', async () => {
    const orders = [
      ['incident', 'entry', 'charge'],
      ['entry', 'incident', 'charge'],
      ['entry', 'charge', 'incident', 'charge'],
      ['charge', 'entry', 'charge', 'incident', 'incident', 'charge'],
    ] as const
    for (const steps of orders) {
      const here = await openWorking()
      let repeated = 0
      const run = {
        entry: () => here.upload([entry, gateEvent('passed', 1)]),
        charge: () => here.charge(giveUp),
        incident: () => here.operator.command(opened(3, { repeated: repeated++ })),
      }
      for (const step of steps) await run[step]()
      const last = (await here.sent()).flatMap((batch) => batch.charges).at(-1)
      expect(last).toMatchObject({ amountFen: 400, to: 3 })
    }
  })

  test.each([
    [{ mode: 'sledge' }],
    [{ station: -1 }],
    [{ to: FROM }],
    [{ to: FROM + 25 * 60 * MINUTE }],
    [{ from: 'now' }],
  ])('an incident with %o is refused', async (change) => {
    const { operator } = await openWorking()
    await expect(operator.command(opened(3, change))).rejects.toMatchObject({
      code: 'operator.bad-incident',
    })
  })
})
