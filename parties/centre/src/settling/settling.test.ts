import { acceptanceOf, isOpen, parseAcceptance, shelfKey } from '@unifare/bundle'
import { fromHex, type Tx } from '@unifare/core'
import { pureEngine } from '@unifare/crypto'
import { loadShelf } from '@unifare/institution'
import { balances } from '@unifare/ledger'
import { beforeEach, describe, expect, it } from 'vitest'
import { type openTestCentre as Open, openTestCentre } from '../centre.fixture.ts'
import { AT, CENTRE, cardTap, chargeOf, DAY, ISSUER, OPERATOR } from '../clearing.fixture.ts'
import { readReserves, readWindow, type WindowView, windowOfDay } from './reading.ts'
import type { SettlementStatement } from './settlement-statement.ts'
import { alarms } from './tables.ts'
import { eventsHold } from './window-events.ts'
import type { WindowRule } from './window-rules.ts'

const CLOCK = { role: 'clock', by: 'clock' }
const STAFF = { role: 'settler', by: 'Li', approvedBy: 'Wang' }
const BANK = { role: 'bank', by: 'settlement bank' }
const WINDOW = 'W20261120-1'
const VALUE_DATE = '2026-11-23'

let network: Awaited<ReturnType<typeof Open>>
/** What an order leaves: the window that it moved, or what it answers. */
async function order(name: string, fields: object): Promise<WindowView> {
  const result = await network.centre.command({ do: name, ...fields })
  const { window } = result as { readonly window?: string }
  return window === undefined ? (result as WindowView) : view(window)
}
const view = (window = WINDOW) => network.centre.read((tx) => readWindow(tx, window))
const ledger = (path?: string) => network.centre.read((tx) => balances(tx, path))
const refused = (code: string) => expect.objectContaining({ code })

/** One ride of 90.00 yuan that settles. */
async function rideAndClose(): Promise<void> {
  const tap = await cardTap({ at: AT, amountFen: 9_000, balanceFen: 1_000 })
  await network.taps([tap])
  await network.charges([chargeOf([tap])])
  await network.close()
}

async function fund(member: string, amountFen: number): Promise<void> {
  const terms = { depositFen: 1_000, capFen: 150, lowFen: 2_000 }
  await order('set-reserve', { member, ...terms })
  if (amountFen > 0) await order('top-up-reserve', { member, amountFen, reference: 'first' })
}

beforeEach(async () => {
  network = await openTestCentre()
})

describe('a closed day', () => {
  beforeEach(async () => {
    await rideAndClose()
    await fund(ISSUER, 25_000)
    await fund(OPERATOR, 0)
  })

  it('stands in a window of its own that is open', async () => {
    expect(await network.centre.read((tx) => windowOfDay(tx, DAY))).toBe(WINDOW)
    const { state, days, positions } = await view()
    expect(state).toBe('OPEN')
    expect(days.map(({ day, late }) => [day, late])).toEqual([[DAY, false]])
    expect(positions.reduce((sum, { netFen }) => sum + netFen, 0)).toBe(0)
  })

  it('is settled to the fen: positions, payments, reserves and ledger say the same', async () => {
    await order('close-window', { day: DAY, ...CLOCK })
    const { instructions, valueDate, positions } = await order('instruct-window', {
      window: WINDOW,
      ...CLOCK,
    })
    expect(valueDate).toBe(VALUE_DATE)
    const netOf = (id: string) => positions.find((one) => one.id === id)?.netFen ?? 0
    expect(
      instructions.map(({ debtor, creditor, amountFen }) => [debtor, creditor, amountFen]),
    ).toEqual([
      [CENTRE, OPERATOR, netOf(OPERATOR)],
      [ISSUER, CENTRE, -netOf(ISSUER)],
    ])
    const paysFen = -netOf(ISSUER)
    const pending = (await network.centre.read(readReserves)).find(
      ({ member }) => member === ISSUER,
    )
    expect(pending).toMatchObject({
      totalFen: 25_000,
      availableFen: 25_000 - paysFen,
      payableFen: paysFen,
      withdrawableFen: 24_000 - paysFen,
    })

    const settled = await order('confirm-window', { window: WINDOW, bookedOn: VALUE_DATE, ...BANK })
    expect(settled.state).toBe('SETTLED')
    const accounts = await network.centre.read(readReserves)
    expect(
      accounts.map(({ member, availableFen, payableFen }) => [member, availableFen, payableFen]),
    ).toEqual([
      [ISSUER, 25_000 - paysFen, 0],
      [OPERATOR, netOf(OPERATOR), 0],
    ])
    for (const [account, fen] of await ledger('window'))
      expect([account, fen]).toEqual([account, 0])
    for (const [account, fen] of await ledger('member'))
      expect([account, fen]).toEqual([account, 0])
    const all = await ledger()
    expect([...all.values()].reduce((sum, fen) => sum + fen, 0)).toBe(0)
    expect(all.get('bank/settlement')).toBe(25_000)
    // What the centre earned is what it collected, and lies in its own account.
    const earned = (all.get('centre/fees') ?? 0) + (all.get('centre/rounding') ?? 0)
    expect(earned).toBeGreaterThan(0)
    expect(all.get('centre/collected')).toBe(0 - earned)
    expect(all.get(`reserve/${CENTRE}/available`)).toBe(0 - earned)
  })

  it('tells its members each step with the signature of the centre', async () => {
    await order('close-window', { day: DAY, ...CLOCK })
    await order('instruct-window', { window: WINDOW, ...STAFF })
    await order('confirm-window', { window: WINDOW, bookedOn: VALUE_DATE, ...BANK })
    const { events } = await view()
    expect(events.map(({ event }) => [event.action, event.to, event.by])).toEqual([
      ['open', 'OPEN', CENTRE],
      ['close', 'CLOSED', 'clock'],
      ['instruct', 'PENDING', 'Li'],
      ['confirm', 'SETTLED', 'settlement bank'],
    ])
    expect(events.slice(1).map(({ event }) => event.entries)).toEqual([
      [`window/${WINDOW}/closed`],
      [`window/${WINDOW}/pending`],
      [`window/${WINDOW}/settled`],
    ])
    const key = network.publicKeyOf(CENTRE)
    expect(eventsHold(events, { key, engine: pureEngine })).toBe(true)
    const changed = events.map(({ event, signature }, index) => ({
      event: index === 2 ? { ...event, by: 'Zhao' } : event,
      signature,
    }))
    expect(eventsHold(changed, { key, engine: pureEngine })).toBe(false)
    expect(
      eventsHold(
        [events[0], ...events.slice(2)].flatMap((one) => one ?? []),
        { key, engine: pureEngine },
      ),
    ).toBe(false)
    expect(fromHex(events[0]?.signature ?? '').length).toBe(64)

    const file = await network.storage.read(`settlement-${WINDOW}-${ISSUER}.json`)
    const statement = JSON.parse(new TextDecoder().decode(file)) as SettlementStatement
    expect(statement).toMatchObject({ window: WINDOW, member: ISSUER, state: 'SETTLED' })
    expect(statement.instructions.map(({ debtor }) => debtor)).toEqual([ISSUER])
    expect(statement.instructions[0]?.amountFen).toBe(-statement.position.netFen)
    expect(eventsHold(statement.events, { key, engine: pureEngine })).toBe(true)
  })

  it('does not change when an order is given twice', async () => {
    const twice = async (name: string, fields: object) => {
      const once = await order(name, fields)
      const before = await ledger()
      expect(await order(name, fields)).toEqual(once)
      expect(await ledger()).toEqual(before)
    }
    await twice('close-window', { window: WINDOW, ...CLOCK })
    await twice('instruct-window', { window: WINDOW, ...CLOCK })
    await twice('confirm-window', { window: WINDOW, bookedOn: VALUE_DATE, ...BANK })
    await twice('top-up-reserve', { member: ISSUER, amountFen: 700, reference: 'second' })
  })

  it('is not confirmed before its value date, or by anybody but the bank', async () => {
    await order('close-window', { window: WINDOW, ...CLOCK })
    await order('instruct-window', { window: WINDOW, ...CLOCK })
    const early = order('confirm-window', { window: WINDOW, bookedOn: '2026-11-22', ...BANK })
    await expect(early).rejects.toThrow(refused('window.too-early'))
    const own = order('confirm-window', { window: WINDOW, bookedOn: VALUE_DATE, ...STAFF })
    await expect(own).rejects.toThrow(refused('window.wrong-role'))
    expect((await view()).state).toBe('PENDING')
  })

  it('goes to a new window, linked and whole, when its window is given up', async () => {
    const before = await ledger()
    await order('close-window', { window: WINDOW, ...CLOCK })
    await order('instruct-window', { window: WINDOW, ...CLOCK })
    const given = await order('abort-window', { window: WINDOW, note: 'bank closed', ...STAFF })
    expect(given).toMatchObject({ state: 'ABORTED', replacedBy: 'W20261120-2' })
    expect(given.events.at(-1)?.event).toMatchObject({ note: 'bank closed', approvedBy: 'Wang' })
    const next = await view('W20261120-2')
    expect(next).toMatchObject({ state: 'OPEN', replaces: WINDOW })
    expect(next.positions).toEqual(given.positions)
    for (const [account, fen] of await ledger()) {
      expect([account, fen]).toEqual([account, before.get(account) ?? 0])
    }
    expect(await network.centre.read((tx) => windowOfDay(tx, DAY))).toBe('W20261120-2')
    await order('close-window', { day: DAY, ...CLOCK })
    await order('instruct-window', { day: DAY, ...CLOCK })
    const settled = await order('confirm-window', { day: DAY, bookedOn: VALUE_DATE, ...BANK })
    expect(settled).toMatchObject({ window: 'W20261120-2', state: 'SETTLED' })
  })
})

describe('reserve accounts', () => {
  beforeEach(async () => {
    await rideAndClose()
  })

  it('must cover what a member pays before anything goes to the bank', async () => {
    await fund(ISSUER, 100)
    await order('close-window', { window: WINDOW, ...CLOCK })
    const short = order('instruct-window', { window: WINDOW, ...CLOCK })
    await expect(short).rejects.toThrow(refused('reserve.short'))
    expect((await view()).state).toBe('CLOSED')
    await order('top-up-reserve', { member: ISSUER, amountFen: 25_000, reference: 'more' })
    expect((await order('instruct-window', { window: WINDOW, ...CLOCK })).state).toBe('PENDING')
  })

  it('raise alarms that stop nothing, and clear them', async () => {
    await fund(ISSUER, 100)
    const lasting = async () =>
      (await network.centre.read((tx) => tx.select(alarms, { member: ISSUER })))
        .filter(({ clearedAt }) => clearedAt === 0)
        .map(({ alarm }) => alarm)
    expect(await lasting()).toEqual(['reserve.cap-reached', 'reserve.low', 'reserve.short'])
    await order('top-up-reserve', { member: ISSUER, amountFen: 25_000, reference: 'more' })
    expect(await lasting()).toEqual(['reserve.cap-reached'])
    await order('close-window', { window: WINDOW, ...CLOCK })
    await order('instruct-window', { window: WINDOW, ...CLOCK })
    await order('confirm-window', { window: WINDOW, bookedOn: VALUE_DATE, ...BANK })
    expect(await lasting()).toEqual([])
  })

  it('give back what neither deposit nor debts need, once per bank reference', async () => {
    await fund(ISSUER, 25_000)
    const [account] = await network.centre.read(readReserves)
    const owedFen = account?.owedFen ?? 0
    expect(owedFen).toBeGreaterThan(0)
    expect(account?.withdrawableFen).toBe(24_000 - owedFen)
    const take = (amountFen: number) =>
      order('withdraw-reserve', { member: ISSUER, amountFen, reference: 'out' })
    await expect(take(24_001 - owedFen)).rejects.toThrow(refused('reserve.not-withdrawable'))
    await take(24_000 - owedFen)
    await take(24_000 - owedFen)
    expect((await network.centre.read(readReserves))[0]).toMatchObject({
      totalFen: 1_000 + owedFen,
      withdrawableFen: 0,
    })
    await expect(take(1)).rejects.toThrow(refused('ledger.conflict'))
  })

  it('belong to members only, with terms that are amounts', async () => {
    const stranger = order('set-reserve', {
      member: '99999999',
      depositFen: 0,
      capFen: 0,
      lowFen: 0,
    })
    await expect(stranger).rejects.toThrow(refused('message.refused'))
    const bad = order('set-reserve', { member: ISSUER, depositFen: -1, capFen: 0, lowFen: 0 })
    await expect(bad).rejects.toThrow(refused('reserve.bad-terms'))
    const none = order('top-up-reserve', { member: OPERATOR, amountFen: 1, reference: 'r' })
    await expect(none).rejects.toThrow(refused('reserve.unknown'))
  })
})

describe('a member', () => {
  const shelf = (tx: Tx) => loadShelf(tx)
  async function isTaken(): Promise<boolean> {
    const held = (await network.centre.read(shelf)).get(shelfKey('acceptance', CENTRE))
    const list = parseAcceptance(held?.content)
    const asked = { operator: OPERATOR, mode: 'bus', medium: 'card', issuer: ISSUER } as const
    return isOpen(acceptanceOf(list, asked, network.clock.now()))
  }

  it('is suspended by two people, taken by nobody until two people take it back', async () => {
    await fund(ISSUER, 0)
    const alone = order('suspend-member', { member: ISSUER, role: 'settler', by: 'Li' })
    await expect(alone).rejects.toThrow(refused('window.needs-approval'))
    expect(await isTaken()).toBe(true)
    await order('suspend-member', { member: ISSUER, ...STAFF })
    expect(await isTaken()).toBe(false)
    // A new list does not take it back.
    const held = (await network.centre.read(shelf)).get(shelfKey('acceptance', CENTRE))
    await network.centre.command({ do: 'publish-acceptance', content: held?.content })
    expect(await isTaken()).toBe(false)
    await order('resume-member', { member: ISSUER, ...STAFF })
    expect(await isTaken()).toBe(true)
  })
})

describe('a monthly window', () => {
  const MONTHLY: WindowRule = {
    id: 'monthly',
    period: 'monthly',
    lagDays: 2,
    validFrom: '2026-01-01',
    validTo: null,
    source: 'ours',
  }

  it('gathers days; what closes behind its close goes to the next one', async () => {
    network = await openTestCentre({ settling: { windows: [MONTHLY] } })
    await rideAndClose()
    await network.close('2026-11-21')
    const clock = order('close-window', { window: 'W202611-1', ...CLOCK })
    await expect(clock).rejects.toThrow(refused('window.not-over'))
    const closed = await order('close-window', { window: 'W202611-1', ...STAFF })
    expect(closed.days.map(({ day }) => day)).toEqual([DAY, '2026-11-21'])
    await network.close('2026-11-22')
    const next = await view('W202612-1')
    expect(next.days.map(({ day, late }) => [day, late])).toEqual([['2026-11-22', true]])
  })
})
