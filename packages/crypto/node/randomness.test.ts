import { toHex, utf8 } from '@unifare/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  changeKeyState,
  createSoftwareKeyStore,
  type cryptoErrors,
  generateKey,
  type KeyAlgorithm,
  type KeyRef,
  newKeyLife,
  parseKeyRef,
  pureEngine,
  SM2_DEFAULT_ID,
  sm2KeyPair,
  sm2Verify,
} from '../src/index.ts'
import { systemRandom } from './encrypted-key-store.ts'
import { openPkcs11, type Pkcs11, type Pkcs11KeyStore } from './index.ts'
import { createSoftHsm, MOT, type SoftHsm } from './pkcs11/softhsm.fixture.ts'
import { seal } from './sealed-file.ts'

/**
 * Some libraries drew keys and nonces from Math.random and the clock (CVE-2026-73567). With both
 * stopped, ours must not repeat anything.
 */
const REFS: Readonly<Record<KeyAlgorithm, KeyRef>> = {
  '3des': parseKeyRef('mot.30000001.tac.0.1.3des'),
  sm4: parseKeyRef('mot.30000001.tac.0.1.sm4'),
  sm2: parseKeyRef('unifare.30000001.code-issue.0.1.sm2'),
  ed25519: parseKeyRef('unifare.30000001.link.0.1.ed25519'),
  p256: parseKeyRef('unifare.30000001.bundle.0.1.p256'),
}
const SIGNATURES = 64
const BY = ['张三', '李四']

let hsm: SoftHsm
let opened: Pkcs11
let token: Pkcs11KeyStore
beforeAll(async () => {
  hsm = createSoftHsm()
  opened = await openPkcs11({ tokens: [MOT] })
  token = opened.tokens.get(MOT.label)!
})
afterAll(async () => {
  await opened.close()
  hsm.remove()
})

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  vi.spyOn(Date, 'now').mockReturnValue(0)
  vi.spyOn(performance, 'now').mockReturnValue(0)
})
afterEach(() => void vi.restoreAllMocks())

describe('with Math.random and the clock stopped', () => {
  test.each(Object.values(REFS))('keys of $algorithm differ', (ref) => {
    const keys = Array.from({ length: SIGNATURES }, () =>
      toHex(generateKey(ref, systemRandom).material),
    )
    expect(new Set(keys).size).toBe(SIGNATURES)
  })

  test.each(['3des', 'p256'] as const)('keys of %s made in a token differ', async (algorithm) => {
    const life = newKeyLife({ at: 0, by: BY })
    const values = new Set<string>()
    for (let version = 1; version <= 8; version++) {
      const ref = { ...REFS[algorithm], version }
      await token.generate(ref, life)
      values.add(toHex(await token.checkValue(ref)))
    }
    expect(values.size).toBe(8)
  })

  test('SM2 takes a new nonce for every signature of one message', () => {
    const { privateKey, publicKey } = sm2KeyPair(systemRandom)
    const message = utf8('the same message')
    const signed = { publicKey, id: SM2_DEFAULT_ID, message }
    const signatures = Array.from({ length: SIGNATURES }, () =>
      pureEngine.sm2Sign({ ...signed, privateKey, random: systemRandom }),
    )
    expect(new Set(signatures.map(firstHalf)).size).toBe(SIGNATURES)
    for (const signature of signatures.slice(0, 3)) {
      expect(sm2Verify({ ...signed, signature })).toBe(true)
    }
  })

  test('P-256 in a token takes a new nonce for every signature of one message', async () => {
    const ref = { ...REFS.p256, index: 1 }
    const born = newKeyLife({ at: 0, by: BY })
    await token.generate(ref, changeKeyState(ref, born, { to: 'active', at: 0, by: BY }))
    const signatures = await Promise.all(
      Array.from({ length: SIGNATURES }, () => token.sign(ref, utf8('the same message'))),
    )
    expect(new Set(signatures.map(firstHalf)).size).toBe(SIGNATURES)
  })

  test('P-256 in software takes its nonce from key and message: never one for two messages', async () => {
    const store = createSoftwareKeyStore({
      keys: [generateKey(REFS.p256, systemRandom)],
      engine: pureEngine,
      random: systemRandom,
    })
    const sign = async (text: string) => firstHalf(await store.sign(REFS.p256, utf8(text)))
    const halves = await Promise.all(Array.from({ length: SIGNATURES }, (_, at) => sign(`${at}`)))
    expect(new Set(halves).size).toBe(SIGNATURES)
    expect(await sign('1')).toBe(halves[1])
  })

  test('a key file has a new salt and nonce at every save', () => {
    const saves = Array.from({ length: 3 }, () => JSON.parse(seal('[]', 'x', 14)))
    expect(new Set(saves.map(({ salt }) => salt)).size).toBe(3)
    expect(new Set(saves.map(({ nonce }) => nonce)).size).toBe(3)
  })
})

test('a random source that is stuck makes no key', () => {
  const stuck = (length: number) => new Uint8Array(length)
  const code: keyof typeof cryptoErrors = 'key.bad-random'
  for (const ref of [REFS.sm2, REFS.p256]) {
    expect(() => generateKey(ref, stuck)).toThrow(expect.objectContaining({ code }))
  }
})

/** r of a signature, which repeats exactly when its nonce does. */
function firstHalf(signature: Uint8Array): string {
  return toHex(signature.slice(0, 32))
}
