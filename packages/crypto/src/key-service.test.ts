import { fromHex, utf8 } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  combineComponents,
  componentCheckValue,
  createRoutedKeyStore,
  createSoftwareKeyStore,
  type cryptoErrors,
  desCbcMac,
  generateKey,
  type KeyDeriver,
  keyRefText,
  openKeyWindow,
  parseKeyRef,
  pureEngine,
  sm3,
  sm4Encrypt,
  tdesEncrypt,
} from './index.ts'

const TAC = parseKeyRef('mot.30000001.tac.0.1.3des')
const LOAD = parseKeyRef('mot.30000001.load.1.1.3des')
const CITY = parseKeyRef('mohurd.30000001.tac.0.1.sm4')
const CODE = parseKeyRef('unifare.30000001.code-issue.0.1.sm2')
const CARD = [utf8('3000FFFF'), utf8('12345678')]
const OTHER_CARD = [utf8('3000FFFF'), utf8('12345679')]

const refused = (code: keyof typeof cryptoErrors) => expect.objectContaining({ code })

describe('work under a card key inside the store', () => {
  const store = storeOf([TAC, CITY, CODE])

  test('enciphers like the card key that it could hand out', async () => {
    const block = sm3(utf8('x')).slice(0, 16)
    const [des, sm4] = [await store.derive(TAC, CARD), await store.derive(CITY, CARD)]
    expect(await store.encrypt(TAC, CARD, block)).toEqual(tdesEncrypt(des, block))
    expect(await store.encrypt(CITY, CARD, block)).toEqual(sm4Encrypt(sm4, block))
  })

  test('makes the MACs of a purse (reference card 5.3, 5.4)', async () => {
    const [session, message] = [utf8('rnd4cnt2'), utf8('amount and more')]
    const key = tdesEncrypt(await store.derive(TAC, CARD), session)
    const mac = await store.sessionMac(TAC, { factors: CARD, session, message })
    expect(mac).toEqual(desCbcMac(key, message).slice(0, 4))
  })

  test('refuses torn blocks, torn sessions and keys for something else', async () => {
    const input = { factors: CARD, session: utf8('12345678'), message: utf8('m') }
    await expect(store.encrypt(TAC, CARD, utf8('seven..'))).rejects.toThrow(
      refused('key.bad-material'),
    )
    await expect(store.encrypt(CITY, CARD, utf8('12345678'))).rejects.toThrow(
      refused('key.bad-material'),
    )
    await expect(store.sessionMac(TAC, { ...input, session: utf8('1') })).rejects.toThrow(
      refused('key.bad-material'),
    )
    await expect(store.sessionMac(CITY, input)).rejects.toThrow(refused('key.wrong-use'))
    await expect(store.encrypt(CODE, CARD, utf8('12345678'))).rejects.toThrow(
      refused('key.wrong-use'),
    )
  })
})

describe('a key window', () => {
  test('asks the store once per master and issuer, and only for issuer-level keys', async () => {
    const asked: number[] = []
    const store = storeOf([TAC])
    const spy: KeyDeriver = {
      derive(ref, factors, work) {
        asked.push(factors.length)
        return store.derive(ref, factors, work)
      },
    }
    const window = openKeyWindow({ store: spy, refs: [TAC] })
    for (const card of [CARD, OTHER_CARD, CARD]) {
      expect(await window.derive(TAC, card)).toEqual(await store.derive(TAC, card))
    }
    expect(asked).toEqual([1])
  })

  test('gives no master, no issuer-level key, no key for new cards, none that it was not opened for', async () => {
    const window = openKeyWindow({ store: storeOf([TAC, LOAD]), refs: [TAC] })
    await expect(window.derive(TAC, [])).rejects.toThrow(refused('key.wrong-use'))
    await expect(window.derive(TAC, CARD.slice(0, 1))).rejects.toThrow(refused('key.wrong-use'))
    await expect(window.derive(TAC, CARD, 'issue')).rejects.toThrow(refused('key.wrong-use'))
    await expect(window.derive(LOAD, CARD)).rejects.toThrow(refused('key.not-found'))
  })

  test('wipes its keys when it closes', async () => {
    const given: Uint8Array[] = []
    const store = storeOf([TAC])
    const window = openKeyWindow({
      store: {
        async derive(ref, factors) {
          const key = await store.derive(ref, factors)
          given.push(key)
          return key
        },
      },
      refs: [TAC],
    })
    await window.derive(TAC, CARD)
    expect(given[0]).not.toEqual(new Uint8Array(16))
    window.close()
    await Promise.resolve()
    expect(given).toEqual([new Uint8Array(16)])
    await expect(window.derive(TAC, CARD)).rejects.toThrow(refused('key.window-closed'))
  })

  const PURCHASE = parseKeyRef('mot.30000001.purchase.1.1.3des')
  const [FACTOR = new Uint8Array(0), CARD_FACTOR = new Uint8Array(0)] = CARD
  const ISSUER = { tac: TAC, purchase: PURCHASE, factor: FACTOR }

  test('gives columns of the cards of many issuers, and wipes them when it closes', async () => {
    const store = storeOf([TAC, PURCHASE])
    const window = openKeyWindow({ store, refs: [TAC, PURCHASE] })
    const columns = window.cardColumns('3des', 2)
    expect(await columns.addIssuer({ ...ISSUER, factor: utf8('3000EEEE') })).toBe(0)
    expect(await columns.addIssuer(ISSUER)).toBe(1)
    columns.tac.derive(CARD_FACTOR, 1, Uint32Array.of(1))
    const message = utf8('amount and more')
    const out = new Uint32Array(1)
    const rows = { count: 1, slots: Uint32Array.of(0), messages: message, out }
    const key = await store.derive(TAC, CARD)
    const added = key.slice(0, 8).map((byte, i) => byte ^ key[8 + i]!)
    columns.tac.macs({ ...rows, messageBytes: message.length })
    const [word] = out
    expect(word).toBe(new DataView(desCbcMac(added, message).buffer).getUint32(0))
    window.close()
    columns.tac.derive(CARD_FACTOR, 1, Uint32Array.of(1))
    columns.tac.macs({ ...rows, messageBytes: message.length })
    expect(out[0]).not.toBe(word)
    await expect(columns.addIssuer(ISSUER)).rejects.toThrow(refused('key.window-closed'))
    expect(() => window.cardColumns('3des', 2)).toThrow(refused('key.window-closed'))
  })

  test('puts no key into columns that it was not opened for, or of another algorithm', async () => {
    const window = openKeyWindow({ store: storeOf([TAC, PURCHASE, CITY]), refs: [TAC, CITY] })
    const columns = window.cardColumns('3des', 2)
    await expect(columns.addIssuer(ISSUER)).rejects.toThrow(refused('key.not-found'))
    const mixed = { ...ISSUER, purchase: CITY }
    await expect(columns.addIssuer(mixed)).rejects.toThrow(refused('key.wrong-use'))
    // What was refused left nothing behind in either of them.
    expect(() => columns.tac.derive(CARD_FACTOR, 1)).toThrow(TypeError)
  })

  test('closed while the store still derives, it answers nothing', async () => {
    const window = openKeyWindow({ store: storeOf([TAC]), refs: [TAC] })
    const late = window.derive(TAC, CARD)
    window.close()
    await expect(late).rejects.toThrow(refused('key.window-closed'))
  })

  test('closes by itself when its time is over', async () => {
    let now = 1_000
    const until = { at: 2_000, now: () => now }
    const window = openKeyWindow({ store: storeOf([TAC]), refs: [TAC], until })
    await window.derive(TAC, CARD)
    now = 2_000
    await expect(window.derive(TAC, CARD)).rejects.toThrow(refused('key.window-closed'))
    now = 1_000
    await expect(window.derive(TAC, CARD)).rejects.toThrow(refused('key.window-closed'))
  })

  test('tries again after a store that failed', async () => {
    let fails = 1
    const store = storeOf([TAC])
    const window = openKeyWindow({
      store: {
        derive: async (ref, factors) => {
          if (fails-- > 0) throw new Error('unplugged')
          return store.derive(ref, factors)
        },
      },
      refs: [TAC],
    })
    await expect(window.derive(TAC, CARD)).rejects.toThrow('unplugged')
    expect(await window.derive(TAC, CARD)).toHaveLength(16)
  })
})

describe('stores side by side', () => {
  test('every key is asked of the store that has it, and names tell where', async () => {
    const [tokens, software] = [storeOf([TAC], 'token'), storeOf([CITY, CODE], 'file')]
    const both = createRoutedKeyStore([tokens, software])
    expect(both.name).toBe('token + file')
    expect(both.list().map(keyRefText)).toEqual([CITY, TAC, CODE].map(keyRefText))
    expect(await both.derive(TAC, CARD)).toEqual(await tokens.derive(TAC, CARD))
    expect(await both.derive(CITY, CARD)).toEqual(await software.derive(CITY, CARD))
    expect(await both.publicKey(CODE)).toEqual(await software.publicKey(CODE))
    expect(await both.checkValue(TAC)).toEqual(await tokens.checkValue(TAC))
    expect([both.state(TAC), both.state(LOAD)]).toEqual(['active', undefined])
    await expect(both.derive(LOAD, CARD)).rejects.toThrow(refused('key.not-found'))
  })
})

describe('components', () => {
  const KEY = fromHex('0123456789ABCDEFFEDCBA9876543210')
  const HALF = utf8('halfhalf')

  test('check value of the usual test key as a component is 08D7B4', () => {
    expect(componentCheckValue(TAC, KEY)).toEqual(fromHex('08D7B4'))
  })

  test('make one key, in any order and number', () => {
    const component = fc.uint8Array({ minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(fc.array(component, { minLength: 1, maxLength: 5 }), (given) => {
        const parts = given.filter((part, at) => part.some(Boolean) && given.indexOf(part) === at)
        const last = KEY.map((byte, at) => parts.reduce((sum, part) => sum ^ part[at]!, byte))
        fc.pre(parts.length > 0 && last.some(Boolean))
        expect(combineComponents([...parts, last])).toEqual(KEY)
        expect(combineComponents([last, ...parts])).toEqual(KEY)
      }),
      { numRuns: 100 },
    )
  })

  test.each([
    ['one alone', [KEY]],
    ['zeros, which leave the key to the other', [KEY, new Uint8Array(16)]],
    ['the same twice, which cancel', [KEY, sm3(KEY).slice(0, 16), KEY]],
    ['a short one', [KEY, KEY.slice(1)]],
    ['equal halves, single DES', [KEY, KEY.map((byte, at) => byte ^ HALF[at % 8]!)]],
  ])('refused: %s', (_, components) => {
    expect(() => combineComponents(components)).toThrow(refused('key.bad-component'))
  })
})

function storeOf(refs: readonly (typeof TAC)[], name?: string) {
  let count = 0
  const random = (length: number) => sm3(utf8(`key ${count++}`)).slice(0, length)
  return createSoftwareKeyStore({
    keys: refs.map((ref) => generateKey(ref, random)),
    engine: pureEngine,
    random,
    ...(name !== undefined && { name }),
  })
}
