import { readField, toHex, writeFields } from '@unifare/core'
import { type SignatureEngine, SM2_DEFAULT_ID, sha256, sm2Decompress } from '@unifare/crypto'
import { codeFault } from './errors.ts'
import {
  ALGORITHM_SM2,
  BAD_FIELD,
  RID,
  ROOT,
  ROOT_HEADER,
  ROOT_LENGTH,
  ROOT_SIGNED,
  SERVICE_ID,
} from './layout.ts'
import { type Month, monthOfMmyy, packMmyy } from './month.ts'
import type { IssuerSign } from './sign.ts'

/** A root that a terminal trusts. */
export interface Root {
  readonly index: number
  /** Service, 8 hexadecimal digits. */
  readonly serviceId: string
  /** It is valid to the end of this month in China. */
  readonly lastMonth: Month
  /** SM2 key, uncompressed, 65 bytes. */
  readonly publicKey: Uint8Array
  /** SHA-256 of the key, hexadecimal: names the key in caches. */
  readonly fingerprint: string
}

/** What a root record says. */
export interface RootRequest {
  readonly index: number
  /** Last month of validity, MMYY. */
  readonly expiry: string
  /** SM2 key, 33 or 65 bytes. */
  readonly publicKey: Uint8Array
  /** Signs for the root itself. */
  readonly sign: IssuerSign
}

/**
 * Root record of 144 bytes, signed by itself under the default id (reference ridecode 1.3).
 * Throws `code.bad-field`, and `key.bad-material` when the key is not on the curve.
 */
export async function makeRootRecord(request: RootRequest): Promise<Uint8Array> {
  const expiry = packMmyy(request.expiry)
  if (!expiry) throw codeFault('code.bad-field', `expiry ${request.expiry}, MMYY is needed`)
  const key = sm2Decompress(request.publicKey).subarray(1)
  const record = new Uint8Array(ROOT_LENGTH)
  const values = {
    header: ROOT_HEADER,
    serviceId: SERVICE_ID,
    rid: RID,
    index: request.index,
    expiry,
    algorithm: ALGORITHM_SM2,
    keyLength: key.length,
    publicKey: key,
  }
  writeFields(record, ROOT, values, BAD_FIELD)
  const signature = await request.sign(readField(record, ROOT_SIGNED), SM2_DEFAULT_ID)
  writeFields(record, ROOT, { signature }, BAD_FIELD)
  return record
}

/**
 * Reads a root record and checks its signature by itself. Throws `code.bad-root`. The signature
 * shows that the record is whole; trust comes from the signed list that carried it.
 */
export function openRootRecord(record: Uint8Array, engine: SignatureEngine): Root {
  const lastMonth = monthOfMmyy(readField(record, ROOT.expiry))
  const key = readField(record, ROOT.publicKey)
  const known =
    record.length === ROOT_LENGTH &&
    readField(record, ROOT.header) === ROOT_HEADER &&
    readField(record, ROOT.rid) === RID &&
    readField(record, ROOT.algorithm) === ALGORITHM_SM2 &&
    readField(record, ROOT.keyLength) === key.length
  if (!known || lastMonth === undefined) {
    throw codeFault('code.bad-root', `${record.length} bytes without the known form`)
  }
  const publicKey = Uint8Array.of(4, ...key)
  const signed = engine.sm2Verify({
    publicKey,
    id: SM2_DEFAULT_ID,
    message: readField(record, ROOT_SIGNED),
    signature: readField(record, ROOT.signature),
  })
  if (!signed) throw codeFault('code.bad-root', 'its signature by itself is wrong')
  return {
    index: readField(record, ROOT.index),
    serviceId: readField(record, ROOT.serviceId),
    lastMonth,
    publicKey,
    fingerprint: toHex(sha256(publicKey)),
  }
}
