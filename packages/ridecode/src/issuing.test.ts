import { toHex } from '@unifare/core'
import { createSoftwareKeyStore, type KeyRef, pureEngine } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import { describe, expect, test } from 'vitest'
import {
  codeErrors,
  type IssuerKeysContent,
  makeCode,
  openRootRecord,
  parseCredential,
  parseIssuerKeys,
  readCertificate,
  verifyCode,
} from './index.ts'
import {
  AT_S,
  CA_INDEX,
  certificate,
  code,
  credential,
  customOf,
  ISSUER,
  ISSUER_KEYS,
  issuerKeysContent,
  ROOT_KEYS,
  rootRecord,
  signWith,
  USER_KEYS,
} from './network.fixture.ts'

const engine = nodeEngine()
const coded = (name: keyof typeof codeErrors) => expect.objectContaining({ code: name })

describe('certificate', () => {
  test('has its fields in their places', async () => {
    const bytes = await certificate()
    const key = toHex(ISSUER_KEYS.publicKey)
    expect(toHex(bytes.subarray(0, 53))).toBe(
      `24${'01010000'}F0${'12'}${ISSUER}1228${'000007'}04040021${key}`,
    )
    expect(readCertificate(bytes)).toMatchObject({
      caIndex: CA_INDEX,
      issuer: ISSUER,
      lastMonth: 2028 * 12 + 11,
      serial: 7,
      serviceId: '01010000',
    })
  })

  test('the root signs 47 bytes, format to key', async () => {
    const bytes = await certificate()
    const id = new TextEncoder().encode('1234567812345678')
    const input = { publicKey: ROOT_KEYS.publicKey, id, signature: bytes.subarray(53) }
    expect(engine.sm2Verify({ ...input, message: bytes.subarray(6, 53) })).toBe(true)
    expect(engine.sm2Verify({ ...input, message: bytes.subarray(0, 53) })).toBe(false)
  })

  test.each([
    ['an issuer of seven digits', { issuer: '1234567' }],
    ['month 13', { expiry: '1326' }],
    ['a month of three digits', { expiry: '126' }],
    ['a serial of four bytes', { serial: 2 ** 24 }],
    ['a root index of two bytes', { caIndex: 256 }],
    ['a whole key', { issuerPublicKey: new Uint8Array(65).fill(4) }],
    ['a signature in DER', { sign: () => new Uint8Array(70) }],
  ])('%s is refused', async (_, changes) => {
    await expect(certificate(changes)).rejects.toEqual(coded('code.bad-field'))
  })
})

describe('root record', () => {
  test('has its fields in their places and opens', async () => {
    const record = await rootRecord()
    expect(toHex(record.subarray(0, 16))).toBe('2101010000A000000632F01246040040')
    expect(openRootRecord(record, engine)).toMatchObject({
      index: CA_INDEX,
      lastMonth: 2046 * 12 + 11,
      serviceId: '01010000',
    })
  })

  test('every flipped bit is refused', async () => {
    const record = await rootRecord()
    for (let at = 0; at < record.length; at++) {
      const bytes = record.slice()
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8))
      expect(() => openRootRecord(bytes, engine)).toThrow(coded('code.bad-root'))
    }
    expect(() => openRootRecord(record.subarray(1), engine)).toThrow(coded('code.bad-root'))
  })
})

describe('credential', () => {
  test('is fields 1 to 15 and survives storage', async () => {
    const made = await credential({ custom: customOf(16) })
    expect(made.bytes.length).toBe(263 + 16)
    expect(parseCredential(made.bytes)).toEqual(made)
    expect((await code({ custom: customOf(16) })).subarray(0, 279)).toEqual(made.bytes)
  })

  test('is signed by a key store', async () => {
    const ref: KeyRef = {
      scheme: 'unifare',
      issuer: ISSUER,
      use: 'code-issue',
      index: 0,
      version: 1,
      algorithm: 'sm2',
    }
    const store = createSoftwareKeyStore({
      keys: [{ ref, material: ISSUER_KEYS.privateKey }],
      engine: pureEngine,
      random: (length) => new Uint8Array(length).fill(0x5a),
    })
    const made = await credential({ sign: (message, id) => store.sign(ref, message, { id }) })
    const bytes = makeCode({
      credential: made,
      generationTimeS: AT_S,
      sign: signWith(USER_KEYS),
    })
    const keys = parseIssuerKeys(await issuerKeysContent())
    expect(verifyCode({ bytes, atS: AT_S, keys, engine })).toMatchObject({ ok: true })
  })

  test.each([
    ['a version below the family', { version: 0x7f }],
    ['a version of two bytes', { version: 0x180 }],
    ['a payment account of 15 characters', { paymentAccount: 'UNIFARE-TEST-00' }],
    ['a letter beyond ASCII', { paymentAccount: 'UNIFARE-TEST-00é' }],
    ['a control character', { paymentAccount: 'UNIFARE-TEST-00\n' }],
    ['a card account of 18 digits', { cardAccount: '319000035000000001' }],
    ['a platform with letters', { platform: '5900581A' }],
    ['a cap of four bytes', { capFen: 2 ** 24 }],
    ['a cap of part of a fen', { capFen: 0.5 }],
    ['a negative cap', { capFen: -1 }],
    ['a validity that no terminal believes', { validityS: 1201 }],
    ['a custom field of 33 bytes', { custom: new Uint8Array(33) }],
    ['a whole user key', { userPublicKey: new Uint8Array(65).fill(4) }],
    ['another certificate', { certificate: new Uint8Array(117) }],
    ['no signature', { sign: () => new Uint8Array(0) }],
  ])('%s is refused', async (_, changes) => {
    await expect(credential(changes)).rejects.toEqual(coded('code.bad-field'))
  })

  test('what is stored wrongly is not opened', async () => {
    const { bytes } = await credential({ custom: customOf(2) })
    const patched = (at: number, value: number) => {
      const copy = bytes.slice()
      copy[at] = value
      return copy
    }
    const bad = [
      new Uint8Array(0),
      bytes.subarray(1),
      bytes.subarray(0, bytes.length - 1),
      patched(0, 0x40),
      patched(2, 0),
      patched(3, 0),
      patched(197, 3),
      patched(200, 0x30),
    ]
    for (const each of bad)
      expect(() => parseCredential(each)).toThrow(coded('code.bad-credential'))
  })
})

describe('code', () => {
  test('has 332 bytes and one for each of the custom field', async () => {
    for (const n of [0, 1, 31, 32])
      expect((await code({ custom: customOf(n) })).length).toBe(332 + n)
  })

  test('is not made after the authorisation ended', async () => {
    const made = await credential({ authorisationExpiryS: AT_S })
    const at = (generationTimeS: number) => () =>
      makeCode({ credential: made, generationTimeS, sign: signWith(USER_KEYS) })
    expect(at(AT_S)).not.toThrow()
    expect(at(AT_S + 1)).toThrow(coded('code.bad-credential'))
    expect(at(-1)).toThrow(coded('code.bad-field'))
  })
})

describe('list of issuer keys, read whole or not at all', () => {
  const broken: [string, (content: IssuerKeysContent) => unknown][] = [
    ['nothing', () => null],
    ['no roots', ({ issuers }) => ({ issuers })],
    ['no issuers', ({ roots }) => ({ roots })],
    ['a row that is none', ({ roots }) => ({ roots, issuers: [null] })],
    ['a root twice', ({ roots, issuers }) => ({ roots: [...roots, ...roots], issuers })],
    ['an issuer twice', ({ roots, issuers }) => ({ roots, issuers: [...issuers, ...issuers] })],
    ['another index', ({ roots, issuers }) => ({ roots: [{ ...roots[0], index: 1 }], issuers })],
    ['no record', ({ issuers }) => ({ roots: [{ index: CA_INDEX }], issuers })],
    ['a cut record', ({ issuers }) => ({ roots: [{ index: CA_INDEX, record: '21' }], issuers })],
    ['no hexadecimal', ({ issuers }) => ({ roots: [{ index: CA_INDEX, record: 'x' }], issuers })],
  ]
  test.each(broken)('%s', async (_, change) => {
    const content = change(await issuerKeysContent())
    expect(() => parseIssuerKeys(content, engine)).toThrow(coded('code.bad-issuer-keys'))
  })

  test.each([
    ['issuer', '123'],
    ['platform', 59005810],
    ['versions', [0x40]],
    ['versions', '80'],
    ['idPolicy', 'any'],
    ['idPolicy', undefined],
    ['certificateIssuer', 'x'],
    ['roots', [-1]],
    ['minSerial', 1.5],
    ['revokedSerials', 7],
  ])('field %s as %j: the message names it', async (field, value) => {
    const content = await issuerKeysContent({ [field]: value })
    expect(() => parseIssuerKeys(content, engine)).toThrow(`issuers[0].${field}`)
  })

  test('a root with one bit changed', async () => {
    const record = await rootRecord()
    record[100] = (record[100] ?? 0) ^ 1
    const content = await issuerKeysContent({}, [{ index: CA_INDEX, record: toHex(record) }])
    expect(() => parseIssuerKeys(content, engine)).toThrow(coded('code.bad-issuer-keys'))
  })
})

test('every error of this package has its text in both languages', () => {
  for (const [name, { en, zh }] of Object.entries(codeErrors)) {
    expect(name).toMatch(/^code\.[a-z-]+$/)
    expect(en.length).toBeGreaterThan(0)
    expect(zh).toMatch(/\p{Script=Han}/u)
  }
})
