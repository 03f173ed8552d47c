import { toHex } from '@unifare/core'
import { printableOf } from '../encoding.ts'
import { byteCursor } from './byte-cursor.ts'
import type { PlatformCode } from './platform-code.ts'

const USER_ID_MAX = 32
const PRIVATE_MAX = 64
const SIGNATURE_MAX = 72
/** Key format 01: 65 bytes, uncompressed. */
const KEY_FORMAT = 0x01
const KEY_BYTES = 65
/** First bytes that other families own. */
const TAKEN = new Set([0x02, 0x40, 0x54, 0x55, 0x5b, 0x7b])

/**
 * Reads a UnionPay ride code. Public sources give its structure and the widths of most fields
 * (reference ridecode 2.3); the order of the bytes between them, and SM2 with the default id, are
 * OURS. So it is recognised by its structure alone: two blocks, two DER signatures, nothing left.
 * Undefined when it has another form. Never throws.
 */
export function readUnionPay(bytes: Uint8Array): PlatformCode | undefined {
  const [version = 0] = bytes
  if (version === 0 || version >= 0x80 || TAKEN.has(version)) return undefined
  const cursor = byteCursor(bytes)
  cursor.number(1)
  const keyIndex = cursor.number(1)
  cursor.number(1)
  const operatorAt = cursor.at()
  cursor.take(24)
  const userId = cursor.block()
  const authorisationExpiryS = cursor.number(4)
  const validityS = cursor.number(2)
  const keyFormat = cursor.number(1)
  const publicKey = cursor.take(KEY_BYTES)
  const operatorEnd = cursor.at()
  const generationTimeS = cursor.number(4)
  cursor.take(2)
  const own = cursor.block()
  const operatorSignature = cursor.block()
  const signedEnd = cursor.at()
  const userSignature = cursor.block()
  if (!userId || !own || !publicKey || keyIndex === undefined) return undefined
  if (authorisationExpiryS === undefined || validityS === undefined) return undefined
  if (generationTimeS === undefined || keyFormat !== KEY_FORMAT || publicKey[0] !== 4) {
    return undefined
  }
  if (!isDer(operatorSignature) || !isDer(userSignature)) return undefined
  const bounded = userId.length <= USER_ID_MAX && own.length <= PRIVATE_MAX
  if (!bounded || cursor.at() !== bytes.length) return undefined
  return {
    family: 'unionpay',
    bytes,
    keyIndex,
    user: printableOf(userId) ?? toHex(userId),
    capFen: null,
    authorisationExpiryS,
    validityS,
    generationTimeS,
    signatures: [
      {
        level: 'issuer',
        algorithm: 'sm2',
        message: bytes.subarray(operatorAt, operatorEnd),
        signature: operatorSignature,
        form: 'der',
        publicKey: null,
      },
      {
        level: 'user',
        algorithm: 'sm2',
        message: bytes.subarray(0, signedEnd),
        signature: userSignature,
        form: 'der',
        publicKey,
      },
    ],
    unproven: null,
  }
}

function isDer(signature: Uint8Array | undefined): signature is Uint8Array {
  return (
    signature !== undefined &&
    signature.length >= 8 &&
    signature.length <= SIGNATURE_MAX &&
    signature[0] === 0x30 &&
    signature[1] === signature.length - 2
  )
}
