import {
  charges,
  heldCharges,
  parseBankCsv,
  reconcileStored,
  reserves,
  taps,
} from '@unifare/centre'
import { encodeCharge, encodeTap, parseCharge, parseTap } from '@unifare/tap'
import { afterAll, afterEach, beforeAll, describe, expect, it, type Mock, vi } from 'vitest'
import { ISSUER, type RiddenNetwork, rideNetwork } from '../../ridden-network.fixture.ts'
import { openStoredParty } from '../../stored-network.ts'
import { printCases } from '../cases/cases.ts'
import { showHeld } from './held.ts'
import { showReserves } from './reserves.ts'
import { showSuspense } from './suspense.ts'
import { showWindows } from './windows.ts'

const printed: Mock<typeof process.stdout.write> = vi.spyOn(process.stdout, 'write')
afterEach(() => printed.mockReset())

let network: RiddenNetwork
let data: string
beforeAll(async () => {
  network = await rideNetwork('waiting')
  data = network.data
  await network.end()
})
afterAll(() => network.remove())

describe('unifare cases', () => {
  it('shows who delivered which of two contents under one key, and where they differ', async () => {
    printed.mockReturnValue(true)
    expect(await printCases({ data })).toBe(0)
    expect(printed.mock.calls.join('')).toBe('no conflict cases · 无冲突案例\n')
    const stored = await openStoredParty(data)
    const charge = await stored.repository.transaction(async (tx) => {
      const rows = await tx.select(taps, {})
      const first = rows.find(({ raw: own }) => parseTap(own).medium === 'card')!
      const [asked] = await tx.select(charges, {}, { limit: 1 })
      // The same place in the count of a medium under another record of the terminal, charged too.
      const other = { ...parseTap(first.raw), sequence: 999_999 }
      const raw = encodeTap({ ...other, amountFen: other.amountFen + 100 })
      await tx.put(taps, [{ ...first, sequence: 999_999, raw }])
      const { operator } = first
      const named = { ...parseCharge(asked!.raw), number: 9_999, operator }
      const own = { terminal: first.terminal, sequence: 999_999, amountFen: named.amountFen }
      const row = { operator, number: 9_999, day: '2026-11-20', verdict: 'tap.conflict' }
      await tx.put(charges, [{ ...row, raw: encodeCharge({ ...named, taps: [own] }) }])
      await tx.put(heldCharges, [{ ...row, state: 'HELD', deadline: '2026-12-20', decidedBy: '' }])
      return { first, name: `${operator}-9999` }
    })
    await stored.close()
    printed.mockReset().mockReturnValue(true)
    expect(await printCases({ data })).toBe(1)
    const { first, name } = charge
    const told = printed.mock.calls.join('')
    expect(told).toContain(`${first.identity}: one place in the medium’s own count`)
    expect(told).toContain('HELD: waits')
    expect(told).toContain(
      `先到: operator · 收单机构 ${first.operator}, terminal · 终端 ${first.terminal}`,
    )
    expect(told).toContain(`record · 记录 999999, charge · 收费 ${name}`)
    expect(told).toMatch(/ {4}amountFen: \d+ ≠ \d+/)
    printed.mockReset().mockReturnValue(true)
    expect(await printCases({ data, json: true })).toBe(1)
    const { cases } = JSON.parse(printed.mock.calls.join('')) as { cases: object[] }
    expect(cases).toMatchObject([
      {
        kind: 'medium',
        state: 'HELD',
        stateText: { zh: '暂挂' },
        standing: { deliveredBy: first.operator, tap: { sequence: first.sequence } },
        other: { charge: name, tap: { sequence: 999_999 } },
        differences: { sequence: [first.sequence, 999_999] },
      },
    ])
  })
})

describe('unifare settlement', () => {
  it('shows windows, and one with positions, payments and steps under the centre’s signature', async () => {
    printed.mockReturnValue(true)
    expect(await showWindows(undefined, { data, lang: 'zh' })).toBe(0)
    expect(printed.mock.calls.join('')).toMatch(
      /^W20261120-1 {2}SETTLED 已结算；清算日 2026-11-20；划拨 \d+ 笔，[\d.]+ 元；起息日 2026-11-23\n$/,
    )
    printed.mockClear()
    expect(await showWindows('W20261120-1', { data, lang: 'en' })).toBe(0)
    expect(printed.mock.calls.join('')).toMatch(
      /positions: [^]* {2}05215210 [^]*steps: signed by the centre, unbroken[^]*confirm → SETTLED {2}bank/,
    )
    printed.mockClear()
    expect(await showWindows(undefined, { data, lang: 'en', json: true })).toBe(0)
    const { windows } = JSON.parse(printed.mock.calls.join('')) as {
      windows: { positions: { netFen: number }[] }[]
    }
    expect(windows).toMatchObject([{ state: 'SETTLED', eventsHold: true }])
    expect(windows[0]?.positions.reduce((sum, { netFen }) => sum + netFen, 0)).toBe(0)
    await expect(showWindows('W1', { data, lang: 'en' })).rejects.toMatchObject({
      code: 'window.unknown',
      message: 'no window W1; there is W20261120-1',
    })
  })

  it('shows reserve accounts; an alarm is told and ends with 1', async () => {
    printed.mockReturnValue(true)
    expect(await showReserves({ data, lang: 'en' })).toBe(0)
    expect(printed.mock.calls.join('')).toMatch(/\n05215210 +\d+\.\d\d [^!]*$/)
    const stored = await openStoredParty(data)
    await stored.repository.transaction(async (tx) => {
      const [row] = await tx.get(reserves, [{ member: ISSUER }])
      await tx.put(reserves, [{ ...row!, lowFen: 1_000_000_000_000, suspended: true }])
    })
    await stored.close()
    printed.mockClear()
    expect(await showReserves({ data, lang: 'zh' })).toBe(1)
    expect(printed.mock.calls.join('')).toMatch(/已暂停受理\n {2}! reserve\.low: 备付金余额偏低/)
    printed.mockClear()
    expect(await showReserves({ data, lang: 'zh', json: true })).toBe(1)
    expect(JSON.parse(printed.mock.calls.join(''))).toMatchObject({
      reserves: [
        { member: ISSUER, suspended: true, alarms: [{ alarm: 'reserve.low' }] },
        { suspended: false, alarms: [] },
      ],
    })
  })

  it('shows held charges until when, and suspense items that the centre keeps', async () => {
    printed.mockReturnValue(true)
    expect(await showHeld({ data, lang: 'en' })).toBe(0)
    expect(printed.mock.calls.join('')).toMatch(
      /^\d{8}-9999 .*tap\.conflict.*HELD.*until 2026-12-20\n$/,
    )
    printed.mockClear()
    expect(await showSuspense({ data, lang: 'en' })).toBe(0)
    expect(printed.mock.calls.join('')).toBe('no suspense items\n')
    const columns = 'reference,endToEnd,bookedOn,valueOn,side,amount,counterparty'
    const csv = `${columns}\nB1,,2026-11-20,2026-11-20,credit,5.00,somebody\n`
    const stored = await openStoredParty(data)
    const { lines } = parseBankCsv(csv, 'bank.csv')
    const { centre } = stored
    await stored.repository.transaction((tx) =>
      reconcileStored(tx, { day: '2026-11-20', centre, payments: [], lines }),
    )
    await stored.close()
    printed.mockClear()
    expect(await showSuspense({ data, lang: 'zh' })).toBe(1)
    expect(printed.mock.calls.join('')).toMatch(
      /bank\.unexpected\/B1 .*-5\.00 CNY, 挂账日 2026-11-20, 账龄 0 天\n {4}银行入账，无对应结算指令: 结算 –, 银行 5\.00\n/,
    )
    printed.mockClear()
    expect(await showSuspense({ data, lang: 'en', json: true, all: true })).toBe(1)
    expect(JSON.parse(printed.mock.calls.join(''))).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ key: 'bank.unexpected/B1', doubtFen: -500, closedOn: '' }),
      ]) as unknown,
    })
  })
})
