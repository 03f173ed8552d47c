import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { charges } from '@unifare/centre'
import { toHex } from '@unifare/core'
import { parseCharge } from '@unifare/tap'
import { afterAll, afterEach, beforeAll, describe, expect, it, type Mock, vi } from 'vitest'
import { OPERATOR, type RiddenNetwork, rideNetwork } from '../ridden-network.fixture.ts'
import { openStoredParty } from '../stored-network.ts'
import { printAlarms } from './alarms.ts'
import { exportStoredBooks } from './books/export-books.ts'
import { makeProof } from './proof/make-proof.ts'
import { verifyProofFile } from './proof/verify-proof.ts'
import { writePayments } from './reconcile/payments.ts'
import { reconcile } from './reconcile/reconcile.ts'
import { statistics } from './statistics/statistics.ts'

const printed: Mock<typeof process.stdout.write> = vi.spyOn(process.stdout, 'write')
afterEach(() => printed.mockReset())

let network: RiddenNetwork
let folder: string
let data: string
let key: string
let tap: string
beforeAll(async () => {
  network = await rideNetwork('stored')
  folder = network.folder
  data = network.data
  await network.end()
  const stored = await openStoredParty(data)
  key = toHex(stored.publicKeyOf(stored.centre) ?? new Uint8Array())
  const [row] = await stored.repository.transaction((tx) => tx.select(charges, {}, { limit: 1 }))
  const [first] = row === undefined ? [] : parseCharge(row.raw).taps
  tap = `${first?.terminal}-${first?.sequence}`
  await stored.close()
})
afterAll(() => network.remove())

describe('unifare alarms', () => {
  it('tells who has been silent for too long', async () => {
    printed.mockReturnValue(true)
    expect(await printAlarms({ data, at: '2026-12-01T00:00:00Z', json: true })).toBe(1)
    const told = JSON.parse(printed.mock.calls.join('')) as { alarms: Record<string, unknown>[] }
    expect(told).toMatchObject({ centre: '00000156' })
    expect(told.alarms.find(({ kind }) => kind === 'operator')).toMatchObject({
      alarm: 'silence',
      id: '15215212',
      text: { en: expect.any(String) as string, zh: expect.any(String) as string },
    })
    expect(told.alarms.every(({ alarm }) => alarm !== 'gap')).toBe(true)
  })

  it('has nothing to tell before anyone can be late', async () => {
    printed.mockReturnValue(true)
    expect(await printAlarms({ data, at: '2026-11-20T00:00:00Z' })).toBe(0)
    expect(printed.mock.calls.join('')).toBe('no alarms · 无告警\n')
    await expect(printAlarms({ data, at: 'noon' })).rejects.toThrow('not an instant')
  })

  it('groups what is the same at an operator’s terminals, and lists every one when asked', async () => {
    printed.mockReturnValue(true)
    const asked = { data, at: '2026-12-01T00:00:00Z' }
    expect(await printAlarms({ ...asked, all: true })).toBe(1)
    const all = printed.mock.calls.join('').trimEnd().split('\n')
    printed.mockClear()
    expect(await printAlarms(asked)).toBe(1)
    const grouped = printed.mock.calls.join('')
    const terminals = all.filter((line) => line.startsWith('terminal ')).length
    expect(terminals).toBeGreaterThan(10)
    const counts = [...grouped.matchAll(/^(\d+) terminals of 15215212: /gm)]
    expect(counts.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(terminals)
    expect(grouped).toMatch(
      /terminals of 15215212: .* · \d+ 个终端：.*\n {4}oldest since · 最早 2026-11-[\dT:-]+\+08:00: (\d{12}, ){3}…\n/,
    )
    expect(grouped).toMatch(/--all\n$/)
    expect(grouped.split('\n').length).toBeLessThan(8)
  })

  it('takes its rules from a file', async () => {
    printed.mockReturnValue(true)
    const rules = join(folder, 'rules.json')
    const asked = { data, at: '2026-12-01T00:00:00Z', rules }
    await writeFile(rules, JSON.stringify([{ kind: 'operator', from: 0, silenceS: 60, gapS: 0 }]))
    expect(await printAlarms(asked)).toBe(1)
    expect(printed.mock.calls.join('')).toMatch(
      /^operator 15215212: nothing came .* · 超过规定时间未上传数据\n$/,
    )
    await writeFile(rules, '{}')
    await expect(printAlarms(asked)).rejects.toMatchObject({ code: 'watch.bad-rule' })
  })
})

describe('unifare books export', () => {
  it('exports the books of an ended network, which their program accepts', async () => {
    printed.mockReturnValue(true)
    const out = join(folder, 'centre.beancount')
    expect(
      await exportStoredBooks({ format: 'beancount', data, out, check: true, json: true }),
    ).toBe(0)
    const told = JSON.parse(printed.mock.calls.join('')) as Record<string, unknown>
    expect(told).toMatchObject({
      party: '00000156',
      days: expect.arrayContaining(['2026-11-20']),
      file: out,
    })
    expect(await readFile(out, 'utf8')).toContain(
      '2026-11-21 balance Assets:Member:15215212:Receivable',
    )
  })

  it('prints the books of any party on standard output', async () => {
    printed.mockReturnValue(true)
    expect(await exportStoredBooks({ format: 'ledger', data, party: '05215210' })).toBe(0)
    expect(printed.mock.calls.join('')).toContain('; Books of 05215210\n')
  })

  it('names the institutions that there are, and folders without a network', async () => {
    await expect(exportStoredBooks({ format: 'ledger', data, party: '1' })).rejects.toMatchObject({
      code: 'data.unknown-party',
      message: expect.stringContaining('05215210'),
    })
    await expect(exportStoredBooks({ format: 'ledger', data: folder })).rejects.toMatchObject({
      code: 'data.no-network',
    })
    const days = { from: '2026-11-30', to: '2026-11-20' }
    await expect(exportStoredBooks({ format: 'ledger', data, ...days })).rejects.toMatchObject({
      code: 'ledger.bad-days',
    })
  })

  it('leaves the data of a running network alone', async () => {
    const record = join(data, 'stored-network.json')
    const before = await readFile(record, 'utf8')
    await writeFile(record, JSON.stringify({ ...JSON.parse(before), pid: process.ppid }))
    await expect(exportStoredBooks({ format: 'ledger', data })).rejects.toMatchObject({
      code: 'data.in-use',
    })
    await writeFile(record, before)
  })
})

describe('unifare statistics', () => {
  it('counts the closed days: what settled, where, by how many', async () => {
    printed.mockReturnValue(true)
    expect(await statistics({ data, lang: 'en', json: true })).toBe(0)
    const told = JSON.parse(printed.mock.calls.join('')) as {
      readonly days: readonly Record<string, number | string>[]
      readonly cumulative: Record<string, number>
      readonly cities: readonly Record<string, number | string>[]
    }
    const { cumulative } = told
    expect(told).toMatchObject({ centre: '00000156', lastDay: '2026-11-20' })
    expect(told.days).toEqual([{ day: '2026-11-20', ...cumulative }])
    expect(cumulative).toMatchObject({ issuers: 1, operators: 1, cities: 1 })
    expect(cumulative['rides']).toBeGreaterThan(10)
    expect((cumulative['cardRides'] ?? 0) + (cumulative['codeRides'] ?? 0)).toBe(
      cumulative['rides'],
    )
    // All riders are at home with the one issuer, whose city is the operator's.
    expect(cumulative['crossCityRides']).toBe(0)
    expect(told.cities).toEqual([
      expect.objectContaining({ en: 'Wuhan', rides: cumulative['rides'], fromElsewhere: 0 }),
    ])
    expect(JSON.stringify(told)).not.toContain('account')
  })

  it('shows them to people in both languages, and nothing before the first day', async () => {
    printed.mockReturnValue(true)
    expect(await statistics({ data, lang: 'zh' })).toBe(0)
    expect(printed.mock.calls.join('')).toMatch(/自2026-11-20累计[^]*跨城乘次/)
    await expect(statistics({ data, lang: 'en', to: '2026-11-19' })).rejects.toMatchObject({
      code: 'data.no-day',
      message: 'no day is closed here up to 2026-11-19',
    })
  })
})

describe('unifare proof', () => {
  it('proves a tap of an ended network; anyone verifies it with the key of the centre', async () => {
    printed.mockReturnValue(true)
    const out = join(folder, 'proof.json')
    expect(await makeProof(tap, { data, out, lang: 'en' })).toBe(0)
    expect(await verifyProofFile(out, { key, lang: 'zh' })).toBe(0)
    expect(printed.mock.calls.join('')).toMatch(/^✓ 刷卡记录 .*本证明仅证明存在/)
  })

  it('ends with 1 under another key, and refuses a file that was changed', async () => {
    printed.mockReturnValue(true)
    const out = join(folder, 'proof.json')
    expect(await verifyProofFile(out, { key: 'AB'.repeat(32), lang: 'en', json: true })).toBe(1)
    expect(JSON.parse(printed.mock.calls.join(''))).toMatchObject({ code: 'proof.wrong-signature' })
    const text = await readFile(out, 'utf8')
    await writeFile(out, text.replace('"right"', '"left"').replace('CNY', 'USD'))
    expect(await verifyProofFile(out, { key, lang: 'en' })).toBe(1)
    await writeFile(out, `${text} `)
    await expect(verifyProofFile(out, { key, lang: 'en' })).rejects.toMatchObject({
      code: 'proof.malformed',
    })
    await expect(verifyProofFile(out, { lang: 'en' })).rejects.toMatchObject({
      code: 'proof.no-key',
    })
  })

  it('says when no closed day holds it', async () => {
    await expect(makeProof('15215212-4000', { data, lang: 'en' })).rejects.toMatchObject({
      code: 'proof.not-found',
    })
    await expect(makeProof('hello', { data, lang: 'en' })).rejects.toMatchObject({
      code: 'proof.bad-name',
    })
  })
})

describe('unifare reconcile', () => {
  it('finds a day in order, and a bank that tells of a stranger', async () => {
    printed.mockReturnValue(true)
    expect(await reconcile({ data, lang: 'zh' })).toBe(0)
    expect(await reconcile({ data, party: '05215210', lang: 'zh' })).toBe(0)
    expect(printed.mock.calls.join('')).toBe('截至该日无差异： 2026-11-20\n'.repeat(2))
    printed.mockClear()
    const bank = join(folder, 'bank.csv')
    const columns = 'reference,endToEnd,bookedOn,valueOn,side,amount,counterparty'
    await writeFile(bank, `${columns}\nB1,,2026-11-20,2026-11-20,credit,5.00,somebody\n`)
    expect(await reconcile({ data, bank, lang: 'zh' })).toBe(1)
    expect(printed.mock.calls.join('')).toContain('银行入账，无对应结算指令: 结算 –, 银行 5.00\n')
    printed.mockClear()
    expect(await reconcile({ data, bank, lang: 'en', json: true })).toBe(1)
    expect(JSON.parse(printed.mock.calls.join(''))).toMatchObject({
      day: '2026-11-20',
      differences: [{ key: 'bank.unexpected/B1', doubtFen: -500, ageDays: 0, overdue: false }],
    })
  })

  it('says of nothing that it is in order: neither of days before the first nor of an operator', async () => {
    await expect(reconcile({ data, lang: 'en', day: '2026-11-19' })).rejects.toMatchObject({
      code: 'data.no-day',
      message: 'no day up to 2026-11-19 is closed: the first is 2026-11-20',
    })
    await expect(reconcile({ data, lang: 'en', party: OPERATOR })).rejects.toMatchObject({
      code: 'data.unknown-party',
    })
  })

  it('asks after payments that the bank does not tell of on their value date', async () => {
    printed.mockReturnValue(true)
    const out = join(folder, 'pain.xml')
    expect(await writePayments({ data, out })).toBe(0)
    const xml = await readFile(out, 'utf8')
    const names = [...xml.matchAll(/<EndToEndId>(.*)<\/EndToEndId>/g)].map(([, name]) => name)
    expect(names.length).toBeGreaterThan(0)
    expect(xml).toContain(`<NbOfTxs>${names.length}</NbOfTxs>`)
    const bank = join(folder, 'bank.csv')
    expect(await reconcile({ data, bank, day: '2026-12-01', lang: 'en', json: true })).toBe(1)
    const { differences } = JSON.parse(printed.mock.calls.join('')) as {
      differences: { kind: string; subject: string; overdue: boolean }[]
    }
    printed.mockClear()
    expect(await writePayments({ data, out, window: 'W20261120-1', json: true })).toBe(0)
    const told = JSON.parse(printed.mock.calls.join('')) as { sumFen: number }
    // The bank has confirmed them: whoever hands the file in again would pay twice.
    const settled = ['W20261120-1']
    expect(told).toMatchObject({ payments: names.length, file: out, settled })
    expect(told.sumFen).toBeGreaterThan(0)
    await expect(writePayments({ data, window: 'W1' })).rejects.toMatchObject({
      code: 'bank.bad-payment',
      message: 'W1 has no payments for the bank; payments have W20261120-1',
    })
    const accounts = join(folder, 'accounts.json')
    await writeFile(accounts, 'root:x:0')
    await expect(writePayments({ data, accounts })).rejects.toMatchObject({
      code: 'bank.bad-payment',
      message: expect.stringMatching(/accounts\.json: not JSON/),
    })
    await writeFile(accounts, '{"00000156": {"name": "A", "bank": "B"}}')
    await expect(writePayments({ data, accounts })).rejects.toMatchObject({
      code: 'bank.bad-payment',
      message: expect.stringMatching(/the account of 00000156 has not all of name/),
    })
    const unpaid = differences.filter(({ kind }) => kind === 'bank.unpaid')
    expect(new Set(unpaid.map(({ subject }) => subject))).toEqual(new Set(names))
    expect(unpaid.every(({ overdue }) => overdue)).toBe(true)
  })
})
