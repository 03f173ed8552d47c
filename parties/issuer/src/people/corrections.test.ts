import type { Fen } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AT, DAY, lineOf, OPERATOR } from '../issuer.fixture.ts'
import { openPeople } from './people.fixture.ts'

const conflict = expect.objectContaining({ code: 'issuer.statement-conflict' })
const malformed = expect.objectContaining({ code: 'message.malformed' })

/** The two lines of a correction: what it takes back, and what it asks. */
function correction(
  number: number,
  account: string,
  {
    corrects,
    fromFen,
    toFen,
  }: { readonly corrects: number; readonly fromFen: Fen; readonly toFen: Fen },
): object[] {
  const named = { corrects: `${OPERATOR}-${corrects}` }
  return [
    lineOf(number, account, { ...named, entry: 'reversal', amountFen: 0 - fromFen }),
    lineOf(number, account, { ...named, entry: 'correction', amountFen: toFen }),
  ]
}

async function opened(kind: 'registered' | 'anonymous', fundsFen: Fen) {
  const here = await openPeople()
  const { phone, account } =
    kind === 'registered' ? await here.registered('bob') : await here.anonymous('bob', fundsFen)
  if (kind === 'registered') here.world.bank.fund(account, fundsFen)
  let part = 0
  return {
    ...here,
    phone,
    account,
    /** A part of a statement, and what the issuer then does. */
    async settle(lines: readonly object[]) {
      await here.statement(lines, { part: part++ })
      return this.collect()
    },
    async collect() {
      const result = await here.issuer.collect(DAY)
      await here.issuer.payRiders()
      return result
    },
    async trip() {
      const [trip, ...others] = (await here.view(phone)).trips
      expect(others).toEqual([])
      return trip
    },
    balanceFen: () => here.world.bank.balanceFen(account),
  }
}

const lower = (account: string) => correction(2, account, { corrects: 1, fromFen: 600, toFen: 400 })

describe('a corrected charge of a rider who pays by contract', () => {
  test('paid before: the difference goes back through the channel, once', async () => {
    const here = await opened('registered', 1_000)
    await here.settle([lineOf(1, here.account, { amountFen: 600 })])
    expect(here.balanceFen()).toBe(400)
    await here.settle(lower(here.account))
    for (let i = 0; i < 2; i++) await here.collect()
    expect(here.balanceFen()).toBe(600)
    expect(await here.ledger()).toEqual({
      'channel/received': 400,
      'centre/gross': -400,
      sumFen: 0,
    })
    expect((await here.view(here.phone)).payments).toMatchObject([
      { kind: 'refund', state: 'PAID' },
    ])
  })

  test('dearer than before: the difference alone is asked for', async () => {
    const here = await opened('registered', 1_000)
    await here.settle([lineOf(1, here.account)])
    expect(
      await here.settle(correction(2, here.account, { corrects: 1, fromFen: 400, toFen: 700 })),
    ).toEqual({ paid: 1, advanced: 0 })
    expect(here.balanceFen()).toBe(300)
  })

  test('the trip shows what is asked now, and what was asked before', async () => {
    const here = await opened('registered', 1_000)
    await here.settle([lineOf(1, here.account, { amountFen: 600 })])
    expect(await here.trip()).toMatchObject({ amountFen: 600, paidFen: 600, corrected: null })
    await here.statement(lower(here.account), { part: 7 })
    const corrected = { charge: `${OPERATOR}-1`, amountFen: 600 }
    const waiting = { amountFen: 400, corrected, settlement: 'credit', paidFen: 600, owedFen: -200 }
    expect(await here.trip()).toMatchObject(waiting)
    await here.collect()
    expect(await here.trip()).toMatchObject({
      amountFen: 400,
      corrected,
      settlement: 'credited',
      paidFen: 400,
      owedFen: 0,
      charges: [
        { charge: `${OPERATOR}-1`, amountFen: 600, chargedFen: 600, corrects: '' },
        { charge: `${OPERATOR}-2`, amountFen: -200, chargedFen: 400, corrects: `${OPERATOR}-1` },
      ],
    })
  })

  test('the operator told of it: the same trip, its old amount beside the new one', async () => {
    const here = await opened('registered', 1_000)
    const told = {
      journey: '413100000001-1',
      operator: OPERATOR,
      division: '610100',
      mode: 'metro',
      medium: 'code',
      issuer: '07917910',
      account: here.account,
      state: 'charged',
      reason: null,
      entry: { at: AT, terminal: '413100000001', line: 1, station: 1 },
      exit: null,
      parts: [],
      at: AT,
    } as const
    await here.notice({ ...told, version: 1, amountFen: 600, charge: `${OPERATOR}-1` })
    const corrects = { charge: `${OPERATOR}-1`, amountFen: 600 }
    const next = { ...told, version: 2, amountFen: 400, charge: `${OPERATOR}-2`, corrects }
    await here.notice(next)
    expect(await here.trip()).toMatchObject({
      amountFen: 400,
      corrected: corrects,
      settlement: null,
    })
    await here.settle([lineOf(1, here.account, { amountFen: 600 }), ...lower(here.account)])
    expect(await here.trip()).toMatchObject({ amountFen: 400, corrected: corrects, paidFen: 400 })
    expect(here.balanceFen()).toBe(600)
  })

  test('a correction that the centre refused moves nothing, and what stood is shown', async () => {
    const here = await opened('registered', 1_000)
    const refused = lineOf(2, here.account, {
      amountFen: 100,
      verdict: 'tap.missing',
      corrects: `${OPERATOR}-1`,
    })
    await here.settle([lineOf(1, here.account, { amountFen: 600 })])
    await here.settle([refused])
    expect(here.balanceFen()).toBe(400)
    expect(await here.trip()).toMatchObject({ amountFen: 600, corrected: null, paidFen: 600 })
  })
})

describe('a corrected charge whose fare was advanced', () => {
  test('lowers the debt; one that takes all back ends it, and the rider rides again', async () => {
    const here = await opened('registered', 0)
    expect(await here.settle([lineOf(1, here.account, { amountFen: 600 })])).toEqual({
      paid: 0,
      advanced: 1,
    })
    await here.settle(lower(here.account))
    expect(await here.view(here.phone)).toMatchObject({ debtFen: 400, state: 'arrears' })
    expect(await here.trip()).toMatchObject({ paidFen: 0, owedFen: 400 })
    expect(await here.ledger()).toEqual({ 'riders/debt': 400, 'centre/gross': -400, sumFen: 0 })
    await here.issuer.command({ do: 'publish-deny' })
    await here.settle(correction(3, here.account, { corrects: 2, fromFen: 400, toFen: 0 }))
    await here.issuer.deliver()
    expect(await here.view(here.phone)).toMatchObject({ debtFen: 0, state: 'ready', debts: [] })
    expect(here.denied().map((entries) => entries.length)).toEqual([1, 0])
    expect(await here.ledger()).toEqual({ sumFen: 0 })
  })

  test('what was lowered is repaid with what is left', async () => {
    const here = await opened('registered', 0)
    await here.settle([lineOf(1, here.account, { amountFen: 600 }), lineOf(9, here.account)])
    await here.settle(lower(here.account))
    const repaid = await here.issuer.command({ do: 'repay', account: here.account, day: DAY })
    expect(repaid).toEqual({ account: here.account, repaidFen: 800, leftFen: 0 })
    expect(await here.ledger()).toEqual({
      'channel/received': 800,
      'centre/gross': -800,
      sumFen: 0,
    })
  })
})

describe('a corrected charge of a prepaid account', () => {
  test('goes back into what is prepaid, and debts are the first that it pays', async () => {
    const here = await opened('anonymous', 1_000)
    await here.settle([lineOf(1, here.account, { amountFen: 600 })])
    await here.settle(lower(here.account))
    expect((await here.view(here.phone)).prepaid.balanceFen).toBe(600)
    await here.settle([lineOf(5, here.account, { amountFen: 700 })])
    expect(await here.view(here.phone)).toMatchObject({ debtFen: 700 })
    await here.settle(correction(6, here.account, { corrects: 2, fromFen: 400, toFen: 300 }))
    expect(await here.view(here.phone)).toMatchObject({ debtFen: 0, prepaid: { balanceFen: 0 } })
    expect((await here.ledger()).sumFen).toBe(0)
  })

  test('asks the difference of what is prepaid', async () => {
    const here = await opened('anonymous', 1_000)
    await here.settle([lineOf(1, here.account)])
    await here.settle(correction(2, here.account, { corrects: 1, fromFen: 400, toFen: 650 }))
    expect((await here.view(here.phone)).prepaid.balanceFen).toBe(350)
  })
})

describe('a statement with corrections', () => {
  test('that comes again has no effect; one that takes back what nobody asked is refused', async () => {
    const here = await opened('registered', 1_000)
    await here.statement([lineOf(1, here.account, { amountFen: 600 })])
    for (let i = 0; i < 2; i++) await here.statement(lower(here.account), { part: 1 })
    await here.collect()
    expect(here.balanceFen()).toBe(600)
    const wrong = correction(3, here.account, { corrects: 2, fromFen: 500, toFen: 100 })
    await expect(here.statement(wrong, { part: 2 })).rejects.toThrow(conflict)
  })

  test.each([
    ['a reversal alone', (lines: object[]) => lines.slice(0, 1)],
    ['a correction without its reversal', (lines: object[]) => lines.slice(1)],
    ['the two in the wrong order', (lines: object[]) => lines.toReversed()],
    ['a reversal of another charge', ([a, b]: object[]) => [{ ...a, corrects: 'x' }, b]],
    ['a reversal that asks', ([a, b]: object[]) => [{ ...a, amountFen: 600 }, b]],
  ])('is refused when it has %s', async (_, broken) => {
    const here = await opened('registered', 1_000)
    await here.statement([lineOf(1, here.account, { amountFen: 600 })])
    await expect(
      here.statement(broken(lower(here.account)) as object[], { part: 1 }),
    ).rejects.toThrow(malformed)
  })
})

const steps = fc.array(
  fc.record({
    toFen: fc.nat(900),
    collect: fc.boolean(),
    fundFen: fc.constantFrom(0, 0, 300, 2_000),
  }),
  { minLength: 1, maxLength: 6 },
)

test.each(['registered', 'anonymous'] as const)(
  'whatever is corrected and collected when: a rider pays or owes the last amount (%s)',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(1_500), async (drawn, fundsFen) => {
        const here = await opened(kind, fundsFen)
        let asked = 0
        for (const [index, { toFen, collect, fundFen }] of drawn.entries()) {
          const number = index + 1
          const lines =
            index === 0
              ? [lineOf(number, here.account, { amountFen: toFen })]
              : correction(number, here.account, { corrects: index, fromFen: asked, toFen })
          await here.statement(lines, { part: index })
          asked = toFen
          here.world.bank.fund(here.account, fundFen)
          if (collect) await here.collect()
        }
        for (let i = 0; i < 2; i++) await here.collect()
        const trip = await here.trip()
        expect((trip?.paidFen ?? 0) + (trip?.owedFen ?? 0)).toBe(asked)
        const { debtFen } = await here.view(here.phone)
        expect(trip?.owedFen).toBe(debtFen)
        const ledger: Readonly<Record<string, number>> = await here.ledger()
        expect(ledger.sumFen).toBe(0)
        expect(ledger['riders/receivable'] ?? 0).toBe(0)
        expect(ledger['riders/refunds'] ?? 0).toBe(0)
        expect(ledger['centre/gross'] ?? 0).toBe(0 - asked)
      }),
      { numRuns: 12, seed: 20_261_121 },
    )
  },
)
