import { businessDay, fromHex } from '@unifare/core'
import { decodeCustomField, parseCredential, verifyCode } from '@unifare/ridecode'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ShelfPlan, WalletState } from './index.ts'
import { ACCOUNT, AT, createWorld, engine } from './wallet.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })
const HOUR = 3_600_000
/** 03:00 in Shanghai, when the business day changes. */
const CUT = AT + 19 * HOUR
const PLAN: ShelfPlan = { slots: 2, companions: 2 }

async function openPlanned(plan: ShelfPlan = PLAN) {
  const world = await createWorld()
  const wallet = world.wallet({ plan })
  await wallet.open()
  await wallet.authorise({ channel: 'simulated', limitFen: 5_000, sources: ['balance'] })
  await wallet.renew()
  const keys = await world.keys()
  const numberOf = (bytes: Uint8Array) => {
    const atS = Math.floor(world.clock.now() / 1000)
    const verdict = verifyCode({ bytes, atS, keys, engine })
    return verdict.ok ? verdict.identity.account : verdict.code
  }
  return { ...world, open: wallet, show: (who = 0) => numberOf(wallet.makeCode(who)) }
}

const wishOf = ({ day, slot, companion }: { day: string; slot: number; companion: number }) =>
  `${day}/${slot}/${companion}`

describe('a wallet with pseudonyms', () => {
  test('asks for today’s and tomorrow’s, each with a key of its own, and never sends one twice', async () => {
    const { asked, open } = await openPlanned()
    const { entries = [] } = open.state().shelf ?? {}
    expect(entries.map(wishOf)).toEqual([
      '2026-11-20/0/0',
      '2026-11-20/1/0',
      '2026-11-21/0/0',
      '2026-11-20/0/1',
      '2026-11-21/0/1',
      '2026-11-20/0/2',
      '2026-11-21/0/2',
    ])
    expect(new Set(entries.map(({ codeKey }) => codeKey.publicKey)).size).toBe(7)
    expect(new Set(entries.map(({ number }) => number)).size).toBe(7)
    const sent = JSON.stringify(asked)
    for (const { codeKey } of entries) expect(sent).not.toContain(codeKey.privateKey)
    expect(sent).not.toContain(open.state().codeKey.publicKey)
  })

  test('shows a number that is not the account, the same all day, another the next day', async () => {
    const { open, clock, mood, show } = await openPlanned()
    mood.online = false
    const first = show()
    expect(first).toMatch(/^31\d{17}$/)
    expect(first).not.toBe(ACCOUNT)
    clock.set(AT + 10 * HOUR)
    expect(show()).toBe(first)
    clock.set(CUT)
    const second = show()
    expect(second).toMatch(/^31\d{17}$/)
    expect(second).not.toBe(first)
    expect(open.ready()).toBe(true)
  })

  test('shows the way out of a ride past the cut under the number of the way in', async () => {
    const { open, clock, show } = await openPlanned()
    clock.set(CUT - HOUR)
    const wayIn = show()
    clock.set(CUT + HOUR)
    expect(show()).toBe(wayIn)
    await open.renew()
    expect(show()).toBe(wayIn)
    clock.set(CUT + 6 * HOUR)
    expect(show()).not.toBe(wayIn)
  })

  test('links no two days of who looks at the code every hour: a ride past the cut has an end', async () => {
    const { open, clock, show } = await openPlanned()
    clock.set(CUT - HOUR)
    const before = show()
    clock.set(CUT + HOUR)
    await open.renew()
    const seen = [2, 3, 4, 5, 6, 12].map((hours) => {
      clock.set(CUT + hours * HOUR)
      return show()
    })
    expect(seen.slice(0, 2)).toEqual([before, before])
    expect(seen.slice(2)).not.toContain(before)
  })

  test('keeps the day’s number and key when it is renewed', async () => {
    const { open, clock, show } = await openPlanned()
    const keyOf = () => open.state().shelf?.entries.find(({ slot }) => slot === 0)?.codeKey
    const [first, key] = [show(), keyOf()]
    clock.set(AT + 8 * HOUR)
    await open.renew()
    expect([show(), keyOf()]).toEqual([first, key])
  })

  test('changes the number within the day when the rider wants it, as often as there are some', async () => {
    const { open, show, clock } = await openPlanned()
    const first = show()
    clock.set(AT + 60_000)
    open.changePseudonym()
    const second = show()
    expect(second).not.toBe(first)
    expect(() => open.changePseudonym()).toThrow(refused('wallet.no-credential'))
    expect(show()).toBe(second)
  })

  test('is to be renewed before its end, and once a day', async () => {
    const { open, clock } = await openPlanned()
    expect(open.shouldRenew()).toBe(false)
    clock.set(AT + 23 * HOUR)
    expect(open.shouldRenew()).toBe(true)
    await open.renew()
    expect(open.shouldRenew()).toBe(false)
    clock.set(AT + 47 * HOUR)
    expect([open.ready(), open.shouldRenew()]).toEqual([false, true])
    expect(() => open.makeCode()).toThrow(refused('wallet.no-credential'))
  })

  test('loses nothing by a renewal that fails half-way', async () => {
    const { open, mood } = await openPlanned()
    const before = open.state()
    mood.foreignKey = open.state().codeKey.publicKey
    await expect(open.renew()).rejects.toThrow(refused('wallet.foreign-credential'))
    expect(open.state()).toEqual(before)
  })
})

describe('companions', () => {
  test('have numbers of their own, which say that they are companions', async () => {
    const { open, show } = await openPlanned()
    const numbers = [show(0), show(1), show(2)]
    expect(new Set(numbers).size).toBe(3)
    const { entries = [] } = open.state().shelf ?? {}
    for (const { companion, credential } of entries) {
      const field = decodeCustomField(parseCredential(fromHex(credential)).custom)
      expect(field?.companion ?? false).toBe(companion > 0)
    }
  })

  test('are as many as the issuer grants', async () => {
    const { open } = await openPlanned({ slots: 1, companions: 9 })
    expect([2, 3].map((who) => open.ready(who))).toEqual([true, false])
    expect(() => open.makeCode(3)).toThrow(refused('wallet.no-credential'))
  })
})

describe('a wallet from before pseudonyms', () => {
  test('goes on with what it has, and has pseudonyms after its next renewal', async () => {
    const world = await createWorld()
    const old = world.wallet()
    await old.open()
    await old.renew()
    const { shelf: _, ...kept } = JSON.parse(JSON.stringify(old.state())) as WalletState
    const wallet = world.wallet({ state: kept, plan: PLAN })
    expect([wallet.ready(), wallet.ready(1), wallet.shouldRenew()]).toEqual([true, false, true])
    const keys = await world.keys()
    const verdict = verifyCode({ bytes: wallet.makeCode(), atS: AT / 1000, keys, engine })
    expect(verdict).toMatchObject({ ok: true, identity: { account: ACCOUNT } })
    await wallet.renew()
    expect([wallet.ready(1), wallet.shouldRenew()]).toEqual([true, false])
    const again = world.wallet({ state: JSON.parse(JSON.stringify(wallet.state())), plan: PLAN })
    expect(again.state()).toEqual(wallet.state())
  })
})

test('whatever a rider does, no number is shown on two days but by a ride past the cut', async () => {
  const { open, clock, wallet } = await openPlanned()
  const start = JSON.parse(JSON.stringify(open.state())) as WalletState
  const step = fc.record({
    minutes: fc.integer({ min: 1, max: 600 }),
    act: fc.constantFrom('show', 'show', 'renew', 'change', 'restart'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      clock.set(AT)
      let phone = wallet({ state: start, plan: PLAN })
      const lastShown = new Map<string, number>()
      for (const { minutes, act } of steps) {
        clock.set(clock.now() + minutes * 60_000)
        if (act === 'renew') await phone.renew()
        if (act === 'restart') phone = wallet({ state: phone.state(), plan: PLAN })
        if (act === 'change') {
          try {
            phone.changePseudonym()
          } catch (error) {
            expect(error).toEqual(refused('wallet.no-credential'))
          }
        }
        if (act !== 'show' || phone.shouldRenew()) continue
        phone.makeCode()
        const nowS = phone.state().lastCodeS
        const entry = phone.state().shelf?.entries.find(({ lastCodeS }) => lastCodeS === nowS)
        const number = entry?.number ?? ''
        const before = lastShown.get(number) ?? nowS
        const sameDay = businessDay(before * 1000) === businessDay(nowS * 1000)
        expect(sameDay || nowS - before < 4 * 3600).toBe(true)
        lastShown.set(number, nowS)
      }
    }),
    { numRuns: 15 },
  )
})
