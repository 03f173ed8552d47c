import { fromBcd, fromHex, toHex, view } from '@unifare/core'
import { SM2_DEFAULT_ID } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type CodeIdentity,
  checkCap,
  checkReplay,
  codeDigest,
  createReplayMemory,
  type IssuerKeys,
  parseCode,
  parseIssuerKeys,
  type RideCode,
  remember,
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
  issuerKeysContent,
  ROOT_KEYS,
  rootRecord,
  signWith,
  testKeys,
} from './network.fixture.ts'

/**
 * Failures of validators in the field (reference ridecode 1.11). Every flawed rule is written out:
 * the test shows that it would let through, or get wrong, what this package does not.
 */

const engine = nodeEngine()
let keys: IssuerKeys

beforeAll(async () => {
  keys = parseIssuerKeys(await issuerKeysContent(), engine)
})

const verdictOf = (bytes: Uint8Array, atS = AT_S, list = keys) => {
  const verdict = verifyCode({ bytes, atS, keys: list, engine })
  return verdict.ok ? 'ok' : verdict.code
}

function parsed(bytes: Uint8Array): RideCode {
  const answer = parseCode(bytes)
  if (!answer.ok) throw new Error(answer.code)
  return answer.code
}

const isSigned = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) =>
  engine.sm2Verify({ publicKey, id: SM2_DEFAULT_ID, message, signature })

const certificateSigned = ({ certificate: { bytes, signature } }: RideCode, key: Uint8Array) =>
  isSigned(key, bytes.subarray(6, 53), signature)

const userSigned = (read: RideCode) =>
  isSigned(read.userPublicKey, read.bytes.subarray(0, 267 + read.custom.length), read.userSignature)

test('1. a certificate checked with its own key, and no issuer signature: anyone mints codes', async () => {
  const flawed = (read: RideCode) =>
    certificateSigned(read, read.certificate.publicKey) && userSigned(read)
  const forger = testKeys('forger')
  const minted = await code({
    certificate: await certificate({
      issuerPublicKey: forger.publicKey,
      sign: signWith(forger),
    }),
    sign: () => new Uint8Array(64),
  })
  expect(flawed(parsed(minted))).toBe(true)
  expect(verdictOf(minted)).toBe('code.bad-certificate-signature')

  // Each half of the flaw alone.
  const unsigned = await code({ sign: () => new Uint8Array(64) })
  expect(userSigned(parsed(unsigned))).toBe(true)
  expect(verdictOf(unsigned)).toBe('code.bad-issuer-signature')
})

test('2. a root picked by issuer, not by the index in the certificate', async () => {
  const retired = testKeys('retired root')
  const records = [
    { index: CA_INDEX, record: toHex(await rootRecord()) },
    { index: 0xf1, record: toHex(await rootRecord({ index: 0xf1, keys: retired })) },
  ]
  const both = parseIssuerKeys(await issuerKeysContent({}, records), engine)
  const misnamed = await code({ certificate: await certificate({ caIndex: 0xf1 }) })
  const flawed = (read: RideCode) => certificateSigned(read, ROOT_KEYS.publicKey)
  expect(flawed(parsed(misnamed))).toBe(true)
  expect(verdictOf(misnamed, AT_S, both)).toBe('code.bad-certificate-signature')
})

test('3. a memory of the last digest only: A, B, A passes', async () => {
  const shows = [
    await code({}, AT_S),
    await code({ cardAccount: '3190000350000000021' }, AT_S),
    await code({}, AT_S),
  ]
  let last = ''
  const flawed = shows.map((bytes) => {
    const digest = toHex(codeDigest(bytes))
    const fresh = digest !== last
    last = digest
    return fresh
  })
  expect(flawed).toEqual([true, true, true])

  let memory = createReplayMemory()
  const ours = shows.map((bytes, at) => {
    const { issuer, cardAccount: account, generationTimeS, validityS } = parsed(bytes)
    const identity: CodeIdentity = { issuer, account, generationTimeS }
    const show = { atS: AT_S + 10 * at, purpose: 'single' as const }
    const answer = checkReplay(memory, identity, show)
    memory = remember(memory, identity, { ...show, validityS })
    return answer.ok ? 'ok' : answer.code
  })
  expect(ours).toEqual(['ok', 'ok', 'code.replayed'])
})

describe('4. wide windows of time', () => {
  test('eight hours for phones that write local time', async () => {
    const EIGHT_HOURS_S = 8 * 3600
    const flawed = ({ generationTimeS, validityS }: RideCode) =>
      [-EIGHT_HOURS_S, 0, EIGHT_HOURS_S].some(
        (shift) => Math.abs(AT_S - generationTimeS - shift) <= validityS,
      )
    const old = await code({}, AT_S - EIGHT_HOURS_S)
    const early = await code({}, AT_S + EIGHT_HOURS_S)
    expect([old, early].map((bytes) => flawed(parsed(bytes)))).toEqual([true, true])
    expect([old, early].map((bytes) => verdictOf(bytes))).toEqual([
      'code.expired',
      'code.from-future',
    ])
  })

  test('the whole validity into the future', async () => {
    const early = await code({}, AT_S + 100)
    const flawed = ({ generationTimeS, validityS }: RideCode) =>
      Math.abs(AT_S - generationTimeS) <= validityS
    expect(flawed(parsed(early))).toBe(true)
    expect(verdictOf(early)).toBe('code.from-future')
  })
})

test('5. months compared as text: December 2026 after January 2027', async () => {
  const JANUARY_2027_S = Date.UTC(2027, 0, 15) / 1000
  const bytes = await code(
    { certificate: await certificate({ expiry: '1226' }), authorisationExpiryS: JANUARY_2027_S },
    JANUARY_2027_S,
  )
  const flawed = '0127' <= fromBcd(parsed(bytes).certificate.bytes.subarray(11, 13))
  expect(flawed).toBe(true)
  expect(verdictOf(bytes, JANUARY_2027_S)).toBe('code.certificate-expired')
  const next = await code(
    { certificate: await certificate({ expiry: '0127' }), authorisationExpiryS: AT_S + 60 },
    AT_S,
  )
  expect('1126' <= fromBcd(parsed(next).certificate.bytes.subarray(11, 13))).toBe(false)
  expect(verdictOf(next)).toBe('ok')
})

test('6. a cap of three bytes read as two: another limit than the issuer set', async () => {
  const read = parsed(await code({ capFen: 70_000 }))
  const firstTwo = view(read.bytes).getUint16(155)
  const lastTwo = view(read.bytes).getUint16(156)
  expect([firstTwo, lastTwo]).toEqual([273, 4464])
  expect(read.capFen).toBe(70_000)
  expect(checkCap(read, 70_000)).toEqual({ ok: true })
  // A reader that starts two bytes late takes the head of the key for money.
  const low = parsed(await code({ capFen: 300 }))
  const late = view(low.bytes).getUint16(156 + 1)
  expect(1000 <= late).toBe(true)
  expect(checkCap(low, 1000)).toMatchObject({ ok: false, code: 'code.over-cap' })
})

test('7. a custom length of 32 read as the decimal "20" of its hexadecimal text', async () => {
  const bytes = await code({ custom: customOf(32) })
  const flawed = Number(toHex(bytes.subarray(197, 198)))
  expect(flawed).toBe(20)
  expect(view(bytes).getUint32(263 + flawed)).not.toBe(AT_S)
  expect(parsed(bytes).generationTimeS).toBe(AT_S)
  expect(verdictOf(bytes)).toBe('ok')
})

test('8. a point that cannot be decompressed is a refusal, not an exception', async () => {
  const offCurve = fromHex(`02${'00'.repeat(31)}05`)
  const pastField = fromHex(`03${'FF'.repeat(32)}`)
  for (const userPublicKey of [offCurve, pastField]) {
    expect(verdictOf(await code({ userPublicKey }))).toBe('code.bad-user-key')
    const issued = await certificate({ issuerPublicKey: userPublicKey })
    expect(verdictOf(await code({ certificate: issued }))).toBe('code.bad-issuer-signature')
  }
})

test('a builder that puts the signature before the custom field and counts from the year 2000', async () => {
  const custom = customOf(16)
  const EPOCH_2000_S = Date.UTC(2000, 0, 1) / 1000
  const good = await code({ custom })
  const swapped = good.slice()
  swapped.set(good.subarray(214, 279), 198)
  swapped.set(custom, 263)
  expect(verdictOf(swapped)).toBe('code.bad-signature-form')
  const early = makeCode({
    credential: await credential(),
    generationTimeS: AT_S - EPOCH_2000_S,
    sign: signWith(testKeys('user')),
  })
  expect(verdictOf(early)).toBe('code.expired')
})
