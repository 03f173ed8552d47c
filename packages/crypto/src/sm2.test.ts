import { fromHex, toHex, utf8 } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  SM2_DEFAULT_ID,
  sm2Decompress,
  sm2KeyPair,
  sm2PublicKey,
  sm2Sign,
  sm2Verify,
  sm2Za,
  sm3,
} from './index.ts'

const ORDER = 'FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123'

// GM/T 0003.5-2012, A.2.
const privateKey = fromHex('3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8')
const point = fromHex(
  '0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020' +
    'CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13',
)
const publicKey = sm2PublicKey(privateKey)
const message = utf8('message digest')
const signature = fromHex(
  'F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3' +
    'B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA',
)
const nonce = fromHex('59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21')
const good = { publicKey, id: SM2_DEFAULT_ID, message, signature }

describe('GM/T 0003.5-2012, A.2', () => {
  test('public key, compressed and whole', () => {
    expect(toHex(publicKey)).toBe(
      '0309F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020',
    )
    expect(sm2Decompress(publicKey)).toEqual(point)
    expect(sm2Decompress(point)).toEqual(point)
  })

  test('ZA', () => {
    expect(toHex(sm2Za(SM2_DEFAULT_ID, point))).toBe(
      'B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3',
    )
  })

  test('the nonce of the standard gives the signature of the standard', () => {
    const random = () => nonce
    expect(toHex(sm2Sign({ privateKey, publicKey, id: SM2_DEFAULT_ID, message, random }))).toBe(
      toHex(signature),
    )
  })

  test('is accepted with the key in 33 and in 65 bytes', () => {
    expect(sm2Verify(good)).toBe(true)
    expect(sm2Verify({ ...good, publicKey: point })).toBe(true)
  })
})

describe('the id is part of what is signed', () => {
  const ids = [SM2_DEFAULT_ID, fromHex('0000FF80317A00019C42'), new Uint8Array(0), null]

  test('a signature is good under its own id only', () => {
    for (const signed of ids) {
      const made = sm2Sign({ privateKey, publicKey, id: signed, message, random: counted(1) })
      for (const asked of ids) {
        expect(sm2Verify({ ...good, id: asked, signature: made })).toBe(signed === asked)
      }
    }
  })

  test('without an id, plain SM3 of the message is signed: with ZA in front it is the same', () => {
    const whole = new Uint8Array([...sm2Za(SM2_DEFAULT_ID, point), ...message])
    expect(sm2Verify({ ...good, id: null, message: whole })).toBe(true)
  })

  test('an id whose bits do not fit two bytes is refused', () => {
    const id = new Uint8Array(8192)
    expect(sm2Verify({ ...good, id })).toBe(false)
    expect(() => sm2Sign({ privateKey, publicKey, id, message, random: counted(1) })).toThrow(
      TypeError,
    )
  })
})

describe('what is refused, without throwing', () => {
  const zero = '00'.repeat(32)
  const r = toHex(signature.subarray(0, 32))
  const s = toHex(signature.subarray(32))
  const minusR = toHex(numberBytes(BigInt(`0x${ORDER}`) - BigInt(`0x${r}`)))

  test.each([
    ['r = 0', zero + s],
    ['s = 0', r + zero],
    ['r = n', ORDER + s],
    ['s = n', r + ORDER],
    ['r + s = n', r + minusR],
    ['all ones', 'FF'.repeat(64)],
    ['63 bytes', (r + s).slice(2)],
    ['65 bytes', `${r}${s}00`],
    ['nothing', ''],
  ])('signature: %s', (_, hex) => {
    expect(sm2Verify({ ...good, signature: fromHex(hex) })).toBe(false)
  })

  test.each([
    ['no bytes', ''],
    ['infinity', '00'],
    ['x not on the curve', `02${'00'.repeat(31)}05`],
    ['x past the field', `02${'FF'.repeat(32)}`],
    ['y not on the curve', `${toHex(point).slice(0, -2)}14`],
    ['hybrid form', `07${toHex(point).slice(2)}`],
    ['x alone', toHex(point).slice(2, 66)],
  ])('public key: %s', (_, hex) => {
    expect(sm2Verify({ ...good, publicKey: fromHex(hex) })).toBe(false)
    expect(() => sm2Decompress(fromHex(hex))).toThrow(
      expect.objectContaining({ code: 'key.bad-material' }),
    )
  })

  test('any bytes at all', () => {
    const some = fc.uint8Array({ maxLength: 70 })
    fc.assert(
      fc.property(some, some, some, some, (anyKey, id, anyMessage, anySignature) => {
        expect(
          sm2Verify({ publicKey: anyKey, id, message: anyMessage, signature: anySignature }),
        ).toBe(false)
      }),
    )
  })

  test('every flipped bit of signature or message', () => {
    for (let bit = 0; bit < 512; bit += 7) {
      expect(sm2Verify({ ...good, signature: flipped(signature, bit) })).toBe(false)
    }
    for (let bit = 0; bit < message.length * 8; bit += 5) {
      expect(sm2Verify({ ...good, message: flipped(message, bit) })).toBe(false)
    }
  })
})

describe('randomness comes from the caller', () => {
  test('numbers out of range are drawn again, never reduced', () => {
    const draws = [new Uint8Array(32), fromHex('FF'.repeat(32)), fromHex(ORDER), nonce]
    const random = () => draws.shift() ?? new Uint8Array(32)
    expect(sm2Sign({ privateKey, publicKey, id: SM2_DEFAULT_ID, message, random })).toEqual(
      signature,
    )
    expect(draws).toHaveLength(0)
  })

  test('a private key is never n - 1: 1 + d must have an inverse', () => {
    const last = numberBytes(BigInt(`0x${ORDER}`) - 1n)
    const draws = [last, privateKey]
    expect(sm2KeyPair(() => draws.shift() ?? last).privateKey).toEqual(privateKey)
    expect(() => sm2PublicKey(last)).toThrow(expect.objectContaining({ code: 'key.bad-material' }))
  })

  test('a stuck source is an error, not a weak key', () => {
    const stuck = () => new Uint8Array(32)
    expect(() => sm2KeyPair(stuck)).toThrow(expect.objectContaining({ code: 'key.bad-random' }))
    expect(() => sm2KeyPair(() => new Uint8Array(31))).toThrow(
      expect.objectContaining({ code: 'key.bad-random' }),
    )
  })

  test('new keys sign and verify; another key does not', () => {
    const random = counted(7)
    for (let i = 0; i < 10; i++) {
      const pair = sm2KeyPair(random)
      const made = sm2Sign({ ...pair, id: SM2_DEFAULT_ID, message, random })
      expect(sm2Verify({ ...good, publicKey: pair.publicKey, signature: made })).toBe(true)
      expect(sm2Verify({ ...good, signature: made })).toBe(false)
    }
  })
})

/** A source that never repeats: SM3 of a counter. */
function counted(seed: number): (length: number) => Uint8Array {
  let count = 0
  return (length) => sm3(utf8(`${seed}.${count++}`)).slice(0, length)
}

function numberBytes(number: bigint): Uint8Array {
  return fromHex(number.toString(16).padStart(64, '0'))
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice()
  copy[bit >> 3]! ^= 0x80 >> (bit & 7)
  return copy
}
