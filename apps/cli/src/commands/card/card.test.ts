import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { debit, preparePurchase, readCard, tearing } from '@unifare/card'
import { createSeededRandom } from '@unifare/core'
import type { KeyUse } from '@unifare/crypto'
import { saveEncryptedKeyStore } from '@unifare/crypto/node'
import { luhnValid } from '@unifare/registry'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { cardFolder } from './card.fixture.ts'
import { holdCardFile } from './card-file.ts'
import { openTerminal } from './demo-terminal.ts'
import { openKeyRing } from './key-ring.ts'
import { fileSlot } from './open-card.ts'
import { openTerminalBook } from './terminal-book.ts'

const cards = cardFolder()
const { card, json, made, path } = cards

afterAll(() => cards.remove())

interface Inspected {
  readonly trips: readonly { readonly raw: string }[]
  readonly transactions: readonly object[]
  readonly composites: readonly object[]
}

describe('unifare card', () => {
  it('makes cards of an issuer with numbers of their own, which pass Luhn', async () => {
    const one = await json('new', 'one.json', '--city', 'Shanghai', '--kind', 'senior')
    expect(one).toMatchObject({ issuer: '02002900', city: '2900', kind: 'senior', dual: false })
    const numbers = [String(one['number']), await made('two.json'), await made('three.json')]
    expect(new Set(numbers).size).toBe(3)
    expect(numbers.every(luhnValid)).toBe(true)
    expect(statSync(path('one.json')).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['plain', []],
    ['dual', ['--dual', '--algorithm', 'sm4']],
  ])('pays, loads, proves and blocks a card: %s', async (name, options) => {
    const file = `${name}.json`
    const number = await made(file, '--balance', '3000', ...options)
    const tap = await json('tap', file, '--amount', '250')
    expect(tap).toMatchObject({ number, counter: 1, amountFen: 250, balanceFen: 2750 })
    expect(await json('prove', file)).toMatchObject({ counter: 1, tac: tap['tac'], genuine: true })
    expect(await json('load', file, '--amount', '1000')).toMatchObject({ number, balanceFen: 3750 })
    expect(await json('block', file)).toEqual({ number, blocked: true, permanent: false })
    const { status, stderr } = await card('tap', file)
    expect([status, stderr]).toEqual([65, expect.stringContaining('card.application-locked')])
  })

  it('rides the metro: in for nothing, out for the fare, never out before in', async () => {
    await made('metro.json')
    const metro = ['tap', 'metro.json', '--mode', 'metro']
    const early = await card(...metro, '--exit')
    expect([early.status, early.stderr]).toEqual([65, expect.stringContaining('--entry first')])
    expect(await json(...metro, '--entry')).toMatchObject({ amountFen: 0, balanceFen: 5000 })
    expect(await json(...metro, '--exit', '--amount', '400')).toMatchObject({ balanceFen: 4600 })
  })

  it.each([
    ['bus', '2702'],
    ['bicycle', '2706'],
  ])('keeps an open %s ride in record %s until it ends', async (mode, id) => {
    const file = `${mode}.json`
    await made(file)
    const tap = ['tap', file, '--mode', mode]
    expect((await card(...tap, '--exit')).stderr).toContain('--entry first')
    await json(...tap, '--entry', '--marked', '600')
    const composites = async () => (await json<Inspected>('inspect', file)).composites
    expect(await composites()).toContainEqual(expect.objectContaining({ id, status: 1 }))
    expect(await json(...tap, '--exit', '--amount', '350')).toMatchObject({ balanceFen: 4650 })
    expect(await composites()).toContainEqual(expect.objectContaining({ id, status: 2 }))
  })

  it('a counter repairs what a gate could not, a ferry ride has no second tap', async () => {
    await made('repair.json')
    const repair = ['tap', 'repair.json', '--mode', 'metro', '--repair']
    await json(...repair, '--entry')
    await json(...repair, '--exit', '--amount', '300')
    const { trips } = await json<Inspected>('inspect', 'repair.json')
    expect(trips).toMatchObject([{ type: 'repair', amountFen: 300 }, { type: 'repair' }])
    const ferry = await card('tap', 'repair.json', '--mode', 'ferry', '--entry')
    expect([ferry.status, ferry.stderr]).toEqual([65, expect.stringContaining('one tap')])
    expect(await json('tap', 'repair.json', '--mode', 'taxi', '--amount', '1850')).toMatchObject({
      balanceFen: 5000 - 300 - 1850,
    })
  })

  it('a tap whose answer was lost is completed by the next one, and paid once', async () => {
    const number = await made('torn.json')
    const ring = await openKeyRing(undefined)
    const book = await openTerminalBook(path('memory'))
    const held = await holdCardFile(path('torn.json'))
    const slot = fileSlot(held)
    const choice = {}
    const { psam } = await openTerminal(ring, {
      institution: '15215211',
      serial: book.serial,
      choice,
    })
    const read = await readCard(slot)
    if (!read.ok) throw new Error(read.code)
    const tap = { transport: slot, psam, view: read.view, amountFen: 300, at: Date.now() }
    const prepared = await preparePurchase({ ...tap, records: () => [], kind: 'plain' })
    if (!prepared.ok) throw new Error(prepared.code)
    await book.keepPending(number, prepared.pending)
    const torn = tearing(slot, ([, instruction]) => (instruction === 0x54 ? 'after' : undefined))
    const lost = await debit({ transport: torn, psam, pending: prepared.pending })
    expect(lost).toMatchObject({ ok: false, state: 'uncertain' })
    held.release()
    const { status, stdout, stderr } = await card('tap', 'torn.json', '--json')
    expect([status, stderr]).toEqual([0, expect.stringContaining('its proof is kept now')])
    expect(JSON.parse(stdout)).toMatchObject({ counter: 2, balanceFen: 5000 - 300 - 200 })
  })

  it('shows a card in both languages, and a dump of it with parts missing', async () => {
    const number = await made('shown.json', '--kind', 'student')
    await json('tap', 'shown.json', '--mode', 'metro', '--entry')
    await json('tap', 'shown.json', '--mode', 'metro', '--exit', '--amount', '300')
    const shown = await json<Inspected>('inspect', 'shown.json')
    expect(shown).toMatchObject({
      number,
      issuer: '05215210',
      dates: { validFrom: '2026-01-01', validTo: '2036-12-31' },
      kind: 'student',
      balanceFen: 4700,
      locked: false,
    })
    const metro = { mode: 'metro', city: '5210', terminal: '413199000001', acceptor: '15215212' }
    expect(shown.trips).toMatchObject([
      { ...metro, type: 'exit', amountFen: 300, balanceFen: 4700 },
      { ...metro, type: 'entry', amountFen: 0, balanceFen: 5000 },
    ])
    expect(shown.transactions).toMatchObject([{ number: 2, amountFen: 300 }, { number: 1 }])
    expect((await card('inspect', 'shown.json')).stdout).toMatch(
      /Trips \(2\)[^]*exit +metro +.*3\.00 +47\.00/,
    )
    expect((await card('inspect', 'shown.json', '--lang', 'zh')).stdout).toMatch(
      /行程记录[^]*出站 +地铁/,
    )

    const trips = shown.trips.map(({ raw }) => raw)
    writeFileSync(
      path('dump.json'),
      JSON.stringify({ balance: '0000125C', files: { '1E': trips } }),
    )
    const dump = await json<Inspected>('inspect', 'dump.json')
    expect(dump).toMatchObject({ number: null, balanceFen: 4700, transactions: [] })
    expect(dump.trips.map(({ raw }) => raw)).toEqual(trips)
    expect((await json<Inspected>('inspect', trips[0] ?? '')).trips).toMatchObject([
      { type: 'exit' },
    ])
    expect((await card('inspect', 'shown.json', '--trace')).stderr).toContain(
      'READ RECORD: file trip log (1E), record 1 → trip exit',
    )
  })

  it('says what to do when something is refused, and changes nothing', async () => {
    await made('poor.json', '--balance', '100')
    const before = readFileSync(path('poor.json'), 'utf8')
    const cases = [
      [['tap', 'poor.json'], 65, 'unifare card load'],
      [['load', 'poor.json', '--amount', '100000'], 65, 'load less'],
      [['prove', 'poor.json'], 65, 'until the next one begins'],
      [['new', 'poor.json'], 65, '--force'],
      [['new', 'x.json', '--city', 'Atlantis'], 65, 'Wuhan 武汉市'],
      [['tap', 'nothing.json'], 65, 'unifare card new'],
      [['tap'], 65, '--reader'],
      [['inspect', 'nothing.json'], 65, 'unifare card new'],
      [['tap', 'poor.json', '--reader'], 65, 'not both'],
      [['tap', 'poor.json', '--entry', '--exit'], 65, 'not both'],
      [['tap', 'poor.json', '--amount', '2.5'], 2, 'whole number'],
      [['tap', 'poor.json', '--keys', 'none'], 65, 'UNIFARE_PASSPHRASE'],
      [['new', 'y.json', '--to', '20261399'], 2, 'eight digits'],
    ] as const
    for (const [args, status, says] of cases) {
      const told = await card(...args)
      expect([args, told.status, told.stdout]).toEqual([args, status, ''])
      expect(told.stderr).toContain(says)
      expect(told.stderr).not.toMatch(/\n\s+at /)
    }
    writeFileSync(path('broken.json'), '{"version":1}')
    expect((await card('tap', 'broken.json')).stderr).toContain('card.bad-image')
    expect(readFileSync(path('poor.json'), 'utf8')).toBe(before)
  })

  it('traces every command of card and PSAM in words, and never a key', async () => {
    await made('traced.json')
    const { stderr } = await card('tap', 'traced.json', '--trace', '--lang', 'zh')
    const steps = [
      '选择',
      '读余额',
      '复合消费初始化',
      'PSAM 消费初始化',
      '更新复合应用数据缓存',
      '消费: ',
      'PSAM 消费确认',
    ]
    let at = 0
    for (const step of steps) at = stderr.indexOf(`     ${step}`, at) + 1 || Number.NaN
    expect(at).toBeGreaterThan(0)
    const { keys } = JSON.parse(readFileSync(path('traced.json'), 'utf8')) as {
      keys: { key: string }[]
    }
    const bytes = stderr.replace(/ /g, '')
    expect(keys).toHaveLength(4)
    for (const { key } of keys) expect(bytes).not.toContain(key)
  })

  it('works under the keys of an encrypted file, and not under others', async () => {
    const passphrase = 'correct horse battery staple'
    const uses: KeyUse[] = ['purchase', 'load', 'tac', 'maintenance']
    await saveEncryptedKeyStore({
      file: path('keys.json'),
      passphrase,
      cost: 14,
      keys: uses.map((use) => ({
        ref: {
          scheme: 'mot',
          issuer: '00000156',
          use,
          index: use === 'tac' ? 0 : 1,
          version: 1,
          algorithm: '3des',
        },
        material: createSeededRandom(use).bytes(16),
      })),
    })
    const own = async (...args: string[]) => {
      vi.stubEnv('UNIFARE_PASSPHRASE', passphrase)
      const told = await card(...args, '--keys', path('keys.json'))
      vi.unstubAllEnvs()
      return told
    }
    expect((await own('new', 'own.json')).status).toBe(0)
    expect((await own('tap', 'own.json')).status).toBe(0)
    const { status, stderr } = await card('tap', 'own.json')
    expect([status, stderr]).toEqual([65, expect.stringContaining('--keys')])
    expect((await own('new', 'lacking.json', '--algorithm', 'sm4')).stderr).toContain(
      'card-keys.missing',
    )
    expect((await own('tap', 'own.json', '--json')).stdout).toContain('"balanceFen": 4600')
  })
})
