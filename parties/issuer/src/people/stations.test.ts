import { fromUtf8 } from '@unifare/core'
import { createHandler, type TripMissing, type TripNotice } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { AT, HOUR, ISSUER, identity, OPERATOR } from '../issuer.fixture.ts'
import { openPeople } from './people.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })
const DAY_MS = 24 * HOUR
const NAME = '413100000001-'
const MISSING: TripMissing = { end: 'exit', until: AT + 7 * DAY_MS, yearly: 12, stated: null }

/** A trip of an account whose exit nobody saw. */
function loneOf(account: string, change: Partial<TripNotice> = {}): TripNotice {
  return {
    journey: `${NAME}7`,
    version: 1,
    operator: OPERATOR,
    division: '610100',
    mode: 'metro',
    medium: 'code',
    issuer: ISSUER,
    account,
    state: 'incomplete',
    reason: null,
    entry: { at: AT, terminal: '413100000001', line: 2, station: 1 },
    exit: null,
    missing: MISSING,
    amountFen: null,
    parts: [],
    charge: null,
    at: AT,
    ...change,
  }
}

/** The operator's answer to a statement. */
const answered = (at: number, station: number, code: string | null = null): TripMissing => ({
  ...MISSING,
  stated: { at, line: 2, station, refused: code },
})

/** A rider with a trip whose exit nobody saw, and what the operator hears. */
async function openLone() {
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
  await here.notice(loneOf(account))
  const stating = { do: 'state-station', journey: `${NAME}7`, line: 2, station: 9 }
  let nonce = 0
  return {
    ...here,
    phone,
    account,
    heard,
    state: (change: object = {}) => phone.order({ ...stating, ...change, nonce: nonce++ }),
    missing: async () => (await here.view(phone)).trips[0]?.missing,
  }
}

describe('the station of a trip that lost an end', () => {
  test('can be stated by its rider: shown with the limits, passed on, shown as waiting', async () => {
    const here = await openLone()
    const { until, yearly } = MISSING
    const silent = { end: 'exit', until, yearly, used: 0, stated: null }
    expect(await here.missing()).toEqual(silent)
    const waits = { line: 2, station: 9, at: AT, state: 'waits', refused: null }
    expect(await here.state()).toEqual(waits)
    await here.issuer.deliver()
    expect(here.heard).toEqual([
      {
        do: 'station-statement',
        journey: `${NAME}7`,
        account: here.account,
        line: 2,
        station: 9,
        statedAt: AT,
        treated: 0,
      },
    ])
    expect(await here.missing()).toEqual({ ...silent, stated: waits })
  })

  test('is taken by a new version of the trip, and counts', async () => {
    const here = await openLone()
    await here.state()
    await here.notice(loneOf(here.account, { version: 2, missing: answered(AT, 9) }))
    expect(await here.missing()).toMatchObject({ used: 1, stated: { state: 'taken', station: 9 } })
    expect(await here.state()).toMatchObject({ state: 'taken' })
    await expect(here.state({ station: 8 })).rejects.toThrow(refused('issuer.station-given'))
    await here.issuer.deliver()
    expect(here.heard).toHaveLength(1)
  })

  test('is refused by one with a code; then another one can be stated', async () => {
    const here = await openLone()
    await here.state()
    const code = 'fares.statement-too-fast'
    await here.notice(loneOf(here.account, { version: 2, missing: answered(AT, 9, code) }))
    expect(await here.missing()).toMatchObject({
      used: 0,
      stated: { state: 'refused', refused: code },
    })
    expect(await here.state({ station: 8 })).toMatchObject({ state: 'waits', station: 8 })
    expect(await here.missing()).toMatchObject({ stated: { state: 'waits', station: 8 } })
    await here.issuer.deliver()
    expect(here.heard).toHaveLength(2)
  })

  test('waits through a version that says nothing of it', async () => {
    const here = await openLone()
    await here.state()
    await expect(here.state({ station: 8 })).rejects.toThrow(refused('issuer.station-given'))
    await here.notice(loneOf(here.account, { version: 2 }))
    expect(await here.missing()).toMatchObject({ stated: { state: 'waits', station: 9 } })
  })

  test('is told with how often this rider did so, by whatever number, this year, there', async () => {
    const here = await openLone()
    const trip = (journey: string, change: Partial<TripNotice> = {}) =>
      here.notice(
        loneOf(here.account, { journey: NAME + journey, missing: answered(AT, 9), ...change }),
      )
    const lastYear = { at: Date.UTC(2025, 10, 20), terminal: '413100000001', line: 2, station: 1 }
    await trip('1')
    await trip('2', { medium: 'code' })
    await trip('3', { entry: lastYear })
    await trip('4', { missing: answered(AT, 9, 'fares.statement-late') })
    await here.state()
    await here.issuer.deliver()
    expect(here.heard).toMatchObject([{ treated: 2 }])
  })

  test.each<[string, TripMissing | undefined, object, string]>([
    ['of a trip that is whole', undefined, {}, 'issuer.no-statement'],
    ['where no statement is taken', { ...MISSING, until: null }, {}, 'issuer.no-statement'],
    ['of another trip', MISSING, { journey: `${NAME}8` }, 'issuer.no-trip'],
    ['without a station', MISSING, { station: '9' }, 'message.malformed'],
    ['without a line', MISSING, { line: -1 }, 'message.malformed'],
  ])('is not taken %s', async (_, missing, order, code) => {
    const here = await openLone()
    const { missing: _lone, ...whole } = loneOf(here.account, { version: 2 })
    await here.notice(missing === undefined ? whole : { ...whole, missing })
    await expect(here.state(order)).rejects.toThrow(refused(code))
  })

  test('is of no other rider', async () => {
    const here = await openLone()
    const { phone } = await here.registered('carol')
    const order = { do: 'state-station', journey: `${NAME}7`, line: 2, station: 9 }
    await expect(phone.order(order)).rejects.toThrow(refused('issuer.no-trip'))
  })
})
