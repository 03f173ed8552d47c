import { toHex } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import { describe, expect, test } from 'vitest'
import {
  CODE,
  checkCap,
  codeDigest,
  codeRejects,
  createCodeCaches,
  type IssuerEntry,
  parseIssuerKeys,
  type VerifyInput,
  verifyCode,
} from './index.ts'
import { makeCode } from './make-code.ts'
import {
  AT_S,
  CA_INDEX,
  certificate,
  code,
  credential,
  customOf,
  ISSUER,
  issuerKeysContent,
  ROOT_KEYS,
  rootRecord,
  signWith,
  testKeys,
} from './network.fixture.ts'

const engine = nodeEngine()
const HOUR_S = 3600

async function verdictOf(
  bytes: Uint8Array,
  options: Partial<VerifyInput> & { entry?: Partial<IssuerEntry> } = {},
): Promise<string> {
  const { entry, ...input } = options
  const keys = parseIssuerKeys(await issuerKeysContent(entry), engine)
  const verdict = verifyCode({ bytes, atS: AT_S, keys, engine, ...input })
  if (!verdict.ok) expect(verdict.step).toBe(codeRejects[verdict.code].step)
  return verdict.ok ? 'ok' : verdict.code
}

/** A version byte and so many zeros. */
function headed(version: number, zeros: number): number[] {
  return [version, ...new Uint8Array(zeros)]
}

/** A copy with bytes replaced from an offset on. */
function patched(bytes: Uint8Array, offset: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice()
  copy.set(values, offset)
  return copy
}

test('a good code is accepted, with its identity', async () => {
  const bytes = await code({ custom: customOf(16) })
  const keys = parseIssuerKeys(await issuerKeysContent(), engine)
  const verdict = verifyCode({ bytes, atS: AT_S, keys, engine })
  expect(verdict).toMatchObject({
    ok: true,
    identity: { issuer: ISSUER, account: '3190000350000000013', generationTimeS: AT_S },
    code: {
      capFen: 3000,
      validityS: 120,
      paymentAccount: 'UNIFARE-TEST-001',
      platform: '59005810',
    },
  })
})

describe('step 1: form', () => {
  test.each([
    ['nothing', [], 'code.bad-length'],
    ['one byte', [0x80], 'code.bad-length'],
    ['331 bytes', headed(0x80, 330), 'code.bad-length'],
    ['365 bytes', headed(0x80, 364), 'code.bad-length'],
    ['version below the family', headed(0x7f, 331), 'code.bad-version'],
  ])('%s', async (_, bytes, expected) => {
    expect(await verdictOf(Uint8Array.from(bytes))).toBe(expected)
  })

  test('the length field tells all but itself and the version', async () => {
    const good = await code()
    expect(good[2]).toBe(329 & 0xff)
    for (const wrong of [328, 330, 332]) {
      const bytes = patched(good, CODE.dataLength[0], wrong >> 8, wrong & 0xff)
      expect(await verdictOf(bytes)).toBe('code.bad-length-field')
    }
  })

  test.each([
    ['header', 0, 0x25],
    ['format', 6, 0x11],
    ['month 13', 11, 0x13],
    ['month 00', 11, 0x00],
    ['year that is no decimal', 12, 0x2a],
    ['signature algorithm', 16, 0x05],
    ['encryption algorithm', 17, 0x05],
    ['key length', 19, 0x40],
    ['form of the key', 20, 0x04],
  ])('certificate: %s', async (_, offset, value) => {
    expect(await verdictOf(patched(await code(), 3 + offset, value))).toBe('code.bad-certificate')
  })

  test('certificates with parameter id 20 exist and are not refused for that', async () => {
    const bytes = await certificate()
    bytes[18] = 0x20
    bytes.set(
      signWith(ROOT_KEYS)(bytes.subarray(6, 53), new TextEncoder().encode('1234567812345678')),
      53,
    )
    expect(await verdictOf(await code({ certificate: bytes }))).toBe('ok')
  })

  test('both signatures have the tag 15', async () => {
    const good = await code()
    for (const at of [198, 267]) {
      expect(await verdictOf(patched(good, at, 0x30))).toBe('code.bad-signature-form')
    }
  })
})

describe('step 2: months and root', () => {
  const NEXT_MONTH_S = Date.UTC(2026, 10, 30, 16) / 1000

  test('a certificate is good to the last second of its month in China', async () => {
    const bytes = await code(
      {
        certificate: await certificate({ expiry: '1126' }),
        authorisationExpiryS: NEXT_MONTH_S + HOUR_S,
      },
      NEXT_MONTH_S - 1,
    )
    expect(await verdictOf(bytes, { atS: NEXT_MONTH_S - 1 })).toBe('ok')
    expect(await verdictOf(bytes, { atS: NEXT_MONTH_S })).toBe('code.certificate-expired')
  })

  test('so is a root', async () => {
    const record = toHex(await rootRecord({ expiry: '1126' }))
    const keys = parseIssuerKeys(await issuerKeysContent({}, [{ index: CA_INDEX, record }]), engine)
    const bytes = await code({ authorisationExpiryS: NEXT_MONTH_S + HOUR_S }, NEXT_MONTH_S - 1)
    expect(await verdictOf(bytes, { keys, atS: NEXT_MONTH_S - 1 })).toBe('ok')
    expect(await verdictOf(bytes, { keys, atS: NEXT_MONTH_S })).toBe('code.root-expired')
  })

  test('a root that is not held, by index or by service', async () => {
    const foreign = await certificate({ caIndex: 0x17 })
    expect(await verdictOf(await code({ certificate: foreign }))).toBe('code.unknown-root')
    const service = patched(await certificate(), 1, 0x02)
    expect(await verdictOf(await code({ certificate: service }))).toBe('code.unknown-root')
  })
})

test('step 3: a certificate that the root did not sign', async () => {
  const forged = await certificate({ sign: signWith(testKeys('forger')) })
  expect(await verdictOf(await code({ certificate: forged }))).toBe(
    'code.bad-certificate-signature',
  )
})

describe('step 4: account', () => {
  test('the payment account is printable, the card account has 19 digits', async () => {
    const good = await code()
    const bad = [
      patched(good, CODE.paymentAccount[0], 0x1f),
      patched(good, CODE.paymentAccount[0] + 15, 0x7f),
      patched(good, CODE.cardAccount[0], 0x3a),
      patched(good, CODE.cardAccount[0] + 9, 0x39),
    ]
    for (const bytes of bad) expect(await verdictOf(bytes)).toBe('code.bad-account')
  })

  test('types 00 to 05 travel, suspended accounts do not', async () => {
    for (const accountType of [0, 1, 2, 3, 4, 5]) {
      expect(await verdictOf(await code({ accountType }))).toBe('ok')
    }
    const suspended = await code({ accountType: 0xdd })
    expect(await verdictOf(suspended)).toBe('code.account-refused')
    const policy = { refusedAccountTypes: [4] }
    expect(await verdictOf(await code({ accountType: 4 }), { policy })).toBe('code.account-refused')
  })
})

describe('steps 5 and 7 to 9: times', () => {
  test('the authorisation holds through its last second', async () => {
    const bytes = await code({ authorisationExpiryS: AT_S + 60 })
    expect(await verdictOf(bytes, { atS: AT_S + 60 })).toBe('ok')
    expect(await verdictOf(bytes, { atS: AT_S + 61 })).toBe('code.authorisation-expired')
  })

  test('no code is believed for more than 20 minutes, whatever it says', async () => {
    const long = await code({ validityS: 1200 })
    expect(await verdictOf(long, { atS: AT_S + 1200 })).toBe('ok')
    const policy = { maxValidityS: 1199 }
    expect(await verdictOf(long, { policy })).toBe('code.validity-too-long')
    // An issuer of ours cannot make it, so the field is changed.
    const longer = patched(await code(), CODE.validityS[0], 0x04, 0xb1)
    expect(await verdictOf(longer)).toBe('code.validity-too-long')
  })

  test('the phone may be 20 seconds ahead', async () => {
    expect(await verdictOf(await code({}, AT_S + 20))).toBe('ok')
    expect(await verdictOf(await code({}, AT_S + 21))).toBe('code.from-future')
  })

  test('a code lives for its validity', async () => {
    const bytes = await code()
    expect(await verdictOf(bytes, { atS: AT_S + 120 })).toBe('ok')
    expect(await verdictOf(bytes, { atS: AT_S + 121 })).toBe('code.expired')
  })

  test('a phone ahead of the terminal cannot outlive its authorisation', async () => {
    const { bytes, ...rest } = await credential({ authorisationExpiryS: AT_S + 5 })
    const made = makeCode({
      credential: { ...rest, bytes, authorisationExpiryS: AT_S + 100 },
      generationTimeS: AT_S + 6,
      sign: signWith(testKeys('user')),
    })
    expect(await verdictOf(made)).toBe('code.after-authorisation')
  })
})

test('step 6: the custom length fits the code', async () => {
  const good = await code({ custom: customOf(16) })
  for (const wrong of [0, 15, 17, 33, 255]) {
    expect(await verdictOf(patched(good, CODE.customLength[0], wrong))).toBe('code.bad-custom')
  }
})

describe('steps 10 and 11: signatures', () => {
  test('an account that the issuer did not sign', async () => {
    const forged = await code({ sign: signWith(testKeys('forger')) })
    expect(await verdictOf(forged)).toBe('code.bad-issuer-signature')
  })

  test('the issuer signature covers neither version nor length, the one of the phone does', async () => {
    const bytes = patched(await code(), 0, 0x81)
    expect(await verdictOf(bytes, { entry: { versions: [0x80, 0x81] } })).toBe(
      'code.bad-user-signature',
    )
  })

  test('a code that another phone signed', async () => {
    const stolen = makeCode({
      credential: await credential(),
      generationTimeS: AT_S,
      sign: signWith(testKeys('another phone')),
    })
    expect(await verdictOf(stolen)).toBe('code.bad-user-signature')
  })

  test('a key of the phone that is no point', async () => {
    const offCurve = new Uint8Array(33)
    offCurve.set([2])
    offCurve.set([5], 32)
    expect(await verdictOf(await code({ userPublicKey: offCurve }))).toBe('code.bad-user-key')
  })
})

describe('step 12: the list of members', () => {
  test('issuer, platform and version are listed together', async () => {
    const bytes = await code()
    for (const entry of [{ issuer: '02002900' }, { platform: '50023301' }, { versions: [0x81] }]) {
      expect(await verdictOf(bytes, { entry })).toBe('code.not-listed')
    }
    expect(await verdictOf(bytes, { entry: { versions: [0x81, 0x80] } })).toBe('ok')
  })

  test("nobody signs for an issuer but whom the list names: a member's key mints no other's codes", async () => {
    const other = await certificate({ issuer: '02002900' })
    const bytes = await code({ certificate: other })
    expect(await verdictOf(bytes)).toBe('code.wrong-certificate')
    expect(await verdictOf(bytes, { entry: { certificateIssuer: '02002900' } })).toBe('ok')
  })

  test('the roots of an issuer can be named', async () => {
    const bytes = await code()
    expect(await verdictOf(bytes, { entry: { roots: [CA_INDEX] } })).toBe('ok')
    expect(await verdictOf(bytes, { entry: { roots: [0x17] } })).toBe('code.wrong-certificate')
  })

  test('certificates are withdrawn by serial or below one', async () => {
    const bytes = await code()
    for (const entry of [{ minSerial: 8 }, { revokedSerials: [3, 7] }]) {
      expect(await verdictOf(bytes, { entry })).toBe('code.certificate-revoked')
    }
    expect(await verdictOf(bytes, { entry: { minSerial: 7, revokedSerials: [6] } })).toBe('ok')
  })
})

test('step 15: the price stays within the cap', () => {
  expect(checkCap({ capFen: 300 }, 300)).toEqual({ ok: true })
  expect(checkCap({ capFen: 300 }, 301)).toEqual({ ok: false, code: 'code.over-cap', step: 15 })
})

describe('caches spare signatures and nothing else', () => {
  const caches = () => createCodeCaches({ maxCertificates: 8, maxAuthorisations: 8 })

  test('a returning rider costs one verification', async () => {
    let count = 0
    const counting = {
      ...engine,
      sm2Verify(input: Parameters<typeof engine.sm2Verify>[0]) {
        count++
        return engine.sm2Verify(input)
      },
    }
    const held = caches()
    const costs: number[] = []
    for (const second of [0, 30, 60]) {
      count = 0
      const options = { atS: AT_S + second, engine: counting, caches: held }
      expect(await verdictOf(await code({}, AT_S + second), options)).toBe('ok')
      costs.push(count)
    }
    expect(costs).toEqual([3, 1, 1])
    expect([held.certificates.size, held.authorisations.size]).toEqual([1, 1])
  })

  test('dates, lists and keys are judged anew', async () => {
    const bytes = await code()
    const held = caches()
    expect(await verdictOf(bytes, { caches: held })).toBe('ok')
    const asked = async (options: Parameters<typeof verdictOf>[1]) =>
      verdictOf(bytes, { ...options, caches: held })
    expect(await asked({ entry: { revokedSerials: [7] } })).toBe('code.certificate-revoked')
    expect(await asked({ entry: { issuer: '02002900' } })).toBe('code.not-listed')
    expect(await asked({ entry: { idPolicy: 'shanghai' } })).toBe('code.bad-certificate-signature')
    expect(await asked({ atS: AT_S + 121 })).toBe('code.expired')
    expect(await asked({ policy: { maxValidityS: 60 } })).toBe('code.validity-too-long')
  })

  test('a new root under an old index is a new root', async () => {
    const held = caches()
    expect(await verdictOf(await code(), { caches: held })).toBe('ok')
    const record = toHex(await rootRecord({ keys: testKeys('next root') }))
    const keys = parseIssuerKeys(await issuerKeysContent({}, [{ index: CA_INDEX, record }]), engine)
    expect(await verdictOf(await code(), { caches: held, keys })).toBe(
      'code.bad-certificate-signature',
    )
  })

  test('a rider cannot put another issuer signature into a known account: every verifier agrees', async () => {
    const held = caches()
    expect(await verdictOf(await code(), { caches: held })).toBe('ok')
    const altered = await credential()
    altered.bytes.set([0xff], altered.bytes.length - 1)
    const bytes = makeCode({
      credential: altered,
      generationTimeS: AT_S,
      sign: signWith(testKeys('user')),
    })
    expect(await verdictOf(bytes)).toBe('code.bad-issuer-signature')
    expect(await verdictOf(bytes, { caches: held })).toBe('code.bad-issuer-signature')
  })

  test('a refusal is never kept, and bounds hold', async () => {
    const held = createCodeCaches({ maxCertificates: 1, maxAuthorisations: 2 })
    const forged = await code({ sign: signWith(testKeys('forger')) })
    for (let i = 0; i < 2; i++) {
      expect(await verdictOf(forged, { caches: held })).toBe('code.bad-issuer-signature')
    }
    expect(held.authorisations.size).toBe(0)
    for (const capFen of [1, 2, 3]) await verdictOf(await code({ capFen }), { caches: held })
    expect(held.authorisations.size).toBe(2)
  })
})

test('the digest of a code is an evidence id, no identity: the same second can be signed again', async () => {
  const made = await credential()
  const sign = (nonce: string) => (message: Uint8Array, id: Uint8Array | null) => {
    const random = testKeys(nonce).privateKey
    const { privateKey, publicKey } = testKeys('user')
    return engine.sm2Sign({ privateKey, publicKey, id, message, random: () => random })
  }
  const [a, b] = ['one nonce', 'another nonce'].map((nonce) =>
    makeCode({ credential: made, generationTimeS: AT_S, sign: sign(nonce) }),
  ) as [Uint8Array, Uint8Array]
  expect(codeDigest(a)).not.toEqual(codeDigest(b))
  const keys = parseIssuerKeys(await issuerKeysContent(), engine)
  const [first, second] = [a, b].map((bytes) => verifyCode({ bytes, atS: AT_S, keys, engine }))
  expect(first).toMatchObject({ ok: true })
  expect(second).toMatchObject({ identity: (first as { identity: object }).identity })
})
