import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { businessDay, businessDayStart } from '@unifare/core'
import { afterAll, afterEach, beforeAll, describe, expect, it, type Mock, vi } from 'vitest'
import { orderCentre } from './centre-order.ts'
import { signOrder } from './centre-sign.ts'
import { type Program, startProgram } from './clear/program.fixture.ts'
import { writeSmallNetwork } from './small-network.fixture.ts'

const printed: Mock<typeof process.stdout.write> = vi.spyOn(process.stdout, 'write')
const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
afterEach(() => printed.mockReset())

const OPERATOR = '15215212'
const CENTRE = '00000156'
const YESTERDAY = businessDay(businessDayStart(businessDay(Date.now())) - 1)
const PASSPHRASE = 'of this test alone'
let folder: string
let config: string
let centre: Program
beforeAll(async () => {
  vi.stubEnv('UNIFARE_PASSPHRASE', PASSPHRASE)
  folder = await mkdtemp(join(tmpdir(), 'unifare-staff-'))
  config = join(folder, 'network.json')
  await writeSmallNetwork(config, { seed: 'staffed' })
  const people = [
    { name: 'Li', role: 'settler', key: 'Li.pub' },
    { name: 'Wang', role: 'settler', key: 'Wang.pub' },
    { name: 'Bank', role: 'bank', key: 'Bank.pub' },
  ]
  for (const { name, key } of people) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    await writeFile(join(folder, key), publicKey.export({ type: 'spki', format: 'pem' }))
    const secret = { cipher: 'aes-256-cbc', passphrase: PASSPHRASE }
    await writeFile(
      join(folder, `${name}.pem`),
      privateKey.export({ type: 'pkcs8', format: 'pem', ...secret }),
    )
  }
  const staff = join(folder, 'staff.json')
  await writeFile(staff, JSON.stringify({ staff: people }))
  centre = startProgram(['centre', 'serve', '--config', config, '--staff', staff])
  await centre.line('ready')
})
afterAll(async () => {
  await centre.kill()
  await rm(folder, { recursive: true })
  vi.unstubAllEnvs()
})

/** An order with the signatures of these people, one after the other. */
async function signed(order: object, ...names: readonly string[]): Promise<string> {
  const out = join(folder, 'order.json')
  let given = JSON.stringify(order)
  for (const name of names) {
    await signOrder(given, { key: join(folder, `${name}.pem`), name, centre: CENTRE, out })
    given = out
  }
  return await readFile(out, 'utf8')
}

async function ordered(text: string): Promise<unknown> {
  printed.mockReset().mockReturnValue(true)
  expect(await orderCentre(text, { config })).toBe(0)
  return JSON.parse(printed.mock.calls.join(''))
}

describe('a centre on its own, ordered by its staff', () => {
  it('closes a day and a window for one settler; gives it up for two', async () => {
    await ordered(await signed({ do: 'close-day', day: YESTERDAY }, 'Li'))
    const close = await signed({ do: 'close-window', day: YESTERDAY }, 'Li')
    expect(await ordered(close)).toMatchObject({ state: 'CLOSED' })
    const abort = { do: 'abort-window', day: YESTERDAY, note: 'the bank asks' }
    const alone = await signed(abort, 'Li')
    await expect(orderCentre(alone, { config })).rejects.toMatchObject({
      code: 'staff.needs-approval',
      message: expect.stringContaining('another one than Li signs'),
    })
    const both = await signed(abort, 'Li', 'Wang')
    const answer = await ordered(both)
    expect(answer).toMatchObject({ state: 'ABORTED' })
    // Told again, it is answered again; the window that took over is not given up by it.
    expect(await ordered(both)).toEqual(answer)
  })

  it('keeps money of members for two, and the word of the bank for the bank', async () => {
    const terms = { member: '05215210', depositFen: 100, capFen: 1_000, lowFen: 50 }
    expect(
      await ordered(await signed({ do: 'set-reserve', ...terms }, 'Li', 'Wang')),
    ).toMatchObject(terms)
    const money = { member: '05215210', amountFen: 500, reference: 'B1' }
    const before = (await ordered(await signed({ do: 'top-up-reserve', ...money }, 'Bank'))) as {
      availableFen: number
    }
    const out = { do: 'withdraw-reserve', ...money, amountFen: 200, reference: 'B2' }
    await expect(orderCentre(await signed(out, 'Wang'), { config })).rejects.toMatchObject({
      code: 'staff.needs-approval',
    })
    await expect(orderCentre(await signed(out, 'Bank'), { config })).rejects.toMatchObject({
      code: 'staff.wrong-role',
    })
    expect(await ordered(await signed(out, 'Wang', 'Li'))).toMatchObject({
      availableFen: before.availableFen - 200,
    })
    const confirm = { do: 'confirm-window', day: YESTERDAY, bookedOn: YESTERDAY }
    await expect(orderCentre(await signed(confirm, 'Li'), { config })).rejects.toMatchObject({
      code: 'staff.wrong-role',
    })
  })

  it('takes nothing that somebody else signed, or that was changed on its way', async () => {
    const text = await signed({ do: 'close-day', day: YESTERDAY }, 'Li')
    const forged = text.replace(YESTERDAY, '2026-01-01')
    await expect(orderCentre(forged, { config })).rejects.toMatchObject({
      code: 'staff.bad-signature',
    })
    const elsewhere = text.replace(`"${CENTRE}"`, `"${OPERATOR}"`)
    await expect(orderCentre(elsewhere, { config })).rejects.toMatchObject({
      code: 'staff.wrong-centre',
    })
    // Orders without a signature are a driver's, and this centre has none.
    await expect(orderCentre('{"do": "close-day"}', { config })).rejects.toMatchObject({
      code: 'network-file.bad-field',
      message: expect.stringContaining('unifare centre sign'),
    })
    // A slip of the year would swallow what comes until then.
    const ahead = await signed(
      { do: 'close-day', day: `${Number(YESTERDAY.slice(0, 4)) + 1}${YESTERDAY.slice(4)}` },
      'Li',
    )
    await expect(orderCentre(ahead, { config })).rejects.toMatchObject({ code: 'staff.day-runs' })
  })

  it('shows who signs every sign of it: none moves or hides others', async () => {
    told.mockClear()
    const note = 'turned \u202e, hidden \u200b, of a terminal \u009b2K, 银行要求'
    await signed({ do: 'abort-window', day: YESTERDAY, note }, 'Li', 'Wang')
    const shown = told.mock.calls.join('')
    expect(shown).toContain('turned \\u202e, hidden \\u200b, of a terminal \\u009b2K, 银行要求')
    expect(shown.replaceAll('\n', '')).not.toMatch(/\p{C}/u)
  })

  it('tells whose passphrase is missing, and which centre is not there', async () => {
    const sign = () => signed({ do: 'close-day', day: YESTERDAY }, 'Li')
    const text = await sign()
    vi.stubEnv('UNIFARE_PASSPHRASE', 'another')
    await expect(sign()).rejects.toMatchObject({
      code: 'fare.bad-key',
      message: expect.stringMatching(/Li\.pem is encrypted, and UNIFARE_PASSPHRASE is not/),
    })
    vi.stubEnv('UNIFARE_PASSPHRASE', PASSPHRASE)
    const away = join(folder, 'away.json')
    const file = await readFile(config, 'utf8')
    await writeFile(away, file.replace(/"http:[^"]*"/g, '"http://127.0.0.1:9"'))
    await expect(orderCentre(text, { config: away })).rejects.toMatchObject({
      code: 'network.not-running',
      message: expect.stringContaining('unifare centre serve'),
    })
  })
})
