import { concat, view } from './bytes.ts'
import { type Hashes, pureHashes } from './hashes.ts'
import {
  GROUP_HEADER,
  GROUP_MAGIC,
  type HashedPart,
  LINK_BYTES,
  type NewRecord,
  newRecord,
} from './journal-format.ts'

/** Collects the records of one group, to be written at once. */
export interface GroupBuffer {
  readonly count: number
  /** Bytes of the whole group. */
  readonly length: number
  /** Copies the record, but for a part that was hashed already: that stays where it is. */
  add(record: NewRecord): void
  /** The whole group in parts, which are good until `clear`. */
  seal(firstIndex: number, hashBefore: Uint8Array): Uint8Array[]
  clear(): void
}

/** Memory that a group keeps for the next one. */
const KEPT_BYTES = 8 * 1024 * 1024

export function createGroupBuffer(hashes: Hashes = pureHashes): GroupBuffer {
  let own = new Uint8Array(1024)
  let end = GROUP_HEADER.length
  let count = 0
  /** Parts that lie elsewhere, and before which of the own bytes they belong. */
  let apart: (HashedPart & { readonly at: number })[] = []
  let apartBytes = 0

  function copy(bytes: Uint8Array): void {
    if (end + bytes.length > own.length) {
      const grown = new Uint8Array(Math.max(own.length * 2, end + bytes.length))
      grown.set(own.subarray(0, end))
      own = grown
    }
    own.set(bytes, end)
    end += bytes.length
  }

  /** The group from an offset on, with what is to stand for each part that lies elsewhere. */
  function partsFrom(start: number, shown: (part: HashedPart) => Uint8Array): Uint8Array[] {
    const parts: Uint8Array[] = []
    let from = start
    for (const part of apart) {
      parts.push(own.subarray(from, part.at), shown(part))
      from = part.at
    }
    return [...parts, own.subarray(from, end)]
  }

  return {
    get count() {
      return count
    },
    get length() {
      return end + apartBytes
    },
    add({ head, parts }) {
      copy(head)
      for (const part of parts) {
        if (part instanceof Uint8Array) copy(part)
        else if (part.bytes.length > 0) {
          apart.push({ ...part, at: end })
          apartBytes += part.bytes.length
        }
      }
      count += 1
    },
    seal(firstIndex, hashBefore) {
      const link = hashBefore.subarray(0, LINK_BYTES)
      const bodyBytes = end + apartBytes - GROUP_HEADER.length
      const values = { magic: GROUP_MAGIC, bodyBytes, count, firstIndex, link, crc: 0 }
      own.set(GROUP_HEADER.encode(values))
      const crcAt = GROUP_HEADER.fields.crc[0]
      const summed = partsFrom(GROUP_HEADER.length, ({ sha256 }) => sha256)
      view(own).setUint32(crcAt, hashes.crc32(own.subarray(0, crcAt), ...summed))
      return partsFrom(0, ({ bytes }) => bytes)
    },
    clear() {
      if (own.length > KEPT_BYTES) own = new Uint8Array(1024)
      end = GROUP_HEADER.length
      count = 0
      apart = []
      apartBytes = 0
    },
  }
}

/** Bytes of a group of records that follow a chain hash. */
export function encodeGroup(
  firstIndex: number,
  hashBefore: Uint8Array,
  payloads: readonly Uint8Array[],
): Uint8Array {
  const group = createGroupBuffer()
  for (const payload of payloads) group.add(newRecord([payload]))
  return concat(...group.seal(firstIndex, hashBefore))
}
