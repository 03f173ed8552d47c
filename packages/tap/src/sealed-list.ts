import {
  concat,
  type Fen,
  fromHex,
  type Hashes,
  pureHashes,
  requireData,
  toHex,
  view,
} from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { type Framed, field, frame, SIGNATURE_LENGTH, seal, unframe } from './framed.ts'

export const BATCH_RECORDS_MAX = 1_000
export const BATCH_BYTES_MAX = 768 * 1024
/** Chain value before the first record of a publisher. */
export const CHAIN_START: Uint8Array = new Uint8Array(32)
/** Version, kind and length: the part of a record that keeps its meaning for ever. */
const RECORD_MIN = 4
const CODE = 'batch.malformed'

/** What every signed list of records states: place in the chain, count, control total. */
export interface ListHeader {
  /** Number of the first record, and one past the last. */
  readonly first: number
  readonly end: number
  /** Chain value before the first record and after the last (SHA-256, hexadecimal). */
  readonly previous: string
  readonly chain: string
  readonly count: number
  readonly amountFen: Fen
}

/** A signed, chained, counted list of records: batches of taps and of charges alike. */
export interface SealedList {
  readonly header: ListHeader & Readonly<Record<string, unknown>>
  /** Records verbatim. */
  readonly records: readonly Uint8Array[]
  /** SHA-256 of the whole list: its name for ever. */
  readonly hash: string
  readonly bytes: Uint8Array
}

/** Next value of the hash chain: SHA-256(previous ‖ record). */
export function chainNext(previous: Uint8Array, record: Uint8Array): Uint8Array {
  return pureHashes.sha256(previous, record)
}

/** Value of the chain behind records that stand one after the other. */
function chainOver(
  previous: Uint8Array,
  records: readonly Uint8Array[],
  hashes: Hashes,
): Uint8Array {
  const longest = records.reduce((length, record) => Math.max(length, record.length), 0)
  // One array for all: a call with one part is the fastest on every host.
  const scratch = new Uint8Array(previous.length + longest)
  let value = previous
  for (const record of records) {
    scratch.set(value)
    scratch.set(record, value.length)
    value = hashes.sha256(scratch.subarray(0, value.length + record.length))
  }
  return value
}

/**
 * Seals records under a signature. Throws `batch.too-large`, and `batch.malformed` for a record
 * whose length field (bytes 2 and 3) is not its length: nobody could cut it out again.
 */
export async function sealList(input: {
  readonly magic: string
  readonly first: number
  readonly previous: Uint8Array
  readonly records: readonly Uint8Array[]
  readonly amountFen: Fen
  readonly header: Readonly<Record<string, unknown>>
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  /** Those of the host; the pure ones when not given. */
  readonly hashes?: Hashes
}): Promise<Uint8Array> {
  const { records, hashes = pureHashes } = input
  checkSize(records.length, 0)
  records.forEach((record, index) => {
    requireData(
      record.length >= RECORD_MIN && view(record).getUint16(2) === record.length,
      CODE,
      `record ${input.first + index} does not state its own length`,
    )
  })
  const header: ListHeader = {
    first: input.first,
    end: input.first + records.length,
    previous: toHex(input.previous),
    chain: toHex(chainOver(input.previous, records, hashes)),
    count: records.length,
    amountFen: input.amountFen,
  }
  const signed = frame(input.magic, 1, { ...input.header, ...header }, concat(...records))
  checkSize(records.length, signed.length + SIGNATURE_LENGTH)
  return seal(signed, input.sign)
}

/**
 * Opens a sealed list and checks what needs no key: sizes, counts, chain. Records are cut by the
 * length in their bytes 2 and 3 and not parsed: a poison record must not take the others with it.
 */
export function openList(
  magic: string,
  bytes: Uint8Array,
  hashes: Hashes = pureHashes,
): SealedList {
  const framed = openFrame(magic, bytes)
  const header = readHeader(framed)
  const records = cut(framed.body)
  requireData(
    records.length === header.count && header.end - header.first === header.count,
    'batch.bad-totals',
    `${records.length} records, the header says ${header.count}`,
  )
  requireData(
    toHex(chainOver(fromHex(header.previous), records, hashes)) === header.chain,
    'batch.bad-chain',
    'the records do not give the stated chain value',
  )
  return { header, records, hash: toHex(hashes.sha256(bytes)), bytes }
}

/**
 * Reads what a list states, and takes its word for it: records are neither cut nor counted, the
 * chain is not made again. For who keeps the list whole and opens it later.
 */
export function openListHeader(magic: string, bytes: Uint8Array): SealedList['header'] {
  const header = readHeader(openFrame(magic, bytes))
  requireData(
    header.end - header.first === header.count,
    'batch.bad-totals',
    `records ${header.first} to ${header.end} are not ${header.count}`,
  )
  return header
}

function openFrame(magic: string, bytes: Uint8Array): Framed {
  checkSize(0, bytes.length)
  return unframe(magic, bytes, { code: CODE })
}

function readHeader(framed: Framed): SealedList['header'] {
  const header = {
    ...framed.header,
    first: field(framed.header, 'first', 'number', CODE),
    end: field(framed.header, 'end', 'number', CODE),
    previous: field(framed.header, 'previous', 'string', CODE),
    chain: field(framed.header, 'chain', 'string', CODE),
    count: field(framed.header, 'count', 'number', CODE),
    amountFen: field(framed.header, 'amountFen', 'number', CODE),
  }
  checkSize(header.count, 0)
  requireData(/^[0-9A-F]{64}$/.test(header.previous), CODE, 'the chain value is not a SHA-256')
  requireData(header.first >= 0, CODE, `record numbers begin at ${header.first}`)
  return header
}

/** True when the list is signed by the key. */
export function signedBy(
  list: { readonly bytes: Uint8Array },
  publicKey: Uint8Array,
  engine: SignatureEngine,
): boolean {
  const { signed, signature } = unframe(
    String.fromCharCode(list.bytes[0] ?? 0, list.bytes[1] ?? 0),
    list.bytes,
    { code: CODE },
  )
  return engine.ed25519Verify(publicKey, signed, signature)
}

function cut(body: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = []
  for (let at = 0; at < body.length; ) {
    requireData(at + RECORD_MIN <= body.length, CODE, 'a record is cut off')
    const length = view(body).getUint16(at + 2)
    requireData(length >= RECORD_MIN && at + length <= body.length, CODE, 'a record is cut off')
    records.push(body.subarray(at, at + length))
    at += length
  }
  return records
}

function checkSize(count: number, length: number): void {
  requireData(
    count <= BATCH_RECORDS_MAX && length <= BATCH_BYTES_MAX,
    'batch.too-large',
    `${count} records, ${length} bytes: at most ${BATCH_RECORDS_MAX} and ${BATCH_BYTES_MAX}`,
  )
}
