import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toHex } from '@unifare/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/**
 * Key officers at a real terminal: a pseudo-terminal of `script` (util-linux), real prompts, real
 * key files and a real SoftHSM token.
 */
const bin = join(dirname(fileURLToPath(import.meta.url)), '../../../bin/unifare.js')
const folder = mkdtempSync(join(tmpdir(), 'unifare-officers-'))
const PASSPHRASE = 'correct 马 battery'
const PIN = '135790'
const PATIENCE_MS = 30_000
const TOKEN = 'MOT 交通部'
const ON_TOKEN = ['--token', TOKEN]
const TWO = ['--by', '张三', '--by', '李四']

/** The usual test key 0123…3210 in three components, with the check values of each. */
const KEY = { ref: 'mot.30000001.tac.0.1.3des', kcv: '08D7B4' }
const PARTS = [
  { name: '张三', component: '3A7C11F0 59E2846B D0412F9E 88C76D35', kcv: '' },
  { name: '李四', component: 'C4019B6E-72D83FA5-1B60E4D7-9F2A385C', kcv: '' },
  { name: 'Wang Wu', component: '', kcv: '' },
]

beforeAll(() => {
  const bytes = (hex: string) => Buffer.from(hex.replace(/[ -]/g, ''), 'hex')
  const key = bytes('0123456789ABCDEFFEDCBA9876543210')
  const [first, second] = PARTS.map(({ component }) => bytes(component))
  PARTS[2]!.component = toHex(key.map((byte, at) => byte ^ first![at]! ^ second![at]!))
  for (const part of PARTS) part.kcv = opensslCheckValue(bytes(part.component))
  mkdirSync(join(folder, 'tokens'))
  writeFileSync(
    join(folder, 'softhsm2.conf'),
    `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  )
  const init = ['--init-token', '--free', '--label', TOKEN, '--pin', PIN, '--so-pin', '975310']
  expect(spawnSync('softhsm2-util', init, { env: environment() }).status).toBe(0)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('a key ceremony at a terminal', () => {
  test('three custodians make one key in a new key file; nobody sees a component', async () => {
    const { status, screen } = await atTerminal(
      ['ceremony', KEY.ref, '--components', '3'],
      [
        ['Passphrase', PASSPHRASE],
        ['again', PASSPHRASE],
        ...PARTS.flatMap(turn),
        ['key on paper', KEY.kcv],
      ],
    )
    expect([status, screen]).toEqual([0, expect.stringContaining('Stored, not active yet')])
    expect(screen).toContain('张三')
    const { key, checkValue, outcome, custodians } = minutes('stored')
    expect([key, checkValue, outcome]).toEqual([KEY.ref, KEY.kcv, 'stored'])
    expect(custodians.map(({ name }) => name)).toEqual(PARTS.map(({ name }) => name))
    noSecretIn(screen)
    for (const file of readdirSync(join(folder, '.unifare/minutes'))) {
      noSecretIn(readFileSync(join(folder, '.unifare/minutes', file), 'utf8'))
    }
    noSecretIn(readFileSync(join(folder, '.unifare/keys.json'), 'utf8'))
    expect(keys('list', '--json')).toMatchObject({
      status: 0,
      shown: {
        store: 'software, encrypted file',
        keys: [{ key: KEY.ref, state: 'pre-active', checkValue: KEY.kcv }],
      },
    })
  })

  test('minutes tell when they were altered', () => {
    const file = join(folder, '.unifare/minutes', minutesFile('stored'))
    expect(unifare(['keys', 'minutes', file]).stdout).toContain('李四')
    writeFileSync(`${file}.altered`, readFileSync(file, 'utf8').replace('李四', '王五'))
    const altered = unifare(['keys', 'minutes', `${file}.altered`])
    expect([altered.status, altered.stderr]).toEqual([
      65,
      expect.stringContaining('keys.bad-minutes'),
    ])
  })

  test('into a token: the same check value, and the token keeps the key', async () => {
    const { status, screen } = await atTerminal(
      ['ceremony', KEY.ref, '--components', '2', '--token', TOKEN, '--new'],
      [
        ['PIN of token', PIN],
        ...PARTS.slice(0, 2).flatMap(turn),
        ['noted by · 请复述校验值 张三', 'KCV'],
        ['noted by · 请复述校验值 李四', 'KCV'],
      ],
    )
    expect([status, screen]).toEqual([0, expect.stringContaining('PKCS#11 SoftHSM')])
    noSecretIn(screen)
    const { shown } = keys('list', '--json', '--token', TOKEN)
    const kcv = /note it down · 请记录校验值: ([0-9A-F]{6})/.exec(screen)?.[1]
    expect(shown.keys).toMatchObject([{ key: KEY.ref, state: 'pre-active', checkValue: kcv }])
    const active = keys('state', KEY.ref, 'active', ...TWO, '--json', '--token', TOKEN)
    expect(active.shown.keys).toMatchObject([{ state: 'active' }])
  })

  const other = 'mot.30000001.load.1.1.3des'
  const open: Typed[] = [['Passphrase', PASSPHRASE]]
  test.each<[string, string, () => Typed[]]>([
    [
      'a component mistyped',
      'keys.mismatch',
      () => [turn(PARTS[0]!)[0]!, typo(), turn(PARTS[0]!)[2]!],
    ],
    [
      'a whole key that is not on paper',
      'keys.mismatch',
      () => [...PARTS.slice(0, 2).flatMap(turn), ['key on paper', 'ABCDEF']],
    ],
    ['one person twice', 'key.four-eyes', () => [...turn(PARTS[0]!), ['Name', ' 张三 ']]],
    [
      'one component twice',
      'key.bad-component',
      () => [...turn(PARTS[0]!), ...turn({ ...PARTS[0]!, name: '李四' })],
    ],
    ['Ctrl-C', 'keys.aborted', () => [turn(PARTS[0]!)[0]!, ['Component, not', '1122\x03']]],
  ])('%s ends it without a key: %s', async (_, code, typed) => {
    const before = readFileSync(join(folder, '.unifare/keys.json'), 'utf8')
    const args = ['ceremony', other, '--components', '2', '--minutes', `minutes-${code}-${_}`]
    const { status, screen } = await atTerminal(args, [...open, ...typed()])
    expect([status, screen]).toEqual([65, expect.stringContaining(`[${code}]`)])
    const [file = ''] = readdirSync(join(folder, `minutes-${code}-${_}`))
    const written = readFileSync(join(folder, `minutes-${code}-${_}`, file), 'utf8')
    expect(JSON.parse(written)).toMatchObject({
      outcome: 'aborted',
      reason: code,
      checkValue: null,
    })
    noSecretIn(screen)
    expect(readFileSync(join(folder, '.unifare/keys.json'), 'utf8')).toBe(before)
  })

  test('a component is asked again when digits are missing', async () => {
    const { screen } = await atTerminal(
      ['ceremony', other, '--components', '2'],
      [
        ...open,
        ['Name', '张三'],
        ['Component, not', '1122'],
        ['digits are needed', ''],
        ['digits are needed', '\x03'],
      ],
    )
    expect(screen).toContain('keys.aborted')
  })

  test('no terminal, no ceremony; one component is none', () => {
    const piped = unifare(['keys', 'ceremony', other, '--components', '2'])
    expect([piped.status, piped.stderr]).toEqual([65, expect.stringContaining('keys.no-terminal')])
    const alone = unifare(['keys', 'ceremony', other, '--components', '1'])
    expect([alone.status, alone.stderr]).toEqual([2, expect.stringContaining('one person alone')])
    const signs = ['keys', 'ceremony', 'unifare.30000001.bundle.0.1.p256', '--components', '2']
    expect(unifare(signs).stderr).toContain('key.wrong-use')
  })
})

describe('the life of keys', () => {
  const signer = (version: number) => `unifare.30000001.bundle.0.${version}.p256`

  test('rotation: the new version issues, the old one verifies, then it is gone', () => {
    const rest = [...TWO, '--json', ...ON_TOKEN]
    expect(keys('generate', signer(1), ...rest).shown.keys).toMatchObject([{ state: 'pre-active' }])
    expect(keys('rotate', signer(1), ...rest)).toMatchObject({
      status: 65,
      stderr: expect.stringContaining('key.not-active'),
    })
    keys('state', signer(1), 'active', ...rest)
    expect(keys('rotate', signer(1), ...rest).shown.keys).toMatchObject([
      { key: signer(2), state: 'active' },
      { key: signer(1), state: 'verify-only', history: [{}, {}, { by: ['张三', '李四'] }] },
    ])
    expect(keys('state', signer(1), 'destroyed', ...rest).stderr).toContain('--kcv')
    const old = keys('list', '--json', ...ON_TOKEN).shown.keys.find(({ key }) => key === signer(1))
    const kcv = ['--kcv', String(old?.checkValue)]
    expect(keys('state', signer(1), 'destroyed', ...kcv, ...rest).shown.keys).toMatchObject([
      { state: 'destroyed', checkValue: null },
    ])
    expect(keys('state', signer(1), 'active', ...rest).stderr).toContain('key.bad-transition')
  })

  test('a rotation that was cut off is finished, not begun again', () => {
    const rest = [...TWO, '--json', ...ON_TOKEN]
    keys('generate', signer(3), ...rest)
    keys('state', signer(3), 'active', ...rest)
    expect(keys('rotate', signer(1), ...rest).shown.keys).toMatchObject([
      { key: signer(3), state: 'active' },
      { key: signer(2), state: 'verify-only' },
    ])
  })

  test('a master waits for its ceremony', () => {
    expect(keys('rotate', KEY.ref, ...TWO, ...ON_TOKEN)).toMatchObject({
      status: 65,
      stderr: expect.stringContaining('hold the ceremony for mot.30000001.tac.0.2.3des'),
    })
  })

  test('one person changes nothing', () => {
    const alone = keys('state', KEY.ref, 'verify-only', '--by', '张三')
    expect(alone).toMatchObject({ status: 65, stderr: expect.stringContaining('key.four-eyes') })
    const twice = keys('state', KEY.ref, 'verify-only', '--by', '张三', '--by', ' 张三')
    expect(twice.stderr).toContain('key.four-eyes')
  })

  test('a wrong PIN is an alarm, a wrong passphrase a refusal', () => {
    const pin = unifare(['keys', 'list', '--token', TOKEN], { UNIFARE_PIN: '000000' })
    expect([pin.status, pin.stderr]).toEqual([65, expect.stringContaining('ALARM · 告警')])
    expect(pin.stderr).toContain('key.hsm-wrong-pin')
    const passphrase = unifare(['keys', 'list'], { UNIFARE_PASSPHRASE: 'no' })
    expect(passphrase.stderr).toContain('key.bad-passphrase')
  })

  test('a token of 交通部 takes no key of 住建部', () => {
    const city = ['generate', 'mohurd.30000001.tac.0.1.3des', ...TWO, '--token', TOKEN]
    expect(keys(...city).stderr).toContain('key.wrong-use')
    expect(keys(...city, '--scheme', 'mohurd').stderr).toContain('key.wrong-use')
  })
})

type Typed = readonly [prompt: string, answer: string]

/** One custodian's turn. */
function turn({ name, component, kcv }: { name: string; component: string; kcv: string }): Typed[] {
  return [
    ['Name of the custodian', name],
    ['Component, not shown', component],
    ['on your paper', kcv],
  ]
}

function typo(): Typed {
  return ['Component, not shown', PARTS[0]!.component.replace('3A7C', '3A7E')]
}

/** Runs a command of officers in a pseudo-terminal and types each answer when it is asked for. */
function atTerminal(
  args: readonly string[],
  script: readonly Typed[],
): Promise<{ status: number | null; screen: string }> {
  const quoted = [process.execPath, bin, 'keys', ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', quoted, '/dev/null'], { cwd: folder, env: environment() })
  const left = [...script]
  let screen = ''
  let seen = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text
    const [next] = left
    const found = next === undefined ? -1 : screen.indexOf(next[0], seen)
    if (next === undefined || found < 0) return
    seen = screen.length
    left.shift()
    // In a ceremony of a new key, custodians repeat what they have just read.
    const noted = /请记录校验值: ([0-9A-F]{6})/.exec(screen)?.[1] ?? ''
    child.stdin.write(`${next[1] === 'KCV' ? noted : next[1]}\r`)
  })
  const patience = setTimeout(() => child.kill('SIGHUP'), PATIENCE_MS)
  return new Promise((resolve) =>
    child.on('close', (status) => {
      clearTimeout(patience)
      resolve({ status, screen })
    }),
  )
}

/** A command without a terminal, secrets from the environment as a service has them. */
function keys(...args: readonly string[]) {
  const result = unifare(['keys', ...args], { UNIFARE_PASSPHRASE: PASSPHRASE, UNIFARE_PIN: PIN })
  const shown = (result.stdout.startsWith('{') ? JSON.parse(result.stdout) : { keys: [] }) as {
    store: string
    keys: { key: string; state: string; checkValue: string | null }[]
  }
  return { ...result, shown }
}

function unifare(args: readonly string[], secrets: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...environment(), ...secrets },
  })
  return { status, stdout, stderr }
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, SOFTHSM2_CONF: join(folder, 'softhsm2.conf'), SHELL: '/bin/sh' }
}

function minutesFile(outcome: string): string {
  const found = readdirSync(join(folder, '.unifare/minutes')).find(
    (file) =>
      file.endsWith('.json') &&
      readFileSync(join(folder, '.unifare/minutes', file), 'utf8').includes(`"${outcome}"`),
  )
  return found ?? ''
}

function minutes(outcome: string) {
  const text = readFileSync(join(folder, '.unifare/minutes', minutesFile(outcome)), 'utf8')
  return JSON.parse(text) as {
    key: string
    checkValue: string
    outcome: string
    custodians: { name: string }[]
  }
}

/** Neither a component nor the key nor the passphrase, in any spelling. */
function noSecretIn(text: string): void {
  const bare = text.toUpperCase().replace(/[ -]/g, '')
  const components = PARTS.map(({ component }) => component.toUpperCase().replace(/[ -]/g, ''))
  for (const secret of [...components, '0123456789ABCDEFFEDCBA9876543210']) {
    expect(bare).not.toContain(secret.slice(0, 12))
    expect(bare).not.toContain(secret.slice(-12))
  }
  expect(text).not.toContain(PASSPHRASE)
  expect(text).not.toContain(PIN)
}

/** Check value by OpenSSL, not by our own code: two-key triple DES of a zero block. */
function opensslCheckValue(component: Buffer): string {
  const key = Buffer.concat([component, component.subarray(0, 8)]).toString('hex')
  const { stdout } = spawnSync('openssl', ['enc', '-des-ede3', '-K', key, '-nopad'], {
    input: Buffer.alloc(8),
  })
  return stdout.subarray(0, 3).toString('hex').toUpperCase()
}
