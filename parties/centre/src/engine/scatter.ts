import { fromHex, fromUtf8, view } from '@unifare/core'
import { accountHash, shardOf } from './account-hash.ts'
import { isReadable } from './readable.ts'
import { CHARGE, HELD_BYTES, TAP } from './record-places.ts'
import type { Range } from './spill.ts'

/** Bytes before the header of every container of the wire, and of the signature behind its body. */
const PREFIX_BYTES = 8
const SIGNATURE_BYTES = 64
const TAP_BATCH = 0x5542
const CHARGE_BATCH = 0x5543
/** The shortest record: what lists of records are as long as. */
const RECORD_MIN = 96

/** What a distribution came to. */
export interface ScatterResult {
  /** Taps by shard, then charges by shard, each tap behind the deny version its terminal held. */
  readonly bytes: Uint8Array
  /** Where the records of every shard stand in them. */
  readonly taps: readonly Range[]
  readonly charges: readonly Range[]
  /** Sequences that terminals delivered: 6 bytes of terminal, first, count; 14 bytes each. */
  readonly delivered: Uint8Array
  readonly tapCount: number
  readonly chargeCount: number
  readonly unreadable: number
}

/** Distributes the records of batches over the shards of a day. */
export interface Scatter {
  /** Takes the accepted message of taps or charges that stands at a place; others are passed over. */
  add(from: number, end: number): void
  /** Copies all records behind the place given, shard by shard. */
  end(to: number): ScatterResult
}

/**
 * Opens a distribution over shards (1 to 256) of messages that lie in an arena, which has room for
 * their records behind them. Messages are those that intake has accepted, so signatures, chains and
 * charges are good; a tap that cannot be read, or that claims another place than the one it was
 * delivered at, is passed over.
 */
export function createScatter(
  arena: Uint8Array,
  options: { readonly centre: string; readonly shards: number; readonly messagesEnd: number },
): Scatter {
  const { centre, shards } = options
  const words = view(arena)
  const capacity = Math.ceil(options.messagesEnd / RECORD_MIN)
  const taps = createPlaces(arena, { capacity, shards, prefix: HELD_BYTES })
  const charges = createPlaces(arena, { capacity, shards, prefix: 0 })
  const delivered = createRanges()
  let unreadable = 0

  function addTaps(from: number, to: number, header: TapHeader): void {
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
      if (own && isReadable(arena, words, at, length)) {
        const hash = accountHash(words, at + TAP.account, words.getUint8(at + TAP.medium))
        taps.add(at, length, shardOf(hash, shards), held)
      } else unreadable += 1
      at += length
    }
  }

  function addCharges(from: number, to: number): void {
    for (let at = from; at < to; ) {
      const length = words.getUint16(at + CHARGE.length)
      const hash = accountHash(words, at + CHARGE.account, words.getUint8(at + CHARGE.medium))
      charges.add(at, length, shardOf(hash, shards), 0)
      at += length
    }
  }

  return {
    add(from, end) {
      const body = from + PREFIX_BYTES + words.getUint32(from + 4)
      if (body + PREFIX_BYTES > end) return
      const magic = words.getUint16(body)
      if (magic !== TAP_BATCH && magic !== CHARGE_BATCH) return
      const headerAt = body + PREFIX_BYTES
      const records = headerAt + words.getUint32(body + 4)
      const last = end - 2 * SIGNATURE_BYTES
      if (magic === CHARGE_BATCH) addCharges(records, last)
      else addTaps(records, last, readHeader(arena.subarray(headerAt, records)))
    },
    end(to) {
      const tapRanges = taps.copy(to, 0)
      const charged = tapRanges.reduce((sum, { length }) => sum + length, 0)
      const chargeRanges = charges.copy(to, charged)
      const length = chargeRanges.reduce((sum, one) => sum + one.length, charged)
      return {
        bytes: arena.subarray(to, to + length),
        taps: tapRanges,
        charges: chargeRanges,
        delivered: delivered.bytes(),
        tapCount: taps.count(),
        chargeCount: charges.count(),
        unreadable,
      }
    },
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

/** Places of records by shard: noted first, then every record is copied once, to where it belongs. */
function createPlaces(
  arena: Uint8Array,
  options: { readonly capacity: number; readonly shards: number; readonly prefix: number },
) {
  const { capacity, shards, prefix } = options
  const words = view(arena)
  const places = new Uint32Array(capacity)
  const lengths = new Uint16Array(capacity)
  const owners = new Uint8Array(capacity)
  const holds = prefix > 0 ? new Uint32Array(capacity) : undefined
  const sizes = new Float64Array(shards)
  let count = 0
  return {
    count: () => count,
    add(at: number, length: number, shard: number, held: number): void {
      places[count] = at
      lengths[count] = length
      owners[count] = shard
      if (holds !== undefined) holds[count] = held
      sizes[shard]! += prefix + length
      count += 1
    },
    /** Copies behind `to + start`; ranges count from `to`. */
    copy(to: number, start: number): Range[] {
      const next = new Float64Array(shards)
      let offset = start
      const ranges = Array.from(sizes, (length, shard) => {
        next[shard] = to + offset
        offset += length
        return { offset: offset - length, length }
      })
      for (let i = 0; i < count; i++) {
        let place = next[owners[i]!]!
        if (holds !== undefined) {
          words.setUint32(place, holds[i]!)
          place += prefix
        }
        const [at, length] = [places[i]!, lengths[i]!]
        arena.copyWithin(place, at, at + length)
        next[owners[i]!] = place + length
      }
      return ranges
    },
  }
}

/** Bytes of one delivered range. */
const RANGE_BYTES = 14

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
    bytes: (): Uint8Array => bytes.slice(0, count * RANGE_BYTES),
  }
}

/** Whether a delivery came, over the ranges of all scatters of a day. */
export function openDelivered(ranges: Uint8Array): (words: DataView, at: number) => boolean {
  const all = view(ranges)
  const count = ranges.length / RANGE_BYTES
  const terminalAt = (words: DataView, at: number) =>
    words.getUint16(at) * 0x1_0000_0000 + words.getUint32(at + 2)
  let sorted: Uint32Array | undefined
  /** Sorted when it is asked for the first time: most shards miss nothing. */
  const order = () => {
    sorted ??= Uint32Array.from({ length: count }, (_, i) => i * RANGE_BYTES).sort(
      (a, b) => terminalAt(all, a) - terminalAt(all, b),
    )
    return sorted
  }
  return (words, at) => {
    const places = order()
    const terminal = terminalAt(words, at)
    const sequence = words.getUint32(at + 6)
    let [low, high] = [0, count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (terminalAt(all, places[middle]!) < terminal) low = middle + 1
      else high = middle
    }
    for (; low < count && terminalAt(all, places[low]!) === terminal; low++) {
      const first = all.getUint32(places[low]! + 6)
      if (sequence >= first && sequence - first < all.getUint32(places[low]! + 10)) return true
    }
    return false
  }
}
