import { randomBytes } from 'node:crypto'
import { equalBytes, fromHex, toHex, utf8 } from '@unifare/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  changeKeyState,
  createRoutedKeyStore,
  createSoftwareKeyStore,
  type cryptoErrors,
  desCbcMac,
  diversifyChain,
  generateKey,
  type KeyEntry,
  type KeyLife,
  type KeyState,
  keyRefText,
  newKeyLife,
  p256Verify,
  parseKeyRef,
  pureEngine,
  SM2_DEFAULT_ID,
  sm2Verify,
  tdesEncrypt,
} from '../../src/index.ts'
import { openPkcs11, type PinAlarm, type Pkcs11, type Pkcs11KeyStore } from '../index.ts'
import { createSoftHsm, MOHURD, MOT, type SoftHsm } from './softhsm.fixture.ts'

const TAC = parseKeyRef('mot.30000001.tac.0.1.3des')
const PURCHASE = parseKeyRef('mot.30000001.purchase.1.1.3des')
const CITY_TAC = parseKeyRef('mohurd.30000001.tac.0.1.3des')
const BUNDLE = parseKeyRef('unifare.30000001.bundle.0.1.p256')
const CODE = parseKeyRef('unifare.30000001.code-issue.0.1.sm2')
const CARD = [utf8('3000FFFF'), utf8('12345678')]
const BY = ['张三', '李四']
const CARDS = 10_000

const refused = (code: keyof typeof cryptoErrors) => expect.objectContaining({ code })
const random = (length: number) => Uint8Array.from(randomBytes(length))
const ACTIVE = lifeIn('active')

/** The same masters in the software store and in the tokens. */
const masters = [TAC, PURCHASE, CITY_TAC, BUNDLE].map((ref) => generateKey(ref, random))
const software = createSoftwareKeyStore({ keys: masters, engine: pureEngine, random })

let hsm: SoftHsm
let opened: Pkcs11
let mot: Pkcs11KeyStore
let mohurd: Pkcs11KeyStore

beforeAll(async () => {
  hsm = createSoftHsm()
  opened = await openPkcs11({ tokens: [MOT, MOHURD] })
  mot = opened.tokens.get(MOT.label)!
  mohurd = opened.tokens.get(MOHURD.label)!
  for (const { ref, material } of masters) {
    const token = ref.scheme === 'mohurd' ? mohurd : mot
    await token.put({ ref, material, life: ACTIVE })
  }
})
afterAll(async () => {
  await opened.close()
  hsm.remove()
})

describe('keys in tokens', () => {
  test('the name says what stands behind it', () => {
    expect(mot.name).toMatch(/^PKCS#11 SoftHSM 2\.\d+, token MOT 交通部$/)
    expect(opened.store.name).toBe(`${mot.name} + ${mohurd.name}`)
  })

  test('check values are those of the software store', async () => {
    for (const { ref } of masters) {
      expect(await opened.store.checkValue(ref)).toEqual(await software.checkValue(ref))
    }
    expect(opened.store.list()).toEqual(software.list())
  })

  test('check value of the usual test key is 08D7B4', async () => {
    const ref = { ...TAC, index: 9 }
    await mot.put({ ref, material: fromHex('0123456789ABCDEFFEDCBA9876543210'), life: ACTIVE })
    expect(toHex(await mot.checkValue(ref))).toBe('08D7B4')
  })

  test('derived keys have odd parity, encipher alike, and make the same TAC', async () => {
    const [hard, soft] = [await mot.derive(TAC, CARD), await software.derive(TAC, CARD)]
    expect(hard).toEqual(soft.map(oddParity))
    const block = utf8('12345678')
    expect(tdesEncrypt(hard, block)).toEqual(tdesEncrypt(soft, block))
    expect(tacOf(hard, block)).toEqual(tacOf(soft, block))
  })

  test(`both stores agree on ${CARDS} cards: session MAC of each, keys of a sample`, async () => {
    const cards = Array.from({ length: CARDS }, (_, at) => [
      fromHex('01011000FFFFFFFF'),
      fromHex(String(31_000_000_000 + at).padStart(16, '0')),
    ])
    const session = utf8('random!!')
    const message = fromHex('00000064')
    let differences = 0
    const check = async (factors: Uint8Array[], at: number): Promise<void> => {
      const input = { factors, session, message }
      const hard = await mot.sessionMac(PURCHASE, input)
      if (!equalBytes(hard, await software.sessionMac(PURCHASE, input))) differences += 1
      if (at % 10 !== 0) return
      const [given, own] = [await mot.derive(TAC, factors), await software.derive(TAC, factors)]
      if (!equalBytes(tacOf(given, message), tacOf(own, message))) differences += 1
    }
    for (let at = 0; at < CARDS; at += 500) {
      await Promise.all(cards.slice(at, at + 500).map((card, i) => check(card, at + i)))
    }
    expect(differences).toBe(0)
  }, 30_000)

  test('encipher alike, in one and in several levels', async () => {
    for (const factors of [CARD.slice(0, 1), CARD, [...CARD, ...CARD]]) {
      const blocks = random(32)
      const hard = await mohurd.encrypt(CITY_TAC, factors, blocks)
      expect(hard).toEqual(await software.encrypt(CITY_TAC, factors, blocks))
      const key = masters.find(({ ref }) => ref === CITY_TAC)!.material
      expect(hard).toEqual(tdesEncrypt(diversifyChain('3des', key, factors), blocks))
    }
  })

  test('P-256: signed inside, verified inside and outside, both ways', async () => {
    const [message, other] = [utf8('a bundle'), utf8('another')]
    const signature = await mot.sign(BUNDLE, message)
    const publicKey = await mot.publicKey(BUNDLE)
    expect(publicKey).toEqual(await software.publicKey(BUNDLE))
    expect(p256Verify(publicKey, message, signature)).toBe(true)
    const ours = await software.sign(BUNDLE, message)
    expect(await mot.verify(BUNDLE, message, ours)).toBe(true)
    expect(await mot.verify(BUNDLE, other, ours)).toBe(false)
    expect(await mot.verify(BUNDLE, message, ours.slice(1))).toBe(false)
  })

  test('a pair made inside signs too', async () => {
    const ref = { ...BUNDLE, index: 5 }
    await mot.generate(ref, ACTIVE)
    const signature = await mot.sign(ref, CARD[0]!)
    expect(p256Verify(await mot.publicKey(ref), CARD[0]!, signature)).toBe(true)
  })
})

describe('with software beside it', () => {
  test('SM2 goes to the software store, 3DES to the token', async () => {
    const sm = createSoftwareKeyStore({
      keys: [generateKey(CODE, random)],
      engine: pureEngine,
      random,
    })
    const both = createRoutedKeyStore([opened.store, sm])
    const message = utf8('ride code')
    const signed = {
      publicKey: await both.publicKey(CODE),
      id: SM2_DEFAULT_ID,
      message,
      signature: await both.sign(CODE, message),
    }
    expect(sm2Verify(signed)).toBe(true)
    expect(await both.derive(TAC, CARD)).toEqual(await mot.derive(TAC, CARD))
    expect(both.name).toContain('software')
  })

  test('a token takes neither SM keys nor those of another key system', async () => {
    await expect(mot.generate(CODE, ACTIVE)).rejects.toThrow(refused('key.hsm-no-mechanism'))
    await expect(mohurd.generate({ ...TAC, index: 4 }, ACTIVE)).rejects.toThrow(
      refused('key.wrong-use'),
    )
    await expect(mohurd.derive(TAC, CARD)).rejects.toThrow(refused('key.not-found'))
  })

  test('uses a key for its own purpose only', async () => {
    await expect(mot.sign(TAC, CARD[0]!)).rejects.toThrow(refused('key.wrong-use'))
    await expect(mot.derive(BUNDLE, CARD)).rejects.toThrow(refused('key.wrong-use'))
    await expect(mot.publicKey(TAC)).rejects.toThrow(refused('key.wrong-use'))
    await expect(mot.derive(TAC, [])).rejects.toThrow(refused('key.bad-factor'))
    await expect(mot.derive(TAC, [utf8('short')])).rejects.toThrow(refused('key.bad-factor'))
    await expect(mot.encrypt(TAC, CARD, utf8('x'))).rejects.toThrow(refused('key.bad-material'))
  })

  test('the same reference is not taken twice, nor material of the wrong length', async () => {
    const entry: KeyEntry & { life: KeyLife } = { ref: TAC, material: random(16), life: ACTIVE }
    await expect(mot.put(entry)).rejects.toThrow(refused('key.duplicate'))
    await expect(
      mot.put({ ...entry, ref: { ...TAC, index: 3 }, material: random(8) }),
    ).rejects.toThrow(refused('key.bad-material'))
  })
})

describe('states in a token', () => {
  test('survive closing; a destroyed key is gone for good and says so', async () => {
    const ref = { ...TAC, version: 7 }
    await mot.generate(ref, lifeIn('pre-active'))
    await expect(mot.derive(ref, CARD)).rejects.toThrow(refused('key.not-active'))
    await reopen()
    expect(mot.state(ref)).toBe('pre-active')
    await mot.setLife(ref, lifeIn('active'))
    const before = await mot.encrypt(ref, CARD, CARD[0]!)
    await mot.setLife(ref, lifeIn('verify-only'))
    await reopen()
    expect(await mot.encrypt(ref, CARD, CARD[0]!)).toEqual(before)
    await expect(mot.derive(ref, CARD, 'issue')).rejects.toThrow(refused('key.verify-only'))
    await mot.setLife(ref, lifeIn('destroyed'))
    for (const again of [false, true]) {
      if (again) await reopen()
      await expect(mot.derive(ref, CARD)).rejects.toThrow(refused('key.destroyed'))
      await expect(mot.checkValue(ref)).rejects.toThrow(refused('key.destroyed'))
      expect(mot.state(ref)).toBe('destroyed')
      await expect(mot.generate(ref, ACTIVE)).rejects.toThrow(refused('key.duplicate'))
    }
    const record = (await mot.records()).find((known) => keyRefText(known.ref) === keyRefText(ref))
    expect(record?.history.map(({ to }) => to)).toEqual(
      lifeIn('destroyed').history.map((s) => s.to),
    )
  })
})

describe('who may open', () => {
  test('one process opens a library once', async () => {
    await expect(openPkcs11({ tokens: [MOT] })).rejects.toThrow(refused('key.hsm-busy'))
    expect(await mot.derive(TAC, CARD)).toHaveLength(16)
  })

  test('a wrong PIN is refused, raises the alarm and says that tries run out', async () => {
    await opened.close()
    const alarms: PinAlarm[] = []
    const onAlarm = (alarm: PinAlarm) => alarms.push(alarm)
    const wrong = { ...MOHURD, pin: '999999' }
    await expect(openPkcs11({ tokens: [MOT, wrong], onAlarm })).rejects.toThrow(
      refused('key.hsm-wrong-pin'),
    )
    expect(alarms).toEqual([
      {
        token: MOHURD.label,
        code: 'key.hsm-wrong-pin',
        text: expect.stringContaining('tries are running out'),
      },
    ])
    expect(JSON.stringify(alarms)).not.toContain('999999')
    await reopen()
  })

  test('an unknown token, a library that is none', async () => {
    await opened.close()
    const none = { ...MOT, label: 'nobody' }
    await expect(openPkcs11({ tokens: [none] })).rejects.toThrow(refused('key.hsm-no-token'))
    const library = '/nowhere/lib.so'
    await expect(openPkcs11({ tokens: [MOT], library })).rejects.toThrow(
      refused('key.hsm-no-library'),
    )
    await expect(openPkcs11({ tokens: [MOT], library: '/etc/passwd' })).rejects.toThrow(
      refused('key.hsm-no-library'),
    )
    await reopen()
  })

  test('a token of one key system is not opened for the other', async () => {
    await opened.close()
    const mixed = { ...MOT, schemes: ['mohurd'] as const }
    await expect(openPkcs11({ tokens: [mixed] })).rejects.toThrow(refused('key.wrong-use'))
    await reopen()
  })

  test('closed, it answers nothing', async () => {
    await opened.close()
    await expect(mot.derive(TAC, CARD)).rejects.toThrow(refused('key.hsm-gone'))
    await reopen()
  })
})

async function reopen(): Promise<void> {
  await opened.close()
  opened = await openPkcs11({ tokens: [MOT, MOHURD] })
  mot = opened.tokens.get(MOT.label)!
  mohurd = opened.tokens.get(MOHURD.label)!
}

function lifeIn(state: KeyState): KeyLife {
  const steps: KeyState[] = ['active', 'verify-only', 'destroyed']
  let life = newKeyLife({ at: 0, by: BY })
  for (const to of steps.slice(0, steps.indexOf(state) + 1)) {
    life = changeKeyState(TAC, life, { to, at: 0, by: BY })
  }
  return life
}

/** TAC key of a card: left half XOR right half, outside the token (reference card 5.4). */
function tacOf(key: Uint8Array, input: Uint8Array): Uint8Array {
  return desCbcMac(
    key.slice(0, 8).map((byte, at) => byte ^ key[8 + at]!),
    input,
  )
}

function oddParity(byte: number): number {
  let ones = 0
  for (let bit = 1; bit < 8; bit++) ones += (byte >> bit) & 1
  return (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0)
}
