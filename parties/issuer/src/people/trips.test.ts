import { createMemoryRepository, fromUtf8, type Tx } from '@unifare/core'
import { createHandler, type TripNotice } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accounts, advances, endedKeys, moneyOrders, persons, trips } from '../index.ts'
import {
  AT,
  CENTRE,
  createWorld,
  DAY,
  HOUR,
  IIN,
  ISSUER,
  identity,
  lineOf,
  OPERATOR,
  openTestIssuer,
} from '../issuer.fixture.ts'
import { BANK, openPeople } from './people.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })
const MINUTE = 60_000
const JOURNEY = '413100000001-7'
const CARD = `${IIN}00000000017`

const entry = { at: AT, terminal: '413100000001', line: 2, station: 1 }
const exit = { at: AT + 30 * MINUTE, terminal: '413100000002', line: 2, station: 9 }

function noticeOf(account: string, change: Partial<TripNotice> = {}): TripNotice {
  return {
    journey: JOURNEY,
    version: 1,
    operator: OPERATOR,
    division: '610100',
    mode: 'metro',
    medium: 'code',
    issuer: ISSUER,
    account,
    state: 'at-gate',
    reason: null,
    entry,
    exit: null,
    amountFen: null,
    parts: [],
    charge: null,
    at: AT,
    ...change,
  }
}

const chargedOf = (account: string, change: Partial<TripNotice> = {}) =>
  noticeOf(account, {
    version: 3,
    state: 'charged',
    exit,
    amountFen: 400,
    parts: [{ rule: 'distance', amountFen: 400, zh: '里程票价', en: 'by distance' }],
    charge: `${OPERATOR}-1`,
    at: exit.at,
    ...change,
  })

describe('a trip', () => {
  test('is seen from the gate on, with who says so, since when, why and its money', async () => {
    const here = await openPeople()
    const { phone, account } = await here.registered('bob')
    const trip = async () => (await here.view(phone)).trips
    await here.notice(noticeOf(account))
    expect(await trip()).toMatchObject([
      {
        journey: JOURNEY,
        state: 'at-gate',
        saidBy: 'operator',
        since: AT,
        settlement: null,
        entry,
      },
    ])
    await here.notice(noticeOf(account, { version: 2, state: 'inside', at: AT + MINUTE }))
    expect(await trip()).toMatchObject([{ state: 'inside', since: AT + MINUTE }])
    const charged = chargedOf(account)
    await here.notice(charged)
    expect(await trip()).toMatchObject([
      {
        state: 'charged',
        amountFen: 400,
        parts: charged.parts,
        paidFen: 0,
        owedFen: 0,
        charges: [],
      },
    ])
    await here.statement([lineOf(1, account)])
    expect(await trip()).toMatchObject([{ settlement: 'due', saidBy: 'centre', owedFen: 400 }])
    here.world.clock.set(AT + 20 * HOUR)
    await here.issuer.collect(DAY)
    expect(await trip()).toMatchObject([
      { settlement: 'advanced', saidBy: 'issuer', since: AT + 20 * HOUR, owedFen: 400, paidFen: 0 },
    ])
    await phone.order({ do: 'repay', order: 'repay-bob', ...BANK })
    here.world.bank.fund(account, 400)
    await here.issuer.payRiders()
    expect(await trip()).toMatchObject([
      {
        journey: JOURNEY,
        settlement: 'repaid',
        owedFen: 0,
        paidFen: 400,
        charges: [{ charge: `${OPERATOR}-1`, state: 'repaid', amountFen: 400, day: DAY }],
      },
    ])
  })

  test('moves no money by a notice, whatever it says', async () => {
    const here = await openPeople()
    const { phone, account } = await here.registered('bob')
    await here.notice(chargedOf(account))
    expect(await here.ledger()).toEqual({ sumFen: 0 })
    expect(await here.issuer.collect(DAY)).toEqual({ paid: 0, advanced: 0 })
    expect((await here.view(phone)).debtFen).toBe(0)
  })

  test('that was corrected shows both charges and what they moved', async () => {
    const here = await openPeople()
    const { phone, account } = await here.registered('bob')
    here.world.bank.fund(account, 1_000)
    await here.notice(chargedOf(account))
    await here.notice(chargedOf(account, { version: 4, charge: `${OPERATOR}-2` }))
    await here.ride(account, [1], { verdict: 'repriced' })
    await here.ride(account, [2])
    expect((await here.view(phone)).trips).toMatchObject([
      { settlement: 'paid', paidFen: 400, charges: [{ state: 'rejected' }, { state: 'paid' }] },
    ])
  })

  test('of which no operator told is known by the statement', async () => {
    const here = await openPeople()
    const { phone, account } = await here.registered('bob')
    await here.ride(account, [1])
    await here.ride(account, [2], { verdict: 'no-entry' })
    expect((await here.view(phone)).trips).toMatchObject([
      { journey: `${OPERATOR}-1`, state: 'charged', settlement: 'advanced', owedFen: 400 },
      { journey: `${OPERATOR}-2`, state: 'void', settlement: 'rejected', reason: 'no-entry' },
    ])
  })

  test('is shown to its own rider alone, also by card', async () => {
    const here = await openPeople()
    const { phone: bob, account } = await here.registered('bob')
    const { phone: carol, account: hers } = await here.registered('carol')
    const card = { number: CARD, loadedFen: 1_000 }
    await here.issuer.command({ do: 'issue-cards', day: DAY, cards: [card] })
    await here.notice(noticeOf(account))
    await here.notice(noticeOf(hers, { journey: `${JOURNEY}1` }))
    await here.notice(noticeOf(CARD, { journey: `${JOURNEY}2`, medium: 'card' }))
    const journeys = async (phone: typeof bob) =>
      (await here.view(phone)).trips.map(({ journey }) => journey)
    expect(await journeys(bob)).toEqual([JOURNEY])
    expect(await journeys(carol)).toEqual([`${JOURNEY}1`])
    const claim = { do: 'gate-did-not-open', journey: JOURNEY }
    await expect(carol.order(claim)).rejects.toThrow(refused('issuer.no-trip'))
  })

  test('stands as its highest version says, however often and in whatever order they come', async () => {
    const here = await openPeople()
    let number = 0
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([1, 2, 3, 4], { minLength: 1 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
        async (versions, again) => {
          const { phone, account } = await here.registered(`rider-${number++}`)
          const states = ['at-gate', 'inside', 'incomplete', 'charged'] as const
          const sent = [...versions, ...again.map((place) => versions[place] ?? 1)]
          for (const version of sent) {
            const state = states[version - 1] ?? 'void'
            const charge = version >= 3 ? `${OPERATOR}-${number}${version}` : null
            const journey = `${JOURNEY}${number}`
            const notice = noticeOf(account, { journey, version, state, charge })
            await here.notice({ do: 'trips', trips: [notice] })
          }
          const { trips: shown } = await here.view(phone)
          expect(shown).toMatchObject([{ state: states[Math.max(...sent) - 1] }])
          const [row] = await here.issuer.read((tx) => tx.select(trips, { account }))
          expect(row?.charges).toHaveLength(new Set(sent.filter((version) => version >= 3)).size)
        },
      ),
      { numRuns: 25 },
    )
  })

  test('is taken from its own operator about media of this issuer, each notice by itself', async () => {
    const here = await openPeople()
    const { phone, account } = await here.registered('bob')
    const { account: hers } = await here.registered('carol')
    const list = [
      noticeOf(account),
      noticeOf(account, { operator: '15215213', journey: 'x' }),
      noticeOf(account, { issuer: '01011000', journey: 'y' }),
      noticeOf(`${IIN}99999999999`, { journey: 'z' }),
      noticeOf(CARD, { journey: 'c', medium: 'card' }),
      noticeOf(hers, { version: 9 }),
      { ...noticeOf(account), state: 'somewhere' },
      null,
    ]
    expect(await here.notice({ do: 'trips', trips: list })).toEqual({
      taken: 1,
      refused: [
        { place: 1, code: 'message.refused' },
        { place: 2, code: 'message.refused' },
        { place: 3, code: 'issuer.no-account' },
        { place: 4, code: 'issuer.unknown-card' },
        { place: 5, code: 'issuer.order-conflict' },
        { place: 6, code: 'trip.malformed' },
        { place: 7, code: 'trip.malformed' },
      ],
    })
    expect((await here.view(phone)).trips).toHaveLength(1)
    const send = (sender: string, body: object) =>
      here.send(identity(here.world, sender), 'order', body)
    await expect(send(OPERATOR, { do: 'open' })).rejects.toThrow(refused('message.refused'))
    const trip = { do: 'trips', trips: list }
    await expect(send(CENTRE, trip)).rejects.toThrow(refused('message.refused'))
    await expect(send(OPERATOR, { do: 'trips' })).rejects.toThrow(refused('message.malformed'))
  })
})

describe('the gate did not open', () => {
  test('is written down, told to the operator once, and answered by a new notice', async () => {
    const here = await openPeople()
    const { phone, account } = await here.registered('bob')
    const heard: object[] = []
    here.world.link.register(
      OPERATOR,
      createHandler(identity(here.world, OPERATOR), async ({ body }) => {
        heard.push(JSON.parse(fromUtf8(body)) as object)
        return {}
      }),
    )
    await here.notice(noticeOf(account))
    here.world.clock.set(AT + MINUTE)
    const claim = { do: 'gate-did-not-open', journey: JOURNEY }
    expect(await phone.order(claim)).toEqual({ journey: JOURNEY, claimedAt: AT + MINUTE })
    here.world.clock.set(AT + 2 * MINUTE)
    expect(await phone.order(claim)).toEqual({ journey: JOURNEY, claimedAt: AT + MINUTE })
    await here.issuer.deliver()
    expect(heard).toEqual([{ do: 'gate-claim', journey: JOURNEY, account }])
    const reason = 'gate-did-not-open'
    await here.notice(noticeOf(account, { version: 2, state: 'void', reason }))
    expect((await here.view(phone)).trips).toMatchObject([
      { state: 'void', reason, gateClaimAt: AT + MINUTE },
    ])
  })

  test('of a trip that is void, or unknown, there is nothing to say', async () => {
    const here = await openPeople()
    const { phone, account } = await here.registered('bob')
    const claim = { do: 'gate-did-not-open', journey: JOURNEY }
    await expect(phone.order(claim)).rejects.toThrow(refused('issuer.no-trip'))
    await here.notice(noticeOf(account, { state: 'void' }))
    await expect(phone.order(claim)).rejects.toThrow(refused('issuer.trip-void'))
  })
})

test('what is known of people is rebuilt from the journal', async () => {
  const world = createWorld()
  const here = await openPeople(world)
  const { account } = await here.anonymous('a', 1_000)
  await here.ride(account, [1, 2, 3])
  await here.notice(chargedOf(account))
  await here.signed(here.rider('new phone'), { do: 'take-over' }, account)
  await here.signed(here.rider('browser'), { do: 'freeze' }, account)
  const all = async (tx: Tx) => [
    await tx.select(accounts, {}),
    await tx.select(persons, {}),
    await tx.select(advances, {}),
    await tx.select(endedKeys, {}),
    await tx.select(moneyOrders, {}),
    await tx.select(trips, {}),
  ]
  const before = await here.issuer.read(all)
  expect(before.map((rows) => rows.length)).toEqual([1, 1, 1, 1, 1, 1])
  const again = await openTestIssuer({ ...world, repository: createMemoryRepository() })
  expect(await again.issuer.read(all)).toEqual(before)
})
