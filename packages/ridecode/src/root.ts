import { fromHex, toHex } from '@unifare/core'
import { type SignatureEngine, SM2_DEFAULT_ID, sha256, sm2Decompress } from '@unifare/crypto'
import { bytesOf, numberOf, putBytes, putNumber } from './byte-field.ts'
import { codeFault } from './errors.ts'
import {
  ALGORITHM_SM2,
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
  putNumber(record, ROOT.header, { name: 'header', value: ROOT_HEADER })
  putBytes(record, ROOT.serviceId, { name: 'service', value: fromHex(SERVICE_ID) })
  putBytes(record, ROOT.rid, { name: 'RID', value: fromHex(RID) })
  putNumber(record, ROOT.index, { name: 'root index', value: request.index })
  putBytes(record, ROOT.expiry, { name: 'expiry', value: expiry })
  putNumber(record, ROOT.algorithm, { name: 'algorithm', value: ALGORITHM_SM2 })
  putNumber(record, ROOT.keyLength, { name: 'key length', value: key.length })
  putBytes(record, ROOT.publicKey, { name: 'key', value: key })
  const signature = await request.sign(bytesOf(record, ROOT_SIGNED), SM2_DEFAULT_ID)
  putBytes(record, ROOT.signature, { name: 'signature', value: signature })
  return record
}

/**
 * Reads a root record and checks its signature by itself. Throws `code.bad-root`. The signature
 * shows that the record is whole; trust comes from the signed list that carried it.
 */
export function openRootRecord(record: Uint8Array, engine: SignatureEngine): Root {
  const lastMonth = monthOfMmyy(bytesOf(record, ROOT.expiry))
  const key = bytesOf(record, ROOT.publicKey)
  const known =
    record.length === ROOT_LENGTH &&
    numberOf(record, ROOT.header) === ROOT_HEADER &&
    toHex(bytesOf(record, ROOT.rid)) === RID &&
    numberOf(record, ROOT.algorithm) === ALGORITHM_SM2 &&
    numberOf(record, ROOT.keyLength) === key.length
  if (!known || lastMonth === undefined) {
    throw codeFault('code.bad-root', `${record.length} bytes without the known form`)
  }
  const publicKey = Uint8Array.of(4, ...key)
  const signed = engine.sm2Verify({
    publicKey,
    id: SM2_DEFAULT_ID,
    message: bytesOf(record, ROOT_SIGNED),
    signature: bytesOf(record, ROOT.signature),
  })
  if (!signed) throw codeFault('code.bad-root', 'its signature by itself is wrong')
  return {
    index: numberOf(record, ROOT.index),
    serviceId: toHex(bytesOf(record, ROOT.serviceId)),
    lastMonth,
    publicKey,
    fingerprint: toHex(sha256(publicKey)),
  }
}
