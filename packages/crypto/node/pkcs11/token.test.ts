import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cryptoErrors, newKeyLife, parseKeyRef } from '../../src/index.ts'
import { CKM, CKR } from './constants.ts'
import { type Cryptoki, loadCryptoki } from './cryptoki.ts'
import { findLibrary } from './library.ts'
import { findObjects, readAttribute, type Session } from './objects.ts'
import { resultError } from './results.ts'
import { createSoftHsm, MOHURD, MOT, type SoftHsm } from './softhsm.fixture.ts'
import {
  type Attributes,
  DERIVED,
  derivationOf,
  mechanismOf,
  readUlong,
  templateOf,
  ulong,
} from './templates.ts'
import { openToken } from './token.ts'
import { openSession } from './token-session.ts'

/** What the token itself refuses to whoever has the PIN and speaks PKCS#11 past our store. */
const MASTER = parseKeyRef('mot.30000001.tac.0.1.3des')
const PAIR = parseKeyRef('unifare.30000001.bundle.0.1.p256')
const LIFE = newKeyLife({ at: 0, by: ['张三', '李四'] })

const refused = (code: keyof typeof cryptoErrors, name: string) =>
  expect.objectContaining({ code, details: expect.objectContaining({ name }) })

let hsm: SoftHsm
let cryptoki: Cryptoki
let mot: Session
let mohurd: Session
let master: number

beforeAll(() => {
  hsm = createSoftHsm()
  cryptoki = loadCryptoki(findLibrary())
  const token = openToken(cryptoki, MOT)
  token.generate(MASTER, LIFE)
  token.generate(PAIR, LIFE)
  cryptoki.call('C_Finalize', [null])
  cryptoki = loadCryptoki(findLibrary())
  mot = openSession(cryptoki, MOT)
  mohurd = openSession(cryptoki, MOHURD)
  master = findObjects(mot, { label: 'mot.30000001.tac.0.1.3des', class: 4 })[0]!
})
afterAll(() => {
  cryptoki.call('C_Finalize', [null])
  hsm.remove()
})

describe('the token itself', () => {
  test('never shows a master or a private key', () => {
    const [pair] = findObjects(mot, { label: 'unifare.30000001.bundle.0.1.p256', class: 3 })
    for (const secret of [master, pair!]) {
      expect(() => readAttribute(mot, secret, 'value')).toThrow(
        refused('key.hsm-sensitive', 'CKR_ATTRIBUTE_SENSITIVE'),
      )
    }
  })

  test.each<[string, Attributes]>([
    ['extractable', { extractable: true }],
    ['not sensitive', { sensitive: false }],
    ['a cipher', { encrypt: true }],
    ['a wrapper', { wrap: true }],
    ['modifiable', { modifiable: true }],
    ['a key of another name', { label: 'mot.30000001.load.1.1.3des' }],
  ])('a master cannot be made %s', (_, change) => {
    const template = templateOf(change)
    const args = [mot.handle, master, template, template.count]
    expect(cryptoki.result('C_SetAttributeValue', args)).not.toBe(CKR.ok)
  })

  test('a master enciphers nothing by itself', () => {
    const args = [mot.handle, mechanismOf(CKM.des3Ecb), master]
    expect(() => cryptoki.call('C_EncryptInit', args)).toThrow(
      refused('key.wrong-use', 'CKR_KEY_FUNCTION_NOT_PERMITTED'),
    )
    const sign = [mot.handle, mechanismOf(CKM.ecdsa), master]
    expect(() => cryptoki.call('C_SignInit', sign)).toThrow(
      refused('key.wrong-use', 'CKR_KEY_FUNCTION_NOT_PERMITTED'),
    )
  })

  test('a key on the way from master to card shows itself as little', () => {
    const level = derive(mot, DERIVED.level)
    expect(() => readAttribute(mot, level, 'value')).toThrow(
      refused('key.hsm-sensitive', 'CKR_ATTRIBUTE_SENSITIVE'),
    )
  })

  test('a handle of one token means nothing in a session of the other', () => {
    expect(() => readAttribute(mohurd, master, 'checkValue')).toThrow()
    expect(() => derive(mohurd, DERIVED.given)).toThrow()
    expect(findObjects(mohurd, { class: 4 })).toEqual([])
  })

  test('derivation data as bare bytes are refused: the parameter is a structure', () => {
    const template = templateOf(DERIVED.given)
    const bare = mechanismOf(CKM.des3EcbEncryptData, new Uint8Array(12))
    const args = [mot.handle, bare, master, template, template.count, ulong()]
    expect(() => cryptoki.call('C_DeriveKey', args)).toThrow(
      refused('key.hsm-no-mechanism', 'CKR_MECHANISM_PARAM_INVALID'),
    )
  })

  test('single DES is not there, which is why session keys are K || K', () => {
    const [desEcb, des] = [0x121, 0x13]
    const key = derive(mot, { ...DERIVED.cipher, keyType: des })
    expect(() => cryptoki.call('C_EncryptInit', [mot.handle, mechanismOf(desEcb), key])).toThrow(
      refused('key.hsm-no-mechanism', 'CKR_MECHANISM_INVALID'),
    )
  })
})

describe('results of the library', () => {
  test.each([
    [CKR.pinIncorrect, 'key.hsm-wrong-pin'],
    [CKR.pinLocked, 'key.hsm-pin-locked'],
    [CKR.deviceRemoved, 'key.hsm-gone'],
    [CKR.sessionHandleInvalid, 'key.hsm-bad-handle'],
    [0x05, 'key.hsm-fault'],
    [0x8000_0001, 'key.hsm-fault'],
  ])('%d is %s', (result, code) => {
    const error = resultError('C_Login', result, 'ask')
    expect(error.code).toBe(code)
    expect(error.message).toMatch(/^C_Login answered (CKR_[A-Z_]+|0x[0-9a-f]+): ask$/)
    expect(Object.keys(cryptoErrors)).toContain(error.code)
  })
})

function derive(session: Session, attributes: Attributes): number {
  const template = templateOf(attributes)
  const mechanism = derivationOf(CKM.des3EcbEncryptData, new Uint8Array(16).fill(1))
  const key = ulong()
  cryptoki.call('C_DeriveKey', [session.handle, mechanism, master, template, template.count, key])
  return readUlong(key)
}
