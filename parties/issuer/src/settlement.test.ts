import { sumFen, UnifareError } from '@unifare/core'
import { balances, trialBalance } from '@unifare/ledger'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  accounts,
  createSimulatedChannel,
  type PaymentChannel,
  type PaymentOutcome,
} from './index.ts'
import {
  AT,
  CONTRACT,
  createWorld,
  DAY,
  HOUR,
  IIN,
  ISSUER,
  lineOf,
  openEnrolled,
} from './issuer.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })

type Here = Awaited<ReturnType<typeof openEnrolled>>

async function openReady(name = 'rider', opened?: Here, contract: object = {}) {
  const here = opened ?? (await openEnrolled())
  const phone = here.rider(name)
  const { account } = await phone.open()
  await phone.authorise(contract)
  await phone.ready()
  const states = async () => (await phone.look()).rides.map(({ state }) => state)
  return { ...here, phone, account, states }
}

async function ledgerOf({ issuer }: Here): Promise<Record<string, number>> {
  const { rows, sumFen: sum } = trialBalance(await issuer.read((tx) => balances(tx)))
  expect(sum).toBe(0)
  return Object.fromEntries(
    rows
      .filter(({ balanceFen }) => balanceFen !== 0)
      .map(({ account, balanceFen }) => [account, balanceFen]),
  )
}

describe('after the ride', () => {
  test('the channel of the contract pays, and the rider sees it', async () => {
    const here = await openReady()
    here.world.bank.fund(here.account, 1_000)
    await here.statement([lineOf(1, here.account), lineOf(2, here.account, { amountFen: 300 })])
    expect(await here.states()).toEqual(['due', 'due'])
    expect(await ledgerOf(here)).toEqual({ 'riders/receivable': 700, 'centre/gross': -700 })
    expect(await here.issuer.collect(DAY)).toEqual({ paid: 2, advanced: 0 })
    expect(await here.states()).toEqual(['paid', 'paid'])
    expect(here.world.bank.balanceFen(here.account)).toBe(300)
    expect(await ledgerOf(here)).toEqual({ 'channel/received': 700, 'centre/gross': -700 })
    expect(await here.issuer.collect(DAY)).toEqual({ paid: 0, advanced: 0 })
  })

  test('what the centre did not settle is shown with its reason and moves no money', async () => {
    const here = await openReady()
    await here.statement([lineOf(1, here.account, { verdict: 'code.over-cap' })])
    expect((await here.phone.look()).rides).toMatchObject([
      { state: 'rejected', verdict: 'code.over-cap' },
    ])
    expect(await here.issuer.collect(DAY)).toEqual({ paid: 0, advanced: 0 })
    expect(await ledgerOf(here)).toEqual({})
  })

  test('a free ride is paid, alone or among others', async () => {
    const here = await openReady()
    await here.statement([lineOf(1, here.account, { amountFen: 0 })])
    expect(await here.states()).toEqual(['paid'])
    expect(await here.issuer.collect(DAY)).toEqual({ paid: 0, advanced: 0 })
    expect((await here.phone.look()).state).toBe('ready')
  })

  test('a card has paid at the gate: its float goes down by what it spent', async () => {
    const here = await openReady()
    const number = `${IIN}00000000017`
    await here.issuer.command({
      do: 'issue-cards',
      day: DAY,
      cards: [{ number, loadedFen: 5_000 }],
    })
    await here.statement([
      lineOf(1, number, { medium: 'card' }),
      lineOf(2, number, { medium: 'card' }),
    ])
    expect(await here.issuer.collect(DAY)).toEqual({ paid: 0, advanced: 0 })
    expect(await ledgerOf(here)).toEqual({
      'sales/received': 5_000,
      'cards/float': -4_200,
      'centre/gross': -800,
    })
  })

  test('a statement on which this issuer also receives asks its riders for what it pays only', async () => {
    const here = await openReady()
    await here.statement([lineOf(1, here.account, { side: 'receive' })])
    expect(await here.states()).toEqual([])
  })
})

describe('an empty account', () => {
  async function inArrears() {
    const here = await openReady()
    await here.statement([lineOf(1, here.account), lineOf(2, here.account)])
    await here.world.clock.advance(HOUR)
    expect(await here.issuer.collect(DAY)).toEqual({ paid: 0, advanced: 2 })
    return here
  }

  test('is advanced 垫付 and shown as debt; the operator is paid all the same', async () => {
    const here = await inArrears()
    expect(await here.phone.look()).toMatchObject({ state: 'arrears', debtFen: 800 })
    expect(await here.states()).toEqual(['advanced', 'advanced'])
    expect(await ledgerOf(here)).toEqual({ 'riders/debt': 800, 'centre/gross': -800 })
  })

  test('gets no credential and stands on the next deny list until it is repaid', async () => {
    const here = await inArrears()
    await expect(here.phone.ready()).rejects.toThrow(refused('issuer.arrears'))
    await here.issuer.command({ do: 'publish-deny' })
    await here.world.clock.advance(HOUR)
    await here.issuer.command({ do: 'publish-deny' })
    const repaid = await here.issuer.command({ do: 'repay', account: here.account, day: DAY })
    expect(repaid).toEqual({ account: here.account, repaidFen: 800, leftFen: 0 })
    await here.issuer.command({ do: 'publish-deny' })
    await here.issuer.deliver()
    const entry = { account: here.account, reason: 'arrears', since: AT + HOUR }
    expect(here.denied()).toMatchObject([[entry], [entry], []])
    expect(await here.phone.ready()).toMatchObject({ account: here.account })
    expect(await here.phone.look()).toMatchObject({ state: 'ready', debtFen: 0 })
    expect(await here.states()).toEqual(['repaid', 'repaid'])
    expect(await ledgerOf(here)).toEqual({ 'channel/received': 800, 'centre/gross': -800 })
  })

  test('is denied since its first debt, and once, also when staff denies it too', async () => {
    const here = await inArrears()
    await here.world.clock.advance(HOUR)
    await here.statement([lineOf(3, here.account)], { part: 1 })
    await here.issuer.collect(DAY)
    await here.issuer.command({ do: 'publish-deny' })
    const { account } = here
    const fraud = { medium: 'code', issuer: ISSUER, account, reason: 'fraud', since: AT }
    await here.issuer.command({ do: 'publish-deny', entries: [fraud] })
    await here.issuer.deliver()
    expect(here.denied()).toMatchObject([[{ reason: 'arrears', since: AT + HOUR }], [fraud]])
  })

  test('does not owe what it repaid, nor what nobody knows', async () => {
    const here = await inArrears()
    const repay = (account: string) => here.issuer.command({ do: 'repay', account, day: DAY })
    await repay(here.account)
    await expect(repay(here.account)).rejects.toThrow(refused('issuer.no-debt'))
    await expect(repay('3190000799999999990')).rejects.toThrow(refused('issuer.no-account'))
  })

  test('authorising again does not lift the debt', async () => {
    const here = await inArrears()
    expect(await here.phone.authorise()).toMatchObject({ state: 'arrears' })
    await expect(here.phone.ready()).rejects.toThrow(refused('issuer.arrears'))
  })
})

describe('ending the contract', () => {
  test('only once rides and debt are settled and no credential is left', async () => {
    const here = await openReady()
    const withdraw = () => here.phone.order({ do: 'withdraw' })
    await expect(withdraw()).rejects.toThrow(refused('issuer.open-rides'))
    here.world.clock.set(AT + 25 * HOUR)
    await here.statement([lineOf(1, here.account)])
    await expect(withdraw()).rejects.toThrow(refused('issuer.open-rides'))
    await here.issuer.collect(DAY)
    await expect(withdraw()).rejects.toThrow(refused('issuer.arrears'))
    await here.issuer.command({ do: 'repay', account: here.account, day: DAY })
    expect(await withdraw()).toEqual({ account: here.account, state: 'withdrawn' })
    await expect(here.phone.ready()).rejects.toThrow(refused('issuer.no-account'))
    expect(await here.phone.look()).toMatchObject({ state: 'withdrawn', contract: null })
  })

  test('who comes back gets a new account; a late ride of the old one is a debt of the rider', async () => {
    const here = await openReady()
    here.world.clock.set(AT + 25 * HOUR)
    await here.phone.order({ do: 'withdraw' })
    const second = await here.phone.open()
    expect(second.account).not.toBe(here.account)
    expect((await here.phone.open()).account).toBe(second.account)
    await here.phone.authorise()
    await here.statement([lineOf(1, here.account)])
    await here.issuer.collect(DAY)
    expect(await here.phone.look()).toMatchObject({ account: second.account, debtFen: 400 })
    await expect(here.phone.ready()).rejects.toThrow(refused('issuer.arrears'))
    await here.issuer.command({ do: 'repay', account: here.account, day: DAY })
    expect(await here.phone.ready()).toMatchObject({ account: second.account })
    const own = await here.issuer.read((tx) => tx.select(accounts, {}))
    expect(own.map(({ state }) => state)).toEqual(['withdrawn', 'ready'])
  })
})

describe('a statement', () => {
  test('has one effect however often it comes', async () => {
    const here = await openReady()
    here.world.bank.fund(here.account, 1_000)
    const lines = [lineOf(1, here.account)]
    for (const parts of [1, 1, 2, 3]) {
      await here.statement(lines, { parts })
      await here.issuer.collect(DAY)
    }
    expect(here.world.bank.balanceFen(here.account)).toBe(600)
    expect(await ledgerOf(here)).toEqual({ 'channel/received': 400, 'centre/gross': -400 })
  })

  test('with other content, or with a charge that stood on another, is refused whole', async () => {
    const here = await openReady()
    await here.statement([lineOf(1, here.account)])
    const before = await ledgerOf(here)
    const conflict = refused('issuer.statement-conflict')
    const again = [lineOf(1, here.account, { amountFen: 500 })]
    await expect(here.statement(again)).rejects.toThrow(conflict)
    await expect(
      here.statement([lineOf(1, here.account)], { more: { root: 'x' } }),
    ).rejects.toThrow(conflict)
    const twice = [lineOf(2, here.account), lineOf(1, here.account)]
    await expect(here.statement(twice, { part: 1 })).rejects.toThrow(conflict)
    await expect(
      here.statement([lineOf(3, here.account), lineOf(3, here.account)], { part: 1 }),
    ).rejects.toThrow(conflict)
    expect(await ledgerOf(here)).toEqual(before)
    await here.statement([lineOf(2, here.account)], { part: 1 })
    expect(await here.states()).toEqual(['due', 'due'])
  })

  test.each([
    [[{}]],
    [[lineOf(1, 'x', { amountFen: -1 })]],
    [[lineOf(1, 'x', { amountFen: 'all' })]],
  ])('that cannot be read is refused: %j', async (lines) => {
    const here = await openEnrolled()
    await expect(here.statement(lines)).rejects.toThrow(refused('message.malformed'))
    await expect(here.statement([], { more: { member: '01011000' } })).rejects.toThrow(
      refused('message.malformed'),
    )
    await expect(here.statement([], { day: '2026-02-30' })).rejects.toThrow(refused('time.bad-day'))
  })
})

describe('payment channels', () => {
  const contract = { ...CONTRACT, agreedAt: AT }
  const order = (ride: string, amountFen: number, change: object = {}) => ({
    ride,
    account: 'a',
    contract: { ...contract, ...change },
    amountFen,
  })

  test('the simulated one asks the sources in the order of the contract and splits no fare', async () => {
    const bank = createSimulatedChannel()
    bank.fund('a', 300)
    bank.fund('a', 1_000, 'bank-card')
    const left = () => [bank.balanceFen('a', 'balance'), bank.balanceFen('a', 'bank-card')]
    expect(await bank.debit(order('1', 200))).toBe('paid')
    expect(left()).toEqual([100, 1_000])
    expect(await bank.debit(order('2', 200))).toBe('paid')
    expect(left()).toEqual([100, 800])
    expect(await bank.debit(order('3', 50, { sources: ['bank-card', 'balance'] }))).toBe('paid')
    expect(left()).toEqual([100, 750])
    expect(await bank.debit(order('4', 800))).toBe('refused')
    expect(await bank.debit(order('5', 100, { sources: ['elsewhere'] }))).toBe('refused')
    expect(bank.balanceFen('a')).toBe(850)
  })

  test('nothing above the limit of the contract', async () => {
    const bank = createSimulatedChannel()
    bank.fund('a', 10_000)
    expect(await bank.debit(order('1', CONTRACT.limitFen + 1))).toBe('refused')
    expect(await bank.debit(order('2', CONTRACT.limitFen))).toBe('paid')
  })

  test('the same name gives the same outcome, paid once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(5), fc.nat(3)), { maxLength: 30 }),
        async (asked) => {
          const bank = createSimulatedChannel()
          bank.fund('a', 700)
          const outcomes = new Map<number, PaymentOutcome>()
          const amountOf = (ride: number) => 100 + ride * 50
          for (const [ride, funded] of asked) {
            const outcome = await bank.debit(order(String(ride), amountOf(ride)))
            expect(outcomes.get(ride) ?? outcome).toBe(outcome)
            outcomes.set(ride, outcome)
            bank.fund('a', funded)
          }
          const funded = sumFen(asked.map(([, amountFen]) => amountFen))
          const paid = sumFen(
            [...outcomes].map(([ride, outcome]) => (outcome === 'paid' ? amountOf(ride) : 0)),
          )
          expect(bank.balanceFen('a')).toBe(700 + funded - paid)
        },
      ),
    )
  })

  /** A channel on the bank whose first answers are lost, or that cannot be reached. */
  function losing(bank: PaymentChannel, lost: number): PaymentChannel & { asked: string[] } {
    const asked: string[] = []
    return {
      name: 'losing',
      asked,
      async debit(payment) {
        asked.push(payment.ride)
        const outcome = await bank.debit(payment)
        if (asked.length > lost) return outcome
        if (asked.length % 2 === 0) throw new UnifareError('link.unreachable', 'no answer')
        return 'unknown'
      },
    }
  }

  test('an unknown outcome is asked again under the same name and debited once', async () => {
    const world = createWorld()
    const channel = losing(world.bank, 2)
    const here = await openReady('a', await openEnrolled(world, [channel]), { channel: 'losing' })
    world.bank.fund(here.account, 1_000)
    await here.statement([lineOf(1, here.account)])
    for (let i = 0; i < 2; i++) {
      expect(await here.issuer.collect(DAY)).toEqual({ paid: 0, advanced: 0 })
      expect(await here.states()).toEqual(['due'])
    }
    expect(await here.issuer.collect(DAY)).toEqual({ paid: 1, advanced: 0 })
    expect(new Set(channel.asked).size).toBe(1)
    expect(world.bank.balanceFen(here.account)).toBe(600)
  })

  test('a debit whose booking was lost in a crash is booked at the next collection, once', async () => {
    const world = createWorld()
    const here = await openReady('a', await openEnrolled(world))
    world.bank.fund(here.account, 1_000)
    await here.statement([lineOf(1, here.account)])
    world.storage.failAt(1)
    await expect(here.issuer.collect(DAY)).rejects.toThrow(refused('journal.failed'))
    expect(world.bank.balanceFen(here.account)).toBe(600)
    world.storage.crash()
    const again = await openEnrolled(world)
    expect(await again.issuer.collect(DAY)).toEqual({ paid: 1, advanced: 0 })
    expect(world.bank.balanceFen(here.account)).toBe(600)
    expect(await ledgerOf(again)).toEqual({ 'channel/received': 400, 'centre/gross': -400 })
  })
})

test('the ledger sums to zero and nothing stays receivable, whatever rides and purses', async () => {
  const ride = fc.record({ amountFen: fc.nat(900), rider: fc.nat(2), normal: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.array(ride, { maxLength: 12 }),
      fc.array(fc.nat(2_000), { minLength: 3, maxLength: 3 }),
      async (all, purses) => {
        const here = await openEnrolled()
        const names: string[] = []
        for (const [index, amountFen] of purses.entries()) {
          const { account } = await openReady(`rider ${index}`, here)
          here.world.bank.fund(account, amountFen)
          names.push(account)
        }
        await here.statement(
          all.map(({ amountFen, rider, normal }, index) =>
            lineOf(index, names[rider] as string, {
              amountFen,
              verdict: normal ? 'normal' : 'tap.missing',
            }),
          ),
        )
        await here.issuer.collect(DAY)
        const settledFen = sumFen(all.map(({ amountFen, normal }) => (normal ? amountFen : 0)))
        const ledger = await ledgerOf(here)
        expect(ledger['riders/receivable'] ?? 0).toBe(0)
        expect((ledger['channel/received'] ?? 0) + (ledger['riders/debt'] ?? 0)).toBe(settledFen)
        const left = sumFen(names.map((account) => here.world.bank.balanceFen(account)))
        expect(sumFen(purses) - left).toBe(ledger['channel/received'] ?? 0)
      },
    ),
    { numRuns: 10 },
  )
})
