import { UnifareError, utf8 } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import {
  createSoftwareKeyStore,
  cryptoErrors,
  diversifyChain,
  ed25519Verify,
  generateKey,
  type KeyRef,
  keyRefText,
  p256Verify,
  parseKeyRef,
  pureEngine,
  SM2_DEFAULT_ID,
  sm2Verify,
  sm3,
} from './index.ts'

const PURCHASE = parseKeyRef('mot.30000001.purchase.1.2.3des')
const TAC = parseKeyRef('mohurd.30000001.tac.0.1.sm4')
const CODE = parseKeyRef('unifare.30000001.code-issue.0.1.sm2')
const LINK = parseKeyRef('unifare.30000001.link.0.1.ed25519')
const BUNDLE = parseKeyRef('unifare.30000001.bundle.0.1.p256')
const ALL = [PURCHASE, TAC, CODE, LINK, BUNDLE]
const FACTORS = [utf8('3000FFFF'), utf8('12345678')]
const MESSAGE = utf8('what is signed')

const refused = (code: keyof typeof cryptoErrors) => expect.objectContaining({ code })

describe('key references', () => {
  test('are text and back', () => {
    for (const ref of ALL) expect(parseKeyRef(keyRefText(ref))).toEqual(ref)
    expect(PURCHASE).toEqual({
      scheme: 'mot',
      issuer: '30000001',
      use: 'purchase',
      index: 1,
      version: 2,
      algorithm: '3des',
    })
  })

  test.each([
    '',
    'mot.30000001.purchase.1.2',
    'mot.30000001.purchase.1.2.3des.0',
    'visa.30000001.purchase.1.2.3des',
    'mot.3000001.purchase.1.2.3des',
    'mot.30000001.toString.1.2.3des',
    'mot.30000001.purchase.256.2.3des',
    'mot.30000001.purchase.01.2.3des',
    'mot.30000001.purchase.1.-2.3des',
    'mot.30000001.purchase.1.2.aes',
  ])('not a reference: %j', (text) => {
    expect(() => parseKeyRef(text)).toThrow(refused('key.bad-reference'))
  })
})

describe('the software key store', () => {
  test('derives card keys and keeps the master', async () => {
    const { store, entries } = newStore()
    for (const ref of [PURCHASE, TAC]) {
      const master = entries.find((entry) => entry.ref === ref)!.material
      const algorithm = ref.algorithm as '3des' | 'sm4'
      expect(await store.derive(ref, FACTORS)).toEqual(diversifyChain(algorithm, master, FACTORS))
    }
    await expect(store.derive(PURCHASE, [])).rejects.toThrow(refused('key.bad-factor'))
    await expect(store.derive(PURCHASE, [utf8('short')])).rejects.toThrow(refused('key.bad-factor'))
  })

  test('signs with each algorithm', async () => {
    const { store } = newStore()
    const sm2 = {
      publicKey: await store.publicKey(CODE),
      id: SM2_DEFAULT_ID,
      message: MESSAGE,
      signature: await store.sign(CODE, MESSAGE),
    }
    expect(sm2Verify(sm2)).toBe(true)
    const bare = await store.sign(CODE, MESSAGE, { id: null })
    expect(sm2Verify({ ...sm2, id: null, signature: bare })).toBe(true)
    const linkKey = await store.publicKey(LINK)
    expect(ed25519Verify(linkKey, MESSAGE, await store.sign(LINK, MESSAGE))).toBe(true)
    const bundleKey = await store.publicKey(BUNDLE)
    expect(p256Verify(bundleKey, MESSAGE, await store.sign(BUNDLE, MESSAGE))).toBe(true)
  })

  test('uses a key for its own purpose only', async () => {
    const { store } = newStore()
    for (const ref of [PURCHASE, TAC]) {
      await expect(store.sign(ref, MESSAGE)).rejects.toThrow(refused('key.wrong-use'))
      await expect(store.publicKey(ref)).rejects.toThrow(refused('key.wrong-use'))
    }
    for (const ref of [CODE, LINK, BUNDLE]) {
      await expect(store.derive(ref, FACTORS)).rejects.toThrow(refused('key.wrong-use'))
    }
  })

  test('knows no key that differs in any part of the reference', async () => {
    const { store } = newStore()
    const others: KeyRef[] = [
      { ...PURCHASE, scheme: 'mohurd' },
      { ...PURCHASE, issuer: '30000002' },
      { ...PURCHASE, use: 'load' },
      { ...PURCHASE, index: 2 },
      { ...PURCHASE, version: 3 },
      { ...PURCHASE, algorithm: 'sm4' },
    ]
    for (const ref of others) {
      await expect(store.derive(ref, FACTORS)).rejects.toThrow(refused('key.not-found'))
    }
  })

  test('check values tell keys apart and are three bytes', async () => {
    const { store } = newStore()
    const values = await Promise.all(ALL.map((ref) => store.checkValue(ref)))
    for (const value of values) expect(value).toHaveLength(3)
    expect(new Set(values.map(String)).size).toBe(ALL.length)
  })

  test('check value of the usual 3DES test key is 08D7B4 (reference reliability 6.2)', async () => {
    const material = Uint8Array.from('0123456789ABCDEFFEDCBA9876543210'.match(/../g)!, (byte) =>
      Number.parseInt(byte, 16),
    )
    const store = storeOf([{ ref: PURCHASE, material }])
    expect(await store.checkValue(PURCHASE)).toEqual(Uint8Array.of(0x08, 0xd7, 0xb4))
  })

  test('lists in the order of the text, exports copies', async () => {
    const { store } = newStore()
    const names = store.list().map(keyRefText)
    expect(names).toEqual(ALL.map(keyRefText).sort())
    const before = await store.checkValue(PURCHASE)
    for (const entry of store.export()) entry.material.fill(0)
    expect(await store.checkValue(PURCHASE)).toEqual(before)
    expect(storeOf(store.export()).list()).toEqual(store.list())
  })

  test('refuses entries that make no sense', () => {
    const entry = generateKey(PURCHASE, counted())
    expect(() => storeOf([entry, entry])).toThrow(refused('key.duplicate'))
    expect(() => storeOf([{ ...entry, material: new Uint8Array(8) }])).toThrow(
      refused('key.bad-material'),
    )
    expect(() => storeOf([{ ref: CODE, material: new Uint8Array(32) }])).toThrow(
      refused('key.bad-material'),
    )
    expect(() => storeOf([{ ...entry, ref: { ...PURCHASE, algorithm: 'sm2' } }])).toThrow(
      refused('key.wrong-use'),
    )
    expect(() => storeOf([{ ...entry, ref: { ...PURCHASE, issuer: 'x' } }])).toThrow(
      refused('key.bad-reference'),
    )
    expect(() => generateKey({ ...LINK, algorithm: '3des' }, counted())).toThrow(
      refused('key.wrong-use'),
    )
  })
})

test('every code has a text in both languages', () => {
  for (const [code, { en, zh }] of Object.entries(cryptoErrors)) {
    expect(new UnifareError(code, en).code).toMatch(/^key\.[a-z-]+$/)
    expect(zh).toMatch(/\p{Script=Han}/u)
  }
})

function newStore() {
  const random = counted()
  const entries = ALL.map((ref) => generateKey(ref, random))
  return { entries, store: storeOf(entries) }
}

function storeOf(keys: Parameters<typeof createSoftwareKeyStore>[0]['keys']) {
  return createSoftwareKeyStore({ keys, engine: pureEngine, random: counted() })
}

function counted(): (length: number) => Uint8Array {
  let count = 0
  return (length) => sm3(utf8(`key ${count++}`)).slice(0, length)
}
