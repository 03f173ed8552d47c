import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toHex, utf8 } from '@unifare/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type cryptoErrors, ed25519Verify, generateKey, parseKeyRef } from '../src/index.ts'
import { openEncryptedKeyStore, saveEncryptedKeyStore } from './index.ts'

const PASSPHRASE = '正确的口令 correct'
const COST = 14
const LINK = parseKeyRef('unifare.30000001.link.0.1.ed25519')
const keys = [
  'mot.30000001.tac.0.1.3des',
  'mot.30000001.purchase.1.1.sm4',
  'unifare.30000001.code-root.0.1.sm2',
  'unifare.30000001.link.0.1.ed25519',
].map((text) => generateKey(parseKeyRef(text), (length) => Uint8Array.from(randomBytes(length))))

const refused = (code: keyof typeof cryptoErrors) => expect.objectContaining({ code })

let folder = ''
let file = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unifare-keys-'))
  file = join(folder, 'keys.json')
})
beforeEach(() => saveEncryptedKeyStore({ file, passphrase: PASSPHRASE, keys, cost: COST }))
afterAll(() => rm(folder, { recursive: true }))

const open = (passphrase = PASSPHRASE) => openEncryptedKeyStore({ file, passphrase })

describe('the encrypted key file', () => {
  test('gives back the same keys, ready for use', async () => {
    const store = await open()
    const byRef = (a: { ref: object }, b: { ref: object }) =>
      JSON.stringify(a.ref) < JSON.stringify(b.ref) ? -1 : 1
    expect(store.export().sort(byRef)).toEqual([...keys].sort(byRef))
    const message = utf8('a batch')
    const signature = await store.sign(LINK, message)
    expect(ed25519Verify(await store.publicKey(LINK), message, signature)).toBe(true)
  })

  test('shows no key and no reference, and differs at every save', async () => {
    const first = await readFile(file, 'utf8')
    for (const { material } of keys) expect(first).not.toContain(toHex(material))
    expect(first).not.toContain('30000001')
    await saveEncryptedKeyStore({ file, passphrase: PASSPHRASE, keys, cost: COST })
    const [a, b] = [JSON.parse(first), JSON.parse(await readFile(file, 'utf8'))]
    for (const field of ['salt', 'nonce', 'check', 'tag', 'data']) {
      expect(a[field]).not.toBe(b[field])
    }
  })

  test('only its owner may read it, and saving leaves nothing else behind', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['keys.json'])
  })

  test('a save that fails leaves nothing behind', async () => {
    const taken = join(folder, 'taken')
    await mkdir(taken)
    const save = saveEncryptedKeyStore({ file: taken, passphrase: 'x', keys, cost: COST })
    await expect(save).rejects.toThrow(expect.objectContaining({ code: 'EISDIR' }))
    expect((await readdir(folder)).sort()).toEqual(['keys.json', 'taken'])
    await rm(taken, { recursive: true })
  })

  test('a wrong passphrase is told as such; the same one composed differently is right', async () => {
    await expect(open('correct')).rejects.toThrow(refused('key.bad-passphrase'))
    await saveEncryptedKeyStore({ file, passphrase: 'caf\u00e9', keys: [], cost: COST })
    expect((await open('cafe\u0301')).list()).toEqual([])
  })

  test('a missing file is told as such', async () => {
    const missing = openEncryptedKeyStore({ file: join(folder, 'none'), passphrase: PASSPHRASE })
    await expect(missing).rejects.toThrow(refused('key.no-file'))
  })
})

describe('an altered file', () => {
  test.each(['nonce', 'tag', 'data'])('%s: refused', async (field) => {
    await alter((content) => ({ ...content, [field]: flipLast(String(content[field])) }))
    await expect(open()).rejects.toThrow(refused('key.bad-file'))
  })

  test.each(['salt', 'check'])('%s: the passphrase no longer fits', async (field) => {
    await alter((content) => ({ ...content, [field]: flipLast(String(content[field])) }))
    await expect(open()).rejects.toThrow(refused('key.bad-passphrase'))
  })

  test.each([
    ['another format', { format: 'keys' }],
    ['a later version', { version: 2 }],
    ['too cheap', { cost: 1 }],
    ['a memory bomb', { cost: 40 }],
    ['a cost that is a text', { cost: '16' }],
    ['a short tag', { tag: 'AB' }],
    ['no data', { data: undefined }],
    ['data that are not hexadecimal', { data: 'zz' }],
  ])('%s: refused before any work', async (_, change) => {
    await alter((content) => ({ ...content, ...change }))
    await expect(open()).rejects.toThrow(refused('key.bad-file'))
  })

  test.each(['', 'not JSON', '[]', 'null', '{"format":'])('content %j: refused', async (text) => {
    await writeFile(file, text)
    await expect(open()).rejects.toThrow(refused('key.bad-file'))
  })
})

async function alter(
  change: (content: Record<string, unknown>) => Record<string, unknown>,
): Promise<void> {
  await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')))))
}

function flipLast(hex: string): string {
  return hex.slice(0, -1) + (hex.endsWith('0') ? '1' : '0')
}
