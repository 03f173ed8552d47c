import { toHex } from '@unifare/core'
import { byteCursor } from './byte-cursor.ts'
import type { PlatformCode } from './platform-code.ts'

const PREFIX = 'TX'
const CERTIFICATE_VERSION = 0x01
/** Certificate algorithm 05: ECDSA on P-224 with SHA-1, 56 bytes. */
const ALGORITHM_P224 = 0x05
const SIGNATURE_BYTES = 56
/** Payment type, generation time, TAC, reserved, and the MAC of the whole code. */
const DYNAMIC_BYTES = 1 + 4 + 4 + 4 + 4

/**
 * Reads a Tencent ride code (reference ridecode 2.1): text `TX` and base64. Its certificate is
 * signed; what the phone adds is only under a MAC whose key sits in every terminal and whose rule
 * is not public. So the code is read, its certificate can be verified, and it is never accepted.
 * Undefined when it has another form. Never throws.
 */
export function readTencent(bytes: Uint8Array): PlatformCode | undefined {
  const body = bodyOf(bytes)
  if (!body) return undefined
  const cursor = byteCursor(body)
  const industryBytes = cursor.number(2)
  if (industryBytes === undefined || !cursor.take(industryBytes)) return undefined
  const version = cursor.number(1)
  const algorithm = cursor.number(1)
  cursor.number(1)
  const keyIndex = cursor.number(1)
  cursor.take(4)
  const openId = cursor.take(8)
  cursor.number(4)
  const authorisationExpiryS = cursor.number(4)
  const validityS = cursor.number(2)
  const capFen = cursor.number(4)
  // User label, reserved; then key information that fills what the fixed ends leave.
  cursor.take(6)
  const signedEnd = body.length - DYNAMIC_BYTES - SIGNATURE_BYTES
  const fits = cursor.at() <= signedEnd && openId !== undefined && keyIndex !== undefined
  if (!fits || version !== CERTIFICATE_VERSION || algorithm !== ALGORITHM_P224) return undefined
  if (authorisationExpiryS === undefined || validityS === undefined || capFen === undefined) {
    return undefined
  }
  const dynamic = byteCursor(body.subarray(signedEnd + SIGNATURE_BYTES))
  dynamic.number(1)
  return {
    family: 'tencent',
    bytes,
    keyIndex,
    user: toHex(openId),
    capFen,
    authorisationExpiryS,
    validityS,
    generationTimeS: dynamic.number(4) ?? 0,
    signatures: [
      {
        level: 'issuer',
        algorithm: 'secp224r1',
        message: body.subarray(0, signedEnd),
        signature: body.subarray(signedEnd, signedEnd + SIGNATURE_BYTES),
        form: 'compact',
        publicKey: null,
      },
    ],
    unproven: 'generation time and payment type are under a MAC whose rule is not public',
  }
}

function bodyOf(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length > 1024) return undefined
  const text = String.fromCharCode(...bytes)
  if (!text.startsWith(PREFIX) || !/^[A-Za-z0-9+/]+={0,2}$/.test(text.slice(2))) return undefined
  try {
    return Uint8Array.from(atob(text.slice(2)), (letter) => letter.charCodeAt(0))
  } catch {
    return undefined
  }
}
