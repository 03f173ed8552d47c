import { fromHex, fromUtf8, view } from '@unifare/core'
import { accountHash, shardOf } from './account-hash.ts'
import { createRanges, UNREADABLE } from './delivered.ts'
import {
  bytesOfLines,
  chargeWords,
  LINE_BYTES,
  TAP_LINE,
  tapWords,
  writeCharge,
  writeTap,
} from './lines.ts'
import { type ShardShares, sharesByShard, sharesOfRecord } from './member-shares.ts'
import { isReadable } from './readable.ts'
import { CHARGE, TAP } from './record-places.ts'
import type { Scratch } from './scratch.ts'
import type { Range } from './spill.ts'

/** Bytes before the header of every container of the wire, and of the signature behind its body. */
const PREFIX_BYTES = 8
const SIGNATURE_BYTES = 64
const TAP_BATCH = 0x5542
const CHARGE_BATCH = 0x5543
/** The shortest record: what lists of records are as long as. */
const RECORD_MIN = 96
const WORD_BYTES = 4

/** What a distribution came to. */
export interface ScatterResult {
  /** Lines of taps by shard, then lines of charges by shard (`lines.ts`). */
  readonly bytes: Uint8Array
  /** Where the records of every shard stand in them. */
  readonly taps: readonly Range[]
  readonly charges: readonly Range[]
  /** Shares of charges whose price names several members (`member-shares.ts`). */
  readonly shares: readonly ShardShares[]
  /** Sequences that terminals delivered, and again those that cannot be read (`delivered.ts`). */
  readonly delivered: Uint8Array
  readonly tapCount: number
  readonly chargeCount: number
  readonly unreadable: number
}

/** What a distribution begins with: shards are 1 to 256. */
export interface ScatterOptions {
  readonly centre: string
  readonly shards: number
  readonly messagesEnd: number
}

/** Distributes the records of batches over the shards of a day, segment after segment. */
export interface Scatter {
  /** Opens messages that lie in an arena, with room for the lines of their records behind them. */
  begin(arena: Uint8Array, options: ScatterOptions): void
  /** Takes the accepted message of taps or charges that stands at a place; others are passed over. */
  add(from: number, end: number): void
  /** Writes the lines of all records behind the place given, shard by shard. */
  end(to: number): ScatterResult
}

/**
 * Opens a distributor, once for all segments: what is opened for each is compiled anew for each.
 * Messages are those that intake has accepted, so signatures, chains and charges are good; a tap
 * that cannot be read, or that claims another place than the one it was delivered at, is passed over.
 */
export function createScatter(scratch: Scratch): Scatter {
  let arena: Uint8Array
  let words: DataView
  let lines: Uint32Array
  let centre: string
  let shards: number
  let taps: Places
  let helds: Uint32Array
  let charges: Places
  let delivered = createRanges()
  let shares: { readonly shard: number; readonly shares: Uint8Array }[]
  let unreadable: number

  function addTaps(from: number, to: number, header: TapHeader): void {
    const held = header.held(centre)
    const terminal = view(fromHex(header.terminal))
    const [high, low] = [terminal.getUint16(0), terminal.getUint32(2)]
    let sequence = header.first
    delivered.add(header.terminal, header.first, header.end - header.first)
    for (let at = from; at < to; sequence++) {
      const length = words.getUint16(at + TAP.length)
      const own =
        words.getUint32(at + TAP.sequence) === sequence &&
        words.getUint32(at + TAP.terminal + 2) === low &&
        words.getUint16(at + TAP.terminal) === high
      if (own && isReadable(arena, words, at, length)) {
        const hash = accountHash(words, at + TAP.account, words.getUint8(at + TAP.medium))
        helds[taps.count] = held
        addPlace(taps, at, hash, tapWords(words.getUint16(at + TAP.evidenceLength)))
      } else {
        unreadable += 1
        delivered.add(header.terminal, sequence, 1, UNREADABLE)
      }
      at += length
    }
  }

  function addCharges(from: number, to: number): void {
    for (let at = from; at < to; ) {
      const hash = accountHash(words, at + CHARGE.account, words.getUint8(at + CHARGE.medium))
      const own = sharesOfRecord(words, at)
      if (own !== undefined) shares.push({ shard: shardOf(hash, shards), shares: own })
      addPlace(charges, at, hash, chargeWords(words.getUint8(at + CHARGE.tapCount)))
      at += words.getUint16(at + CHARGE.length)
    }
  }

  function copyTaps(first: number, end: number, next: Float64Array): void {
    for (let i = first; i < end; i++) {
      const shard = taps.shards[i]!
      const to = next[shard]!
      next[shard] = to + writeTap(words, taps.places[i]!, lines, to)
      lines[to + TAP_LINE.held] = helds[i]!
      lines[to + TAP_LINE.hash] = taps.hashes[i]!
    }
  }

  function copyCharges(first: number, end: number, next: Float64Array): void {
    for (let i = first; i < end; i++) {
      const shard = charges.shards[i]!
      const to = next[shard]!
      next[shard] = to + writeCharge(words, charges.places[i]!, lines, to, charges.hashes[i]!)
    }
  }

  return {
    begin(own, options) {
      arena = own
      words = view(arena)
      lines = new Uint32Array(arena.buffer, arena.byteOffset, arena.length >>> 2)
      centre = options.centre
      shards = options.shards
      const capacity = Math.ceil(options.messagesEnd / RECORD_MIN)
      scratch.reset()
      taps = createPlaces(capacity, shards, scratch)
      helds = scratch.u32(capacity)
      charges = createPlaces(capacity, shards, scratch)
      delivered = createRanges()
      shares = []
      unreadable = 0
    },
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
      const start = (Math.ceil(to / LINE_BYTES) * LINE_BYTES) / WORD_BYTES
      const tapStarts = startsOf(taps, start)
      const chargeStarts = startsOf(charges, tapStarts[shards]!)
      // What is written behind the end of an array is lost without a word.
      if (chargeStarts[shards]! > lines.length) throw new TypeError('no room for the lines')
      inPieces(taps.count, tapStarts.slice(), copyTaps)
      inPieces(charges.count, chargeStarts.slice(), copyCharges)
      return {
        bytes: bytesOfLines(lines.subarray(start, chargeStarts[shards])),
        taps: rangesOf(tapStarts, start),
        charges: rangesOf(chargeStarts, start),
        shares: sharesByShard(shares),
        delivered: delivered.bytes(),
        tapCount: taps.count,
        chargeCount: charges.count,
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

/** Places of records, with their hash and shard: noted first, so that every shard's room is known. */
interface Places {
  readonly places: Uint32Array
  readonly hashes: Uint32Array
  readonly shards: Uint8Array
  /** Words of every shard. */
  readonly sizes: Float64Array
  count: number
}

function createPlaces(capacity: number, shards: number, scratch: Scratch): Places {
  return {
    places: scratch.u32(capacity),
    hashes: scratch.u32(capacity),
    shards: scratch.u8(capacity),
    sizes: new Float64Array(shards),
    count: 0,
  }
}

function addPlace(to: Places, at: number, hash: number, words: number): void {
  const shard = shardOf(hash, to.sizes.length)
  to.places[to.count] = at
  to.hashes[to.count] = hash
  to.shards[to.count] = shard
  to.sizes[shard]! += words
  to.count += 1
}

/** First words of the shards, and behind the last one the end of all. */
function startsOf({ sizes }: Places, from: number): Float64Array {
  const starts = new Float64Array(sizes.length + 1)
  starts[0] = from
  sizes.forEach((size, shard) => {
    starts[shard + 1] = starts[shard]! + size
  })
  return starts
}

/** Records between two calls: a loop over a whole segment would be compiled anew while it runs. */
const RECORDS_AT_ONCE = 1_024

function inPieces(
  count: number,
  next: Float64Array,
  copy: (first: number, end: number, next: Float64Array) => void,
): void {
  for (let first = 0; first < count; first += RECORDS_AT_ONCE) {
    copy(first, Math.min(first + RECORDS_AT_ONCE, count), next)
  }
}

/** Bytes of every shard, from where the lines begin. */
function rangesOf(starts: Float64Array, from: number): Range[] {
  return Array.from({ length: starts.length - 1 }, (_, shard) => ({
    offset: (starts[shard]! - from) * WORD_BYTES,
    length: (starts[shard + 1]! - starts[shard]!) * WORD_BYTES,
  }))
}
