import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utf8 } from '@unifare/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  changeKeyState,
  type cryptoErrors,
  issuingKey,
  type KeyRef,
  type KeyState,
  type KeyVault,
  keyRefText,
  newKeyLife,
  p256Verify,
  parseKeyRef,
} from '../src/index.ts'
import { openEncryptedKeyStore, openKeyFileVault } from './index.ts'

const MASTER = parseKeyRef('mot.30000001.tac.0.1.3des')
const SIGNER = parseKeyRef('unifare.30000001.bundle.0.1.p256')
const CARD = [utf8('3000FFFF'), utf8('12345678')]
const PASSPHRASE = '正确的口令'
const BY = ['张三', '李四']

const refused = (code: keyof typeof cryptoErrors) => expect.objectContaining({ code })

let folder = ''
let file = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unifare-vault-'))
  file = join(folder, 'keys.json')
})
afterAll(() => rm(folder, { recursive: true }))

const open = (create = false) =>
  openKeyFileVault({ file, passphrase: PASSPHRASE, create, cost: 14 })

describe('a key file that officers change', () => {
  test('is begun only when asked to', async () => {
    await expect(open()).rejects.toThrow(refused('key.no-file'))
    const vault = await open(true)
    expect([vault.name, vault.list()]).toEqual(['software, encrypted file', []])
  })

  test('keeps keys and their lives over closing', async () => {
    const vault = await open(true)
    await vault.generate(MASTER, newKeyLife({ at: 1, by: BY }))
    const shown = await vault.checkValue(MASTER)
    await expect(vault.derive(MASTER, CARD)).rejects.toThrow(refused('key.not-active'))
    await to(vault, MASTER, 'active')
    await vault.close()
    await expect(vault.derive(MASTER, CARD)).rejects.toThrow(refused('key.not-found'))
    const again = await open()
    expect(await again.derive(MASTER, CARD)).toHaveLength(16)
    expect(await again.records()).toEqual([
      {
        ref: MASTER,
        checkValue: shown,
        state: 'active',
        history: [
          { to: 'pre-active', at: 1, by: BY },
          { to: 'active', at: 2, by: BY },
        ],
      },
    ])
    await expect(again.generate(MASTER, newKeyLife({ at: 1, by: BY }))).rejects.toThrow(
      refused('key.duplicate'),
    )
  })

  test('rotation: the new version issues, the old one verifies, then it is gone', async () => {
    const vault = await open(true)
    const next = { ...SIGNER, version: 2 }
    for (const ref of [SIGNER, next]) await vault.generate(ref, newKeyLife({ at: 1, by: BY }))
    await to(vault, SIGNER, 'active')
    const old = await vault.sign(issuingKey(vault, SIGNER), utf8('old'))
    const oldKey = await vault.publicKey(SIGNER)
    await to(vault, next, 'active')
    await to(vault, SIGNER, 'verify-only')
    expect(issuingKey(vault, SIGNER)).toEqual(next)
    await expect(vault.sign(SIGNER, utf8('new'))).rejects.toThrow(refused('key.verify-only'))
    expect(p256Verify(await vault.publicKey(SIGNER), utf8('old'), old)).toBe(true)
    await to(vault, SIGNER, 'destroyed')
    const again = await open()
    await expect(again.publicKey(SIGNER)).rejects.toThrow(refused('key.destroyed'))
    await expect(to(again, SIGNER, 'active')).rejects.toThrow(refused('key.bad-transition'))
    // Who kept the public key verifies what was issued, for ever.
    expect(p256Verify(oldKey, utf8('old'), old)).toBe(true)
  })

  test('a destroyed key is not in the file any more', async () => {
    const store = await openEncryptedKeyStore({ file, passphrase: PASSPHRASE })
    const gone = store.export().find(({ ref }) => keyRefText(ref) === keyRefText(SIGNER))
    expect(gone).toMatchObject({ material: new Uint8Array(0), life: { state: 'destroyed' } })
  })

  test('a step that is refused leaves the file as it was', async () => {
    const before = await readFile(file, 'utf8')
    const vault = await open()
    await expect(to(vault, MASTER, 'pre-active')).rejects.toThrow(refused('key.bad-transition'))
    const unknown = { ...MASTER, index: 99 }
    await expect(vault.setLife(unknown, newKeyLife({ at: 0, by: BY }))).rejects.toThrow(
      refused('key.not-found'),
    )
    expect(await readFile(file, 'utf8')).toBe(before)
  })
})

async function to(vault: KeyVault, ref: KeyRef, state: KeyState): Promise<void> {
  const record = (await vault.records()).find((known) => keyRefText(known.ref) === keyRefText(ref))
  const life = { state: record!.state, history: record!.history }
  await vault.setLife(ref, changeKeyState(ref, life, { to: state, at: 2, by: BY }))
}
