import { fromHex } from '@unifare/core'
import { parseCredential } from '@unifare/ridecode'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AT, DAY, HOUR, lineOf } from '../issuer.fixture.ts'
import { BANK, openPeople, SECRET, secretOf } from './people.fixture.ts'
import { PEOPLE_TERMS, peopleTermsAt } from './terms.ts'

const refused = (code: string) => expect.objectContaining({ code })
const DAY_MS = 24 * HOUR

describe('an anonymous account', () => {
  test('needs a key, a secret and prepaid money; no name and no contract with a bank', async () => {
    const here = await openPeople()
    const { phone, account } = await here.anonymous('a', 0)
    expect(await here.view(phone)).toMatchObject({
      account,
      class: 'anonymous',
      signInName: account,
      standing: { ok: false, code: 'issuer.prepaid-low' },
    })
    await expect(phone.ready()).rejects.toThrow(refused('issuer.prepaid-low'))
    await here.topUp(phone, 1_000)
    expect(await phone.ready()).toMatchObject({ account })
    expect(await here.ledger()).toEqual({
      'channel/received': 1_000,
      'riders/prepaid': -1_000,
      sumFen: 0,
    })
  })

  test('has codes that pay no ride dearer than what is free', async () => {
    const here = await openPeople()
    const { phone } = await here.anonymous('a', 1_300)
    const { credential } = await phone.ready()
    expect(parseCredential(fromHex(credential)).capFen).toBe(1_300)
    await here.topUp(phone, 9_000)
    expect(parseCredential(fromHex((await phone.ready()).credential)).capFen).toBe(3_000)
  })

  test('opened again is the same; its secret is not given a second time', async () => {
    const here = await openPeople()
    const { phone, account } = await here.anonymous('a', 0)
    const again = { do: 'open-anonymous', ...(await secretOf(SECRET)).kept }
    expect(await phone.order(again)).toEqual({ account, state: 'authorised' })
    const other = { do: 'open-anonymous', ...(await secretOf('OTHER')).kept }
    await expect(phone.order(other)).rejects.toThrow(refused('issuer.name-taken'))
    const { phone: contracted } = await here.registered('bob')
    await expect(contracted.order(again)).rejects.toThrow(refused('issuer.bad-contract'))
  })

  test('pays its rides from what is prepaid, in order, none in part; the rest is a debt', async () => {
    const here = await openPeople()
    const { phone, account } = await here.anonymous('a', 1_000)
    expect(await here.ride(account, [1, 2, 3])).toEqual({ paid: 2, advanced: 1 })
    expect(await here.view(phone)).toMatchObject({
      prepaid: { balanceFen: 200 },
      debtFen: 400,
      debts: [{ charge: '15215212-3', amountFen: 400, ageDays: 0 }],
      standing: { ok: false, code: 'issuer.arrears' },
    })
    expect(await here.ledger()).toEqual({
      'channel/received': 1_000,
      'riders/prepaid': -200,
      'riders/debt': 400,
      'centre/gross': -1_200,
      sumFen: 0,
    })
    // The next money goes to the debt first.
    await here.topUp(phone, 1_500)
    expect(await here.view(phone)).toMatchObject({
      prepaid: { balanceFen: 1_300 },
      debts: [],
      standing: { ok: true },
    })
  })

  test('rides that settled and are not collected leave too little for a credential', async () => {
    const here = await openPeople()
    const { phone, account } = await here.anonymous('a', 1_200)
    await here.statement([lineOf(1, account)])
    await expect(phone.ready()).rejects.toThrow(refused('issuer.prepaid-low'))
    await here.issuer.collect(DAY)
    await expect(phone.ready()).rejects.toThrow(refused('issuer.prepaid-low'))
  })

  test('the free part is paid back at once, the reserved one when late rides are over', async () => {
    const here = await openPeople()
    const { phone, account } = await here.anonymous('a', 3_000)
    const { reserveFen, lateRideDays } = peopleTermsAt(PEOPLE_TERMS, AT)
    const reservedUntil = AT + DAY_MS + lateRideDays * DAY_MS
    expect((await here.view(phone)).prepaid).toEqual({
      balanceFen: 3_000,
      reservedFen: reserveFen,
      freeFen: 3_000 - reserveFen,
      reservedUntil,
    })
    const refund = (order: string, amountFen: number) =>
      phone.order({ do: 'refund', order, amountFen })
    await expect(refund('refund-1', 2_001)).rejects.toThrow(refused('issuer.prepaid-reserved'))
    await refund('refund-1', 2_000)
    await refund('refund-1', 2_000)
    expect((await here.view(phone)).prepaid).toMatchObject({ balanceFen: 1_000, freeFen: 0 })
    await here.issuer.payRiders()
    expect(here.world.bank.balanceFen(account)).toBe(2_000)
    await expect(phone.order({ do: 'withdraw' })).rejects.toThrow(refused('issuer.prepaid-left'))
    here.world.clock.set(reservedUntil)
    await refund('refund-2', 1_000)
    await expect(phone.order({ do: 'withdraw' })).rejects.toThrow(refused('issuer.prepaid-left'))
    await here.issuer.payRiders()
    expect(await phone.order({ do: 'withdraw' })).toMatchObject({ state: 'withdrawn' })
    expect(await here.ledger()).toEqual({ sumFen: 0 })
  })

  test('terms are dated: the row of the day holds', () => {
    const [first] = PEOPLE_TERMS
    const later = { ...PEOPLE_TERMS[0], validFrom: '2026-12-01', wrongSecretsMax: 3 } as const
    const table = [first, later] as typeof PEOPLE_TERMS
    expect(peopleTermsAt(table, AT).wrongSecretsMax).toBe(5)
    expect(peopleTermsAt(table, AT + 30 * DAY_MS).wrongSecretsMax).toBe(3)
    expect(peopleTermsAt(table, 0).wrongSecretsMax).toBe(5)
  })
})

describe('repayment by the rider', () => {
  async function inArrears() {
    const here = await openPeople()
    const { phone, account } = await here.registered('bob')
    await here.ride(account, [1, 2])
    return { ...here, phone, account }
  }

  test('pays every advanced fare through the channel, and the rider is off the next list', async () => {
    const here = await inArrears()
    const { phone, account, issuer, world } = here
    world.clock.set(AT + 3 * DAY_MS)
    expect((await here.view(phone)).debts).toMatchObject([
      { charge: '15215212-1', ageDays: 3 },
      { charge: '15215212-2', ageDays: 3 },
    ])
    world.bank.fund(account, 800)
    const order = { do: 'repay', order: 'repay-bob-1' }
    expect(await phone.order(order)).toEqual({
      order: 'repay-bob-1',
      kind: 'repay',
      state: 'REQUESTED',
      amountFen: 800,
    })
    await issuer.command({ do: 'publish-deny' })
    expect(await issuer.payRiders()).toEqual({ decided: 1, waiting: 0 })
    await issuer.deliver()
    expect(here.denied().map((entries) => entries.map((entry) => entry.account))).toEqual([
      [account],
      [],
    ])
    expect(await here.view(phone)).toMatchObject({
      debtFen: 0,
      state: 'ready',
      payments: [{ kind: 'repay', state: 'PAID' }],
    })
    expect(world.bank.balanceFen(account)).toBe(0)
    expect(await phone.order(order)).toMatchObject({ state: 'PAID' })
    await expect(phone.order({ ...order, order: 'repay-bob-2' })).rejects.toThrow(
      refused('issuer.no-debt'),
    )
  })

  test('refused by the channel, the debt stays; while one waits there is no second', async () => {
    const here = await inArrears()
    await here.phone.order({ do: 'repay', order: 'repay-bob-1' })
    expect(await here.phone.order({ do: 'repay', order: 'repay-bob-2' })).toMatchObject({
      order: 'repay-bob-1',
    })
    await here.issuer.payRiders()
    expect(await here.view(here.phone)).toMatchObject({
      debtFen: 800,
      payments: [{ order: 'repay-bob-1', state: 'REFUSED' }],
    })
  })

  test('a debt that came later stays; one that staff booked meanwhile is kept as prepaid', async () => {
    const here = await inArrears()
    const { phone, account, issuer, world } = here
    await phone.order({ do: 'repay', order: 'repay-bob-1' })
    await issuer.command({ do: 'repay', account, day: DAY })
    await here.ride(account, [3])
    world.bank.fund(account, 800)
    await issuer.payRiders()
    expect(await here.view(phone)).toMatchObject({
      debtFen: 400,
      debts: [{ charge: '15215212-3' }],
      prepaid: { balanceFen: 800 },
    })
  })

  test('a channel that knows nothing is asked again under the same name', async () => {
    const here = await inArrears()
    const asked: string[] = []
    here.world.bank.debit = async ({ ride }) => {
      asked.push(ride)
      return asked.length === 1 ? 'unknown' : 'paid'
    }
    await here.phone.order({ do: 'repay', order: 'repay-bob-1' })
    expect(await here.issuer.payRiders()).toEqual({ decided: 0, waiting: 1 })
    expect(await here.issuer.payRiders()).toEqual({ decided: 1, waiting: 0 })
    expect(asked).toEqual(['repay-repay-bob-1', 'repay-repay-bob-1'])
  })
})

test.each([
  [{ do: 'top-up', order: 'top-up-x', amountFen: 0, ...BANK }, 'issuer.bad-payment'],
  [{ do: 'top-up', order: 'top-up-x', amountFen: '5', ...BANK }, 'issuer.bad-payment'],
  [{ do: 'top-up', order: 'top-up-x', amountFen: 100_001, ...BANK }, 'issuer.bad-payment'],
  [{ do: 'top-up', order: 'top-up-x', amountFen: 5 }, 'issuer.bad-payment'],
  [{ do: 'top-up', order: 'top-up-x', amountFen: 5, ...BANK, channel: 'x' }, 'issuer.bad-payment'],
  [{ do: 'top-up', order: 'X', amountFen: 5, ...BANK }, 'message.malformed'],
  [{ do: 'top-up', order: 'top-up-0', amountFen: 5, ...BANK }, 'issuer.order-conflict'],
  [{ do: 'refund', order: 'refund-x', amountFen: -5 }, 'issuer.bad-payment'],
  [{ do: 'repay', order: 'repay-xx' }, 'issuer.no-debt'],
])('an order of money that does not fit is refused: %j', async (order, code) => {
  const here = await openPeople()
  const { phone } = await here.anonymous('a', 1_000)
  await expect(phone.order(order)).rejects.toThrow(refused(code))
})

test('whatever riders pay, ride and get back: what is owed, held and received always agrees', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('top-up'), amountFen: fc.integer({ min: 1, max: 3_000 }) }),
    fc.record({ do: fc.constant('ride'), amountFen: fc.integer({ min: 1, max: 900 }) }),
    fc.record({ do: fc.constant('refund'), amountFen: fc.integer({ min: 1, max: 2_000 }) }),
    fc.record({ do: fc.constant('repay'), amountFen: fc.constant(0) }),
    fc.record({ do: fc.constant('pay'), amountFen: fc.constant(0) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const here = await openPeople()
      const { phone, account } = await here.anonymous('a', 0)
      here.world.bank.fund(account, 1_000)
      let [charge, riddenFen] = [0, 0]
      for (const [index, { do: what, amountFen }] of steps.entries()) {
        const order = { do: what, order: `property-${index}`, amountFen, ...BANK }
        if (what === 'pay') await here.issuer.payRiders()
        else if (what === 'ride') {
          await here.ride(account, [charge++], { amountFen })
          riddenFen += amountFen
        } else await phone.order(order).catch(() => undefined)
      }
      await here.issuer.payRiders()
      const { prepaid, debtFen, debts } = await here.view(phone)
      const books: Record<string, number> = await here.ledger()
      expect(books['sumFen']).toBe(0)
      expect(prepaid.balanceFen).toBeGreaterThanOrEqual(0)
      expect((books['riders/prepaid'] ?? 0) + prepaid.balanceFen).toBe(0)
      expect(books['riders/debt'] ?? 0).toBe(debtFen)
      expect(debts.length > 0).toBe(debtFen > 0)
      // What the rider's purse lacks is what was ridden and paid, and what is still prepaid.
      const spentFen = 1_000 - here.world.bank.balanceFen(account)
      expect(spentFen).toBe(riddenFen - debtFen + prepaid.balanceFen)
      expect(books['riders/refunds'] ?? 0).toBe(0)
    }),
    { numRuns: 40 },
  )
})
