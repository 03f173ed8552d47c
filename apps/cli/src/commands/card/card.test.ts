import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { debit, preparePurchase, readCard, tearing } from '@unifare/card'
import { createSeededRandom } from '@unifare/core'
import { KEY_SCHEMES, type KeyUse } from '@unifare/crypto'
import { saveEncryptedKeyStore } from '@unifare/crypto/node'
import { luhnValid } from '@unifare/registry'
import { afterAll, describe, expect, it } from 'vitest'
import { holdCardFile } from './card-file.ts'
import { openTerminal } from './demo-terminal.ts'
import { openKeyRing } from './key-ring.ts'
import { fileSlot } from './open-card.ts'
import { openTerminalBook } from './terminal-book.ts'

const bin = join(dirname(fileURLToPath(import.meta.url)), '../../../bin/unifare.js')
const folder = mkdtempSync(join(tmpdir(), 'unifare-card-'))

afterAll(() => rmSync(folder, { recursive: true }))

function unifare(args: readonly string[], environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'card', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  })
  return { status, stdout, stderr }
}

/** What a command prints as JSON; a failure fails the test with what it said. */
function json<T = Record<string, unknown>>(...args: string[]): T {
  const { status, stdout, stderr } = unifare([...args, '--json'])
  expect([status, stderr]).toEqual([0, ''])
  return JSON.parse(stdout) as T
}

interface Inspected {
  readonly trips: readonly { readonly raw: string }[]
  readonly transactions: readonly object[]
}

function made(file: string, ...options: string[]): string {
  const { number } = json<{ number: string }>('new', file, '--city', '武汉', ...options)
  return number
}

describe('unifare card', () => {
  it('helps', () => {
    const { status, stdout } = unifare(['--help'])
    expect(status).toBe(0)
    for (const name of ['new', 'inspect', 'load', 'tap', 'block', 'prove', 'serve']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
    }
  })

  it('makes cards of an issuer with numbers of their own, which pass Luhn', () => {
    const one = json('new', 'one.json', '--city', 'Shanghai', '--kind', 'senior')
    expect(one).toMatchObject({ issuer: '02002900', city: '2900', kind: 'senior', dual: false })
    const numbers = [String(one['number']), made('two.json'), made('three.json')]
    expect(new Set(numbers).size).toBe(3)
    expect(numbers.every(luhnValid)).toBe(true)
    expect(statSync(join(folder, 'one.json')).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['plain', []],
    ['dual', ['--dual', '--algorithm', 'sm4']],
  ])('pays, loads, proves and blocks a card: %s', (name, options) => {
    const file = `${name}.json`
    const number = made(file, '--balance', '3000', ...options)
    const tap = json('tap', file, '--amount', '250')
    expect(tap).toMatchObject({ number, counter: 1, amountFen: 250, balanceFen: 2750 })
    expect(json('prove', file)).toMatchObject({ counter: 1, tac: tap['tac'], genuine: true })
    expect(json('load', file, '--amount', '1000')).toMatchObject({ number, balanceFen: 3750 })
    expect(json('block', file)).toEqual({ number, blocked: true, permanent: false })
    const { status, stderr } = unifare(['tap', file])
    expect([status, stderr]).toEqual([65, expect.stringContaining('card.application-locked')])
  })

  it('rides the metro: in for nothing, out for the fare, never out before in', () => {
    made('metro.json')
    const metro = ['tap', 'metro.json', '--mode', 'metro']
    const early = unifare([...metro, '--exit'])
    expect([early.status, early.stderr]).toEqual([65, expect.stringContaining('--entry first')])
    expect(json(...metro, '--entry')).toMatchObject({ amountFen: 0, balanceFen: 5000 })
    expect(json(...metro, '--exit', '--amount', '400')).toMatchObject({ balanceFen: 4600 })
  })

  it('a tap whose answer was lost is completed by the next one, and paid once', async () => {
    const number = made('torn.json')
    const ring = await openKeyRing(undefined)
    const book = await openTerminalBook(join(folder, '.unifare/card'))
    const held = await holdCardFile(join(folder, 'torn.json'))
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
    const { status, stdout, stderr } = unifare(['tap', 'torn.json', '--json'])
    expect([status, stderr]).toEqual([0, expect.stringContaining('its proof is kept now')])
    expect(JSON.parse(stdout)).toMatchObject({ counter: 2, balanceFen: 5000 - 300 - 200 })
  })

  it('shows a card in both languages, and a dump of it with parts missing', () => {
    const number = made('shown.json', '--kind', 'student')
    json('tap', 'shown.json', '--mode', 'metro', '--entry')
    json('tap', 'shown.json', '--mode', 'metro', '--exit', '--amount', '300')
    const shown = json<Inspected>('inspect', 'shown.json')
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
    expect(unifare(['inspect', 'shown.json']).stdout).toMatch(
      /Trips \(2\)[^]*exit +metro +.*3\.00 +47\.00/,
    )
    expect(unifare(['inspect', 'shown.json', '--lang', 'zh']).stdout).toMatch(
      /行程记录[^]*出站 +地铁/,
    )

    const trips = shown.trips.map(({ raw }) => raw)
    writeFileSync(
      join(folder, 'dump.json'),
      JSON.stringify({ balance: '0000125C', files: { '1E': trips } }),
    )
    const dump = json<Inspected>('inspect', 'dump.json')
    expect(dump).toMatchObject({ number: null, balanceFen: 4700, transactions: [] })
    expect(dump.trips.map(({ raw }) => raw)).toEqual(trips)
    expect(json<Inspected>('inspect', trips[0] ?? '').trips).toMatchObject([{ type: 'exit' }])
    expect(unifare(['inspect', 'shown.json', '--trace']).stderr).toContain(
      'READ RECORD: file trip log (1E), record 1 → trip exit',
    )
  })

  it('says what to do when something is refused, and changes nothing', () => {
    made('poor.json', '--balance', '100')
    const before = readFileSync(join(folder, 'poor.json'), 'utf8')
    const cases = [
      [['tap', 'poor.json'], 65, 'unifare card load'],
      [['load', 'poor.json', '--amount', '100000'], 65, 'load less'],
      [['prove', 'poor.json'], 65, 'until the next one begins'],
      [['new', 'poor.json'], 65, '--force'],
      [['new', 'x.json', '--city', 'Atlantis'], 65, 'Wuhan 武汉市'],
      [['tap', 'nothing.json'], 65, 'unifare card new nothing.json'],
      [['tap'], 65, '--reader'],
      [['inspect', 'nothing.json'], 65, 'unifare card new nothing.json'],
      [['tap', 'poor.json', '--reader'], 65, 'not both'],
      [['tap', 'poor.json', '--entry', '--exit'], 65, 'not both'],
      [['tap', 'poor.json', '--amount', '2.5'], 2, 'whole number'],
      [['tap', 'poor.json', '--keys', 'none'], 65, 'UNIFARE_PASSPHRASE'],
      [['new', 'y.json', '--to', '20261399'], 2, 'eight digits'],
    ] as const
    for (const [args, status, says] of cases) {
      const told = unifare(args)
      expect([args, told.status, told.stdout]).toEqual([args, status, ''])
      expect(told.stderr).toContain(says)
      expect(told.stderr).not.toMatch(/\n\s+at /)
    }
    writeFileSync(join(folder, 'broken.json'), '{"version":1}')
    expect(unifare(['tap', 'broken.json']).stderr).toContain('card.bad-image')
    expect(readFileSync(join(folder, 'poor.json'), 'utf8')).toBe(before)
  })

  it('traces every command of card and PSAM in words, and never a key', () => {
    made('traced.json')
    const { stderr } = unifare(['tap', 'traced.json', '--trace', '--lang', 'zh'])
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
    const { keys } = JSON.parse(readFileSync(join(folder, 'traced.json'), 'utf8')) as {
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
      file: join(folder, 'keys.json'),
      passphrase,
      cost: 14,
      keys: uses.map((use) => ({
        ref: {
          scheme: KEY_SCHEMES[0],
          issuer: '00000156',
          use,
          index: use === 'tac' ? 0 : 1,
          version: 1,
          algorithm: '3des',
        },
        material: createSeededRandom(use).bytes(16),
      })),
    })
    const own = (...args: string[]) =>
      unifare([...args, '--keys', 'keys.json'], { UNIFARE_PASSPHRASE: passphrase })
    expect(own('new', 'own.json').status).toBe(0)
    expect(own('tap', 'own.json').status).toBe(0)
    const { status, stderr } = unifare(['tap', 'own.json'])
    expect([status, stderr]).toEqual([65, expect.stringContaining('--keys')])
    expect(own('new', 'lacking.json', '--algorithm', 'sm4').stderr).toContain('card-keys.missing')
    expect(own('tap', 'own.json', '--json').stdout).toContain('"balanceFen": 4600')
  })
})

describe('unifare card serve', () => {
  const environment: Record<string, string> = { PCSCLITE_CSOCK_NAME: join(folder, 'no-service') }

  /** Starts it and waits for the document that it prints once the card is there. */
  async function serve(file: string): Promise<{ child: ChildProcess; readers: string[] }> {
    const child = spawn(process.execPath, [bin, 'card', 'serve', file, '--private', '--json'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    for await (const chunk of child.stdout) {
      text += String(chunk)
      if (text.endsWith('}\n')) break
    }
    const told = JSON.parse(text) as { readers: string[]; environment: Record<string, string> }
    Object.assign(environment, told.environment)
    return { child, readers: told.readers }
  }

  it('shows a card file to every PC/SC program, and the file has what they did', async () => {
    const number = made('served.json')
    const { child, readers } = await serve('served.json')
    const reader = readers[0] ?? ''
    try {
      const tap = unifare(['tap', '--reader', reader, '--json'], environment)
      expect(tap.stderr).toBe('')
      expect(JSON.parse(tap.stdout)).toMatchObject({ number, counter: 1, balanceFen: 4800 })
      const { stdout } = spawnSync('scriptor', ['-r', reader], {
        encoding: 'utf8',
        env: { ...process.env, ...environment },
        input: '00 A4 04 00 08 A0 00 00 06 32 01 01 05\n80 5C 03 02 04\n',
      })
      expect(stdout).toContain('< 00 00 12 C0 90 00')
      const inspected = unifare(['inspect', '--reader', reader, '--json'], environment)
      expect(inspected.stderr).toBe('')
      expect(JSON.parse(inspected.stdout)).toEqual(json('inspect', 'served.json'))
      const held = unifare(['tap', 'served.json'])
      expect([held.status, held.stderr]).toEqual([65, expect.stringContaining('card-file.in-use')])
    } finally {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGINT')
      expect(await gone).toBe(0)
    }
    expect(existsSync(environment['PCSCLITE_CSOCK_NAME'] ?? '')).toBe(false)
    expect(existsSync(join(folder, 'served.json.lock'))).toBe(false)
    expect(json('tap', 'served.json')).toMatchObject({ number, counter: 2, balanceFen: 4600 })
  })

  it('without a service, a reader is unavailable: what to start is told', () => {
    const told = unifare(['tap', '--reader'], { PCSCLITE_CSOCK_NAME: join(folder, 'no-service') })
    expect([told.status, told.stderr]).toEqual([69, expect.stringContaining('unifare card serve')])
  })
})
