import { ascii, concat } from '@unifare/core'
import {
  foreignEcdsaSign,
  foreignPublicKey,
  SM2_DEFAULT_ID,
  sm2Decompress,
  sm2PublicKey,
  sm2Sign,
} from '@unifare/crypto'

/** Simulated platforms under keys of our own: they show what the layouts carry, nobody's codes. */
export const PLATFORM_KEY = new Uint8Array(28).fill(0x21)
export const ALIPAY_KEY = new Uint8Array(32).fill(0x22)
export const ALIPAY_PHONE_KEY = new Uint8Array(24).fill(0x23)
export const UNIONPAY_KEY = new Uint8Array(32).fill(0x24)
export const UNIONPAY_PHONE_KEY = new Uint8Array(32).fill(0x25)

const u16 = (value: number) => Uint8Array.of(value >> 8, value)
const u32 = (value: number) =>
  Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
const block = (bytes: Uint8Array) => concat(Uint8Array.of(bytes.length), bytes)

export interface SampleTimes {
  readonly authorisationExpiryS: number
  readonly validityS: number
  readonly generationTimeS: number
}

/** A code in Alipay's layout; `prefix` makes it a city card company's. */
export function alipayCode(
  times: SampleTimes,
  options: { readonly prefix?: Uint8Array; readonly user?: string; readonly card?: string } = {},
): Uint8Array {
  const { prefix = new Uint8Array(0), user = '2088000000000001', card = '' } = options
  const body = concat(
    ascii(user),
    u32(times.authorisationExpiryS),
    u16(times.validityS),
    u16(1_000),
    new Uint8Array(12),
    foreignPublicKey('secp192k1', ALIPAY_PHONE_KEY),
    ascii('ANT00001'),
    block(ascii(card)),
    block(Uint8Array.of(1, 2, 3)),
  )
  const issuer = foreignEcdsaSign({
    curve: 'secp256k1',
    privateKey: ALIPAY_KEY,
    message: body,
    form: 'der',
  })
  const head = concat(
    Uint8Array.of(0x02, 0x01, 0x07),
    block(body),
    block(issuer),
    block(u32(times.generationTimeS)),
  )
  const phone = foreignEcdsaSign({
    curve: 'secp192k1',
    privateKey: ALIPAY_PHONE_KEY,
    message: head,
    form: 'der',
  })
  return concat(prefix, head, block(phone))
}

/** A code in Tencent's layout. The last four bytes stand for a MAC that nobody here can check. */
export function tencentCode(times: SampleTimes): Uint8Array {
  const signed = concat(
    u16(3),
    ascii('ABC'),
    Uint8Array.of(0x01, 0x05, 0x00, 0x09),
    u32(1),
    Uint8Array.from({ length: 8 }, (_, i) => i),
    u32(times.generationTimeS - 60),
    u32(times.authorisationExpiryS),
    u16(times.validityS),
    u32(2_000),
    u16(0),
    u32(0),
    Uint8Array.of(0, 1),
  )
  const signature = foreignEcdsaSign({
    curve: 'secp224r1',
    privateKey: PLATFORM_KEY,
    message: signed,
    form: 'compact',
  })
  const dynamic = concat(Uint8Array.of(1), u32(times.generationTimeS), u32(0), u32(0), u32(0))
  const body = concat(signed, signature, dynamic)
  return ascii(`TX${btoa(String.fromCharCode(...body))}`)
}

/** A code in UnionPay's structure, in the byte order that is ours. */
export function unionPayCode(
  times: SampleTimes,
  random: (length: number) => Uint8Array,
): Uint8Array {
  const operator = concat(
    ascii('OPERATOR'),
    ascii('WALLET01'),
    ascii('TICKET01'),
    block(ascii('6200000000000000001')),
    u32(times.authorisationExpiryS),
    u16(times.validityS),
    Uint8Array.of(1),
    sm2Decompress(sm2PublicKey(UNIONPAY_PHONE_KEY)),
  )
  const sign = (privateKey: Uint8Array, message: Uint8Array) =>
    block(
      derOf(
        sm2Sign({
          privateKey,
          publicKey: sm2PublicKey(privateKey),
          id: SM2_DEFAULT_ID,
          message,
          random,
        }),
      ),
    )
  const head = concat(
    Uint8Array.of(0x01, 0x05, 0x01),
    operator,
    u32(times.generationTimeS),
    Uint8Array.of(0, 0),
    block(new Uint8Array(0)),
    sign(UNIONPAY_KEY, operator),
  )
  return concat(head, sign(UNIONPAY_PHONE_KEY, head))
}

/** DER of r || s, 64 bytes. */
export function derOf(signature: Uint8Array): Uint8Array {
  const parts = [signature.subarray(0, 32), signature.subarray(32)].map((part) => {
    const digits = part.subarray(part.findIndex((byte) => byte !== 0))
    const number = (digits[0] ?? 0) >= 0x80 ? concat(Uint8Array.of(0), digits) : digits
    return concat(Uint8Array.of(0x02, number.length), number)
  })
  const content = concat(...parts)
  return concat(Uint8Array.of(0x30, content.length), content)
}
