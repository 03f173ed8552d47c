import { canonicalJson, fromUtf8, utf8 } from '@unifare/core'
import { exchange, parseTripNotice, type Tap, type TripNotice } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import {
  ACCOUNT,
  AT,
  CARD,
  cardExit,
  codeTap,
  DAY_END,
  gateEvent,
  LOCAL,
  MINUTE,
  OPERATOR,
  OTHER_GATE,
  openWorking,
  party,
  tapOf,
  VISITOR,
} from '../operator.fixture.ts'

const local = (change: Partial<Tap> = {}) => codeTap({ issuer: LOCAL, ...change })
const out = (minute: number, change: Partial<Tap> = {}) =>
  local({ kind: 'exit', station: 3, at: AT + minute * MINUTE, ...change })

/** The operator at work, and what the local issuer hears of it. */
async function openTelling() {
  const here = await openWorking()
  const { world, operator } = here
  return {
    ...here,
    /** Has the issuers told and returns what was new, as the issuer reads it. */
    async told(): Promise<TripNotice[]> {
      world.issuer.heard.length = 0
      await operator.command({ do: 'tell-trips' })
      await operator.deliver()
      return world.issuer.heard.flatMap(tripsOf)
    },
    claim: (journey: string, account = ACCOUNT, issuer = LOCAL) =>
      exchange(world.link, party(world, issuer), {
        receiver: OPERATOR,
        kind: 'order',
        body: utf8(canonicalJson({ do: 'gate-claim', journey, account })),
      }),
    async answered(): Promise<TripNotice[]> {
      world.issuer.heard.length = 0
      await operator.deliver()
      return world.issuer.heard.flatMap(tripsOf)
    },
  }
}

function tripsOf({ body }: { readonly body: Uint8Array }): TripNotice[] {
  const order = JSON.parse(fromUtf8(body)) as { do: string; trips: unknown[] }
  expect(order.do).toBe('trips')
  return order.trips.map(parseTripNotice)
}

describe('the issuer of a code is told of a journey', () => {
  test('from the gate to the charge, each state once, versions rising', async () => {
    const here = await openTelling()
    await here.upload([local({ station: 1 })])
    const [atGate] = await here.told()
    expect(atGate).toMatchObject({
      version: 1,
      state: 'at-gate',
      account: ACCOUNT,
      division: '610100',
      entry: { station: 1, at: AT },
      exit: null,
      amountFen: null,
      charge: null,
    })
    await here.upload([gateEvent('passed', 1)])
    expect(await here.told()).toMatchObject([{ version: 2, state: 'inside' }])
    expect(await here.told()).toEqual([])
    await here.upload([out(30)], OTHER_GATE)
    await here.charge()
    const [charged] = await here.told()
    expect(charged).toMatchObject({
      journey: atGate?.journey,
      version: 3,
      state: 'charged',
      amountFen: 400,
      charge: `${OPERATOR}-1`,
      entry: { station: 1 },
      exit: { station: 3 },
    })
    expect(charged?.parts.length).toBeGreaterThan(0)
    expect(charged?.parts[0]).toMatchObject({ zh: expect.any(String), en: expect.any(String) })
    expect(await here.told()).toEqual([])
  })

  test('a gate that nobody passed: void, with the reason of the gate', async () => {
    const here = await openTelling()
    await here.upload([local()])
    await here.told()
    await here.upload([gateEvent('timed-out', 1)])
    expect(await here.told()).toMatchObject([
      { version: 2, state: 'void', reason: 'gate.timed-out', amountFen: null },
    ])
    expect(await here.told()).toEqual([])
  })

  test('void before anybody was told: told once, as void', async () => {
    const here = await openTelling()
    await here.upload([local(), gateEvent('timed-out', 1)])
    expect(await here.told()).toMatchObject([{ version: 1, state: 'void' }])
  })

  test('an entry that nobody confirmed is void when the day gives it up', async () => {
    const here = await openTelling()
    await here.upload([local()])
    await here.charge({ giveUpBefore: DAY_END })
    expect(await here.told()).toMatchObject([{ state: 'void', reason: 'trip.nobody-passed' }])
  })

  test('an exit that was never made is charged, and says so', async () => {
    const here = await openTelling()
    await here.upload([local(), gateEvent('passed', 1)])
    await here.charge({ giveUpBefore: DAY_END })
    expect(await here.told()).toMatchObject([{ state: 'charged', reason: 'trip.missing-exit' }])
  })

  test('a lone exit waits in silence for its entry, and takes the name of the journey from it', async () => {
    const here = await openTelling()
    await here.upload([out(30)])
    expect(await here.told()).toEqual([])
    await here.upload([local()], OTHER_GATE)
    await here.charge()
    expect(await here.told()).toMatchObject([
      { state: 'charged', journey: `${OTHER_GATE}-1`, exit: { station: 3 } },
    ])
  })

  test('a late end corrects what was told: the same journey, the new amount beside the old one', async () => {
    const here = await openTelling()
    await here.upload([local(), gateEvent('passed', 1)])
    await here.charge({ giveUpBefore: DAY_END })
    const [before] = await here.told()
    expect(before).toMatchObject({ amountFen: 600, charge: `${OPERATOR}-1` })
    expect(before).not.toHaveProperty('corrects')
    await here.upload([out(30)], OTHER_GATE)
    await here.charge({ giveUpBefore: DAY_END })
    expect(await here.told()).toMatchObject([
      {
        journey: before?.journey,
        version: 2,
        reason: 'trip.corrected',
        amountFen: 400,
        charge: `${OPERATOR}-2`,
        corrects: { charge: `${OPERATOR}-1`, amountFen: 600 },
        exit: { station: 3 },
      },
    ])
  })

  test('a late entry is told as the end of its journey, and as no trip of its own', async () => {
    const here = await openTelling()
    await here.upload([out(30)])
    await here.charge({ giveUpBefore: DAY_END })
    const [lone] = await here.told()
    await here.upload([local()], OTHER_GATE)
    await here.charge({ giveUpBefore: DAY_END })
    expect(await here.told()).toMatchObject([
      { journey: lone?.journey, version: 2, reason: 'trip.corrected', entry: { station: 1 } },
    ])
  })

  test('a bus has no gate: who was told "go" is under way', async () => {
    const here = await openTelling()
    await here.upload([local({ kind: 'purchase', mode: 'bus', station: 0 })])
    expect(await here.told()).toMatchObject([{ state: 'inside', exit: null }])
    await here.charge()
    expect(await here.told()).toMatchObject([{ version: 2, state: 'charged', exit: null }])
  })

  test('the same code at a second gate is no second trip', async () => {
    const here = await openTelling()
    await here.upload([local({ kind: 'purchase', mode: 'bus' })])
    await here.upload([local({ kind: 'purchase', mode: 'bus' })], OTHER_GATE)
    expect(await here.told()).toHaveLength(1)
  })
})

describe('the issuer of a card is told of charges', () => {
  test('with the entry that the card itself names', async () => {
    const here = await openTelling()
    const exit = { from: 1, enteredAt: AT, at: AT + 30 * MINUTE, station: 3, amountFen: 360 }
    await here.upload([cardExit({ ...exit, issuer: LOCAL })])
    expect(await here.told()).toEqual([])
    await here.charge()
    expect(await here.told()).toMatchObject([
      {
        medium: 'card',
        account: CARD,
        state: 'charged',
        amountFen: 360,
        entry: { station: 1, terminal: '', at: AT },
        exit: { station: 3 },
      },
    ])
  })

  test('whom the operator cannot reach is not written to', async () => {
    const here = await openTelling()
    await here.upload([tapOf({ issuer: VISITOR })])
    await here.charge()
    expect(await here.told()).toEqual([])
    expect(await here.operator.deliver()).toBe(0)
  })
})

describe('"the gate did not open"', () => {
  test('voids an entry that no sensor confirmed; it is never charged', async () => {
    const here = await openTelling()
    await here.upload([local()])
    const [trip] = await here.told()
    expect(await here.claim(trip?.journey ?? '')).toEqual({ answer: 'void' })
    expect(await here.answered()).toMatchObject([
      { version: 2, state: 'void', reason: 'gate.not-opened' },
    ])
    expect(await here.claim(trip?.journey ?? '')).toEqual({ answer: 'void' })
    await here.charge({ giveUpBefore: DAY_END })
    expect(await here.sent()).toEqual([])
    expect(await here.told()).toEqual([])
  })

  test('does not undo a passage that the sensor saw; the rider is told so, for good', async () => {
    const here = await openTelling()
    await here.upload([local(), gateEvent('passed', 1)])
    const [trip] = await here.told()
    expect(await here.claim(trip?.journey ?? '')).toEqual({ answer: 'passed' })
    expect(await here.answered()).toMatchObject([
      { version: 2, state: 'inside', reason: 'gate.claim-passed' },
    ])
    expect(await here.told()).toEqual([])
    await here.upload([out(30)], OTHER_GATE)
    await here.charge()
    expect(await here.told()).toMatchObject([
      { version: 3, state: 'charged', reason: 'gate.claim-passed' },
    ])
  })

  test('is kept where no gate could tell: who boarded pays as if nothing had been said', async () => {
    const here = await openTelling()
    await here.upload([local({ mode: 'bus' })])
    const [trip] = await here.told()
    expect(await here.claim(trip?.journey ?? '')).toEqual({ answer: 'charged' })
    expect(await here.answered()).toMatchObject([
      { version: 2, state: 'inside', reason: 'gate.claim-charged' },
    ])
    await here.upload([out(30, { mode: 'bus' })], OTHER_GATE)
    await here.charge()
    expect(await here.told()).toMatchObject([
      { version: 3, state: 'charged', reason: 'gate.claim-charged' },
    ])
  })

  test('is taken from the issuer of that account alone', async () => {
    const here = await openTelling()
    await here.upload([local()])
    const [trip] = await here.told()
    const foreign = here.claim(trip?.journey ?? '', `${ACCOUNT.slice(0, -1)}9`)
    await expect(foreign).rejects.toMatchObject({ code: 'operator.no-trip' })
    const stranger = here.claim(trip?.journey ?? '', ACCOUNT, VISITOR)
    await expect(stranger).rejects.toMatchObject({ code: 'message.unknown-sender' })
  })
})
