import { fromHex, fromUtf8, view } from '@unifare/core'
import { MESSAGE_BYTES_MAX } from '@unifare/tap'
import { accountHash } from './account-hash.ts'
import { isReadable } from './readable.ts'
import { CHARGE, HELD_BYTES, TAP } from './record-places.ts'

/** Bytes before the header of every container of the wire, and of the signature behind its body. */
const PREFIX_BYTES = 8
const SIGNATURE_BYTES = 64
const TAP_BATCH = 0x5542
const CHARGE_BATCH = 0x5543

/** Full pieces of a shard, to be put behind what it has. */
export interface Piece {
  readonly shard: number
  readonly kind: 'taps' | 'charges'
  readonly bytes: Uint8Array
}

/** Distributes the records of batches over the shards of a day. */
export interface Scatter {
  /** Takes an accepted message of taps or charges; pieces that became full are returned. */
  add(message: Uint8Array): readonly Piece[]
  /** What is left. */
  end(): readonly Piece[]
  /** Sequences that terminals delivered: 6 bytes of terminal, first, count; 14 bytes each. */
  readonly delivered: () => Uint8Array
  readonly counts: () => {
    readonly taps: number
    readonly charges: number
    readonly unreadable: number
  }
}

/** Whether a message carries taps or charges: all others are no part of a day's clearing. */
export function isOfDay(message: Uint8Array): boolean {
  const words = view(message)
  const body = PREFIX_BYTES + words.getUint32(4)
  const magic = body + 2 <= message.length ? words.getUint16(body) : 0
  return magic === TAP_BATCH || magic === CHARGE_BATCH
}

/** Shard of an account's hash when a day has so many of them: a range of buckets each. */
export function shardOf(hash: number, shards: number): number {
  return Math.floor(((hash >>> 24) * shards) / 256)
}

/**
 * Opens a distribution over shards (1 to 256). Messages are those that intake has accepted, so
 * signatures, chains and charges are good; a tap that cannot be read, or that claims another place
 * than the one it was delivered at, is passed over.
 */
export function createScatter(options: {
  readonly centre: string
  readonly shards: number
  readonly pieceBytes: number
}): Scatter {
  const { centre, shards } = options
  const writers = {
    taps: createWriters('taps', options),
    charges: createWriters('charges', options),
  }
  const delivered = createRanges()
  const counts = { taps: 0, charges: 0, unreadable: 0 }

  function addTaps(bytes: Uint8Array, from: number, to: number, header: TapHeader): void {
    const words = writers.taps.open(bytes)
    const held = header.held(centre)
    const terminal = view(fromHex(header.terminal))
    let sequence = header.first
    delivered.add(header.terminal, header.first, header.end - header.first)
    for (let at = from; at < to; sequence++) {
      const length = words.getUint16(at + TAP.length)
      const own =
        words.getUint32(at + TAP.sequence) === sequence &&
        words.getUint32(at + TAP.terminal) === terminal.getUint32(0) &&
        words.getUint16(at + TAP.terminal + 4) === terminal.getUint16(4)
      if (own && isReadable(bytes, words, at, length)) {
        const hash = accountHash(words, at + TAP.account, words.getUint8(at + TAP.medium))
        writers.taps.put(shardOf(hash, shards), at, length, held)
        counts.taps += 1
      } else counts.unreadable += 1
      at += length
    }
  }

  function addCharges(bytes: Uint8Array, from: number, to: number): void {
    const words = writers.charges.open(bytes)
    for (let at = from; at < to; ) {
      const length = words.getUint16(at + CHARGE.length)
      const hash = accountHash(words, at + CHARGE.account, words.getUint8(at + CHARGE.medium))
      writers.charges.put(shardOf(hash, shards), at, length, 0)
      counts.charges += 1
      at += length
    }
  }

  function drain(): readonly Piece[] {
    return [...writers.taps.drain(), ...writers.charges.drain()]
  }

  return {
    add(message) {
      const words = view(message)
      const body = PREFIX_BYTES + words.getUint32(4)
      const headerAt = body + PREFIX_BYTES
      const records = headerAt + words.getUint32(body + 4)
      const end = message.length - 2 * SIGNATURE_BYTES
      const magic = words.getUint16(body)
      if (magic === TAP_BATCH) {
        addTaps(message, records, end, readHeader(message.subarray(headerAt, records)))
      } else if (magic === CHARGE_BATCH) addCharges(message, records, end)
      else throw new TypeError('neither taps nor charges')
      return drain()
    },
    end() {
      writers.taps.flush()
      writers.charges.flush()
      return drain()
    },
    delivered: delivered.bytes,
    counts: () => counts,
  }
}

interface TapHeader {
  readonly terminal: string
  readonly first: number
  readonly end: number
  /** Version of a centre's deny list that the terminal held. */
  held(centre: string): number
}

function readHeader(json: Uint8Array): TapHeader {
  const header = JSON.parse(fromUtf8(json)) as {
    terminal: string
    first: number
    end: number
    bundles: readonly { kind: string; publisher: string; version: number }[]
  }
  const { terminal, first, end, bundles } = header
  return {
    terminal,
    first,
    end,
    held: (centre) =>
      bundles.find(({ kind, publisher }) => kind === 'deny' && publisher === centre)?.version ?? 0,
  }
}

/**
 * Buffers of all shards in one array, behind room for the message at hand: records are moved
 * within it, which needs no object for each of them.
 */
function createWriters(
  kind: Piece['kind'],
  { shards, pieceBytes }: { readonly shards: number; readonly pieceBytes: number },
) {
  const arena = new Uint8Array(MESSAGE_BYTES_MAX + shards * pieceBytes)
  const words = view(arena)
  const startOf = (shard: number) => MESSAGE_BYTES_MAX + shard * pieceBytes
  const filled = new Uint32Array(shards)
  const full: Piece[] = []

  function flushOne(shard: number): void {
    if (filled[shard] === 0) return
    const from = startOf(shard)
    full.push({ shard, kind, bytes: arena.slice(from, from + filled[shard]!) })
    filled[shard] = 0
  }

  return {
    /** Takes the message whose records are put next. */
    open(message: Uint8Array): DataView {
      arena.set(message)
      return words
    },
    put(shard: number, at: number, length: number, held: number): void {
      const prefix = kind === 'taps' ? HELD_BYTES : 0
      if (filled[shard]! + prefix + length > pieceBytes) flushOne(shard)
      const to = startOf(shard) + filled[shard]!
      if (prefix > 0) words.setUint32(to, held)
      arena.copyWithin(to + prefix, at, at + length)
      filled[shard]! += prefix + length
    },
    flush(): void {
      for (let shard = 0; shard < shards; shard++) flushOne(shard)
    },
    drain: (): Piece[] => full.splice(0),
  }
}

/** Bytes of one delivered range. */
export const RANGE_BYTES = 14

function createRanges() {
  let bytes = new Uint8Array(1_024 * RANGE_BYTES)
  let count = 0
  return {
    add(terminal: string, first: number, length: number): void {
      if ((count + 1) * RANGE_BYTES > bytes.length) {
        const grown = new Uint8Array(bytes.length * 2)
        grown.set(bytes)
        bytes = grown
      }
      const at = count++ * RANGE_BYTES
      bytes.set(fromHex(terminal), at)
      view(bytes).setUint32(at + 6, first)
      view(bytes).setUint32(at + 10, length)
    },
    bytes: (): Uint8Array => bytes.subarray(0, count * RANGE_BYTES),
  }
}

/** Whether a delivery came, over the ranges of all scatters of a day. */
export function openDelivered(ranges: Uint8Array): (words: DataView, at: number) => boolean {
  const all = view(ranges)
  const count = ranges.length / RANGE_BYTES
  const terminalAt = (words: DataView, at: number) =>
    words.getUint16(at) * 0x1_0000_0000 + words.getUint32(at + 2)
  const order = Uint32Array.from({ length: count }, (_, i) => i * RANGE_BYTES).sort(
    (a, b) => terminalAt(all, a) - terminalAt(all, b),
  )
  return (words, at) => {
    const terminal = terminalAt(words, at)
    const sequence = words.getUint32(at + 6)
    let [low, high] = [0, count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (terminalAt(all, order[middle]!) < terminal) low = middle + 1
      else high = middle
    }
    for (; low < count && terminalAt(all, order[low]!) === terminal; low++) {
      const first = all.getUint32(order[low]! + 6)
      if (sequence >= first && sequence - first < all.getUint32(order[low]! + 10)) return true
    }
    return false
  }
}
