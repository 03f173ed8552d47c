import { printableOf } from '../encoding.ts'
import { byteCursor } from './byte-cursor.ts'
import type { PlatformCode, PlatformSignature } from './platform-code.ts'

/** Algorithm byte: which curve the platform signs on (reference ridecode 2.2). */
const ALGORITHMS: Readonly<Record<number, PlatformSignature['algorithm']>> = {
  0x01: 'secp256k1',
  0x02: 'sm2',
}
const VERSION = 0x02
const USER_KEY_BYTES = 25
/** Bytes that a city card company puts in front: `T` and 01 or 02. They are under no signature. */
const CITY_PREFIX_BYTES = 2

/**
 * Reads a code in Alipay's offline layout (reference ridecode 2.2): body 1 signed by the platform,
 * everything before its own length byte signed by the phone on secp192k1. Undefined when it has
 * another form. Never throws.
 */
export function readAlipay(bytes: Uint8Array): PlatformCode | undefined {
  const city = bytes[0] === 0x54
  const code = city ? bytes.subarray(CITY_PREFIX_BYTES) : bytes
  const cursor = byteCursor(code)
  const version = cursor.number(1)
  const algorithm = ALGORITHMS[cursor.number(1) ?? 0]
  const keyIndex = cursor.number(1)
  const body = cursor.block()
  const issuerSignature = cursor.block()
  const bodyTwo = cursor.block()
  const signedEnd = cursor.at()
  const userSignature = cursor.block()
  const known = version === VERSION && algorithm !== undefined && keyIndex !== undefined
  if (!known || !body || !issuerSignature || !bodyTwo || !userSignature) return undefined
  if (cursor.at() !== code.length) return undefined
  const fields = readBody(body)
  const generationTimeS = byteCursor(bodyTwo).number(4)
  if (!fields || generationTimeS === undefined) return undefined
  const { userKey, ...rest } = fields
  return {
    family: city ? 'city-card' : 'alipay',
    bytes,
    keyIndex,
    ...rest,
    generationTimeS,
    signatures: [
      {
        level: 'issuer',
        algorithm,
        message: body,
        signature: issuerSignature,
        form: 'der',
        publicKey: null,
      },
      {
        level: 'user',
        algorithm: 'secp192k1',
        message: code.subarray(0, signedEnd),
        signature: userSignature,
        form: 'der',
        publicKey: userKey,
      },
    ],
    unproven: null,
  }
}

function readBody(body: Uint8Array) {
  const cursor = byteCursor(body)
  const user = cursor.take(16)
  const authorisationExpiryS = cursor.number(4)
  const validityS = cursor.number(2)
  const capFen = cursor.number(2)
  cursor.take(12)
  const userKey = cursor.take(USER_KEY_BYTES)
  cursor.take(8)
  const cardNumber = cursor.block()
  cursor.block()
  if (!user || !userKey || !cardNumber || cursor.at() !== body.length) return undefined
  if (authorisationExpiryS === undefined || validityS === undefined || capFen === undefined) {
    return undefined
  }
  const name = printableOf(user)
  const card = printableOf(cardNumber)
  if (name === undefined || card === undefined) return undefined
  return {
    user: name,
    ...(card === '' ? {} : { cardNumber: card }),
    authorisationExpiryS,
    validityS,
    capFen,
    userKey,
  }
}
