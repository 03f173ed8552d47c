import { type Instant, type UnifareError } from '@unifare/core'
import { balances } from '@unifare/ledger'
import type { Charge, Tap, TripNotice } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { operatorErrors, type SoldPass } from './index.ts'
import { joinedCode } from './joined-code.fixture.ts'
import {
  ACCOUNT,
  CARD,
  cardExit,
  codeTap,
  GATE,
  gateEvent,
  LOCAL,
  lineOf,
  MINUTE,
  OPERATOR,
  openWorking,
  tariffNamed,
} from './operator.fixture.ts'

const HOUR = 60 * MINUTE
/** 20 November 2026, 10:00 in Shanghai, and three days later. */
const SOLD = Date.UTC(2026, 10, 20, 2)
const LATE = SOLD + 72 * HOUR
const HOLDER = `code/${LOCAL}/${ACCOUNT}`
const BEIJING = tariffNamed('beijing-metro')
/** Beijing's passes: the one of 48 hours is given back while unused, 72 for seniors, 120 for cards. */
const METRO = {
  ...BEIJING,
  operator: OPERATOR,
  discounts: [],
  passes: (BEIJING.passes ?? []).map((pass) => {
    if (pass.id === 'pass-48h') return { ...pass, refund: 'unused' as const }
    if (pass.id === 'pass-120h') return { ...pass, when: { media: ['card' as const] } }
    return pass.id === 'pass-72h' ? { ...pass, when: { riderClasses: ['senior'] } } : pass
  }),
}
const BUS = { ...tariffNamed('xian-bus'), operator: OPERATOR }
const TARIFFS = { tariffs: [METRO, BUS], networks: [lineOf('beijing-metro')] }
const SALE = {
  do: 'sell-pass',
  name: 'till-1',
  point: '413117917912',
  tariff: 'beijing-metro',
  pass: 'pass-24h',
  holder: HOLDER,
}

/** 12 km by code, 4 yuan without a pass. */
const ride = (enteredAt: Instant, change: Partial<Tap> = {}): Tap[] => [
  codeTap({ issuer: LOCAL, at: enteredAt, ...change }),
  codeTap({ issuer: LOCAL, kind: 'exit', at: enteredAt + 30 * MINUTE, station: 3, ...change }),
]

async function openSelling() {
  const here = await openWorking()
  const { operator, world } = here
  world.clock.set(SOLD)
  await operator.command({ do: 'publish', kind: 'tariffs', content: TARIFFS })
  let sequence = 1
  const charges = async (): Promise<Charge[]> =>
    (await here.sent()).flatMap((batch) => batch.charges)
  return {
    ...here,
    charges,
    sell: async (change: object = {}) =>
      (await operator.command({ ...SALE, ...change })) as SoldPass,
    giveBack: (name = SALE.name) => operator.command({ do: 'return-pass', name }),
    refusal: async (work: Promise<unknown>): Promise<string> => {
      const code = await work.then(
        () => 'none',
        (error: UnifareError) => error.code,
      )
      expect(Object.hasOwn(operatorErrors, code)).toBe(true)
      return code
    },
    bring: async (taps: readonly Tap[]): Promise<void> => {
      const records = taps.flatMap((tap) => {
        const own = sequence
        sequence += tap.kind === 'entry' ? 2 : 1
        return tap.kind === 'entry' ? [tap, gateEvent('passed', own, { at: tap.at })] : [tap]
      })
      await here.upload(records, GATE)
    },
    charge: () => {
      world.clock.set(LATE)
      return operator.command({ do: 'make-charges', upTo: LATE, giveUpBefore: 0 })
    },
    /** What stands of each ride, in their order. */
    standing: async (): Promise<Charge[]> => {
      const all = await charges()
      const replaced = new Set(all.map(({ corrects }) => corrects))
      return all
        .filter(({ number }) => !replaced.has(number))
        .sort((a, b) => a.endAt - b.endAt || a.number - b.number)
    },
  }
}

describe('a pass is sold at a service point', () => {
  test('once, for the hours of its rule, at its price, into the books', async () => {
    const { sell, operator, world } = await openSelling()
    const sold = await sell()
    expect(sold).toMatchObject({
      pass: 'pass-24h',
      holder: HOLDER,
      riderClass: 'adult',
      priceFen: 2_000,
      soldAt: SOLD,
      validFrom: SOLD,
      validTo: SOLD + 24 * HOUR,
    })
    world.clock.set(SOLD + HOUR)
    expect(await sell()).toEqual(sold)
    const books = await operator.read((tx) => balances(tx))
    expect([...books]).toEqual([
      ['passes/sold', -2_000],
      [`till/${SALE.point}`, 2_000],
    ])
  })

  test.each([
    ['a pass that nobody has', { pass: 'pass-1h' }, 'operator.pass-unknown'],
    ['one of another tariff', { tariff: 'xian-bus' }, 'operator.pass-other-tariff'],
    ['one for another class', { pass: 'pass-72h' }, 'operator.pass-class'],
    ['one for another medium', { pass: 'pass-120h' }, 'operator.pass-medium'],
    ['one that began before', { validFrom: SOLD - 1 }, 'operator.pass-past'],
  ])('%s is refused', async (_, change, code) => {
    const { sell, refusal } = await openSelling()
    expect(await refusal(sell(change))).toBe(code)
  })

  test('the same pass is sold again behind the first, not over it; another one beside it', async () => {
    const { sell, refusal } = await openSelling()
    await sell()
    const again = (validFrom: Instant) => sell({ name: 'till-2', validFrom })
    expect(await refusal(again(SOLD + 24 * HOUR - 1))).toBe('operator.pass-overlaps')
    expect(await refusal(sell({ validFrom: SOLD + 1 }))).toBe('operator.pass-order')
    expect(await again(SOLD + 24 * HOUR)).toMatchObject({ validFrom: SOLD + 24 * HOUR })
    expect(await sell({ name: 'till-3', pass: 'pass-48h' })).toMatchObject({ priceFen: 3_000 })
    const senior = { name: 'till-4', pass: 'pass-72h', riderClass: 'senior' }
    expect(await sell(senior)).toMatchObject({ riderClass: 'senior' })
  })
})

describe('rides by code', () => {
  test.each([
    ['at the moment of the sale', 0, 0],
    ['a millisecond before', -1, 400],
    ['a millisecond before its end', 24 * HOUR - 1, 0],
    ['at its end', 24 * HOUR, 400],
  ])('entered %s', async (_, after, fen) => {
    const { sell, bring, charge, standing } = await openSelling()
    await sell()
    await bring(ride(SOLD + after))
    await charge()
    expect((await standing()).map(({ amountFen }) => amountFen)).toEqual([fen])
  })

  test('are explained by the pass, in the charge and to the rider', async () => {
    const { sell, bring, charge, standing, operator, world } = await openSelling()
    await sell()
    await bring(ride(SOLD + HOUR))
    await charge()
    const [made] = await standing()
    expect(made?.parts).toEqual([
      { rule: 'ladder', amountFen: 400 },
      { rule: 'pass-24h', amountFen: -400 },
    ])
    world.issuer.heard.length = 0
    await operator.command({ do: 'tell-trips' })
    await operator.deliver()
    const told = world.issuer.heard.flatMap(
      ({ body }) => (JSON.parse(new TextDecoder().decode(body)) as { trips: TripNotice[] }).trips,
    )
    expect(told[0]).toMatchObject({ state: 'charged', amountFen: 0 })
    expect(told[0]?.parts.at(-1)).toMatchObject({ zh: '24 小时定期票', en: '24-hour pass' })
  })

  test('follow the scheme token through all numbers that a joined rider shows', async () => {
    const { sell, giveBack, bring, charge, standing, refusal } = await openSelling()
    const token = '00112233AABBCCDD'
    await sell({ holder: `token/${LOCAL}/${token}`, pass: 'pass-48h' })
    for (const hour of [1, 2]) {
      const at = SOLD + hour * HOUR
      const account = ACCOUNT.replace(/..017$/, `0${hour}017`)
      const evidence = await joinedCode(account, [{ operator: OPERATOR, token }], at)
      await bring(ride(at, { account, evidence }))
    }
    await bring(ride(SOLD + 3 * HOUR))
    await charge()
    expect((await standing()).map(({ amountFen }) => amountFen)).toEqual([0, 0, 400])
    expect(await refusal(giveBack())).toBe('operator.pass-used')
  })

  test('of somebody else, and of another tariff, pay', async () => {
    const { sell, bring, charge, standing } = await openSelling()
    await sell()
    await bring([
      ...ride(SOLD + HOUR, { account: ACCOUNT.replace(/17$/, '25') }),
      codeTap({ issuer: LOCAL, kind: 'purchase', mode: 'bus', at: SOLD + 2 * HOUR, station: 0 }),
    ])
    await charge()
    expect((await standing()).every(({ amountFen }) => amountFen > 0)).toBe(true)
  })

  test('cost the same in whatever order and runs they come', async () => {
    const hours = [-3, -1, 1, 5, 23, 24, 30]
    const order = fc.shuffledSubarray(hours, { minLength: hours.length })
    const run = fc.array(fc.boolean(), { minLength: hours.length, maxLength: hours.length })
    await fc.assert(
      fc.asyncProperty(order, run, async (shuffled, chargeNow) => {
        const { sell, bring, charge, standing } = await openSelling()
        await sell()
        for (const [index, hour] of shuffled.entries()) {
          await bring(ride(SOLD + hour * HOUR))
          if (chargeNow[index] === true) await charge()
        }
        await charge()
        const fen = (await standing()).map(({ amountFen }) => amountFen)
        expect(fen).toEqual([400, 400, 0, 0, 0, 400, 400])
      }),
      { numRuns: 12 },
    )
  })
})

describe('a pass is given back', () => {
  test('while unused, once; it holds nothing from then on, also when accounts are rated again', async () => {
    const { sell, giveBack, bring, charge, standing, world } = await openSelling()
    await sell({ pass: 'pass-48h', validFrom: SOLD + 5 * HOUR })
    await bring(ride(SOLD + HOUR))
    await charge()
    world.clock.set(SOLD + 2 * HOUR)
    const returned = await giveBack()
    expect(returned).toMatchObject({ returnedAt: SOLD + 2 * HOUR })
    expect(await giveBack()).toEqual(returned)
    await bring(ride(SOLD + 6 * HOUR))
    await charge()
    await bring(ride(SOLD - HOUR))
    await charge()
    expect((await standing()).map(({ amountFen }) => amountFen)).toEqual([400, 400, 400])
    expect(await sell({ name: 'till-2', pass: 'pass-48h', validFrom: LATE })).toMatchObject({
      returnedAt: 0,
    })
  })

  test('not behind a ride, not against its rule, and not what was never sold', async () => {
    const { sell, giveBack, bring, charge, refusal } = await openSelling()
    await sell({ pass: 'pass-48h' })
    await sell({ name: 'till-2' })
    expect(await refusal(giveBack('till-2'))).toBe('operator.pass-no-refund')
    expect(await refusal(giveBack('till-9'))).toBe('operator.no-pass')
    await bring(ride(SOLD + 30 * HOUR))
    await charge()
    expect(await refusal(giveBack())).toBe('operator.pass-used')
  })
})

test('a card that a terminal debits without knowing its pass is reported as a difference', async () => {
  const { sell, bring, charge, standing, operator } = await openSelling()
  await sell({ holder: `card/${LOCAL}/${CARD}` })
  const at = SOLD + HOUR
  const exit = { from: 1, enteredAt: at - 30 * MINUTE, at, station: 3, issuer: LOCAL }
  await bring([cardExit({ ...exit, amountFen: 400 })])
  await charge()
  const [made] = await standing()
  expect(made?.amountFen).toBe(400)
  expect(made?.parts.slice(-2)).toEqual([
    { rule: 'pass-24h', amountFen: -400 },
    { rule: 'terminal.difference', amountFen: 400 },
  ])
  expect(await operator.differences('2026-11-20')).toMatchObject([
    { debitedFen: 400, pricedFen: 0, differenceFen: 400, terminal: GATE },
  ])
})
