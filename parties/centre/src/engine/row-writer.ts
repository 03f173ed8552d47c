import { MEDIA } from '@unifare/tap'
import { CHARGE_LINE, chargeModeAt, mediumAt, NAMED_LINE, namedAt, TAP_LINE } from './lines.ts'
import { NO_CAP } from './shard-evidence.ts'
import type { ShardLists } from './shard-lists.ts'
import { NO_FEE_ROW, ROW_BYTES } from './verdict-rows.ts'

/** Writes the rows of shard after shard. */
export interface RowWriter {
  /** Opens a shard, and the memory for its rows. */
  begin(shard: ShardLists, capsFen: Uint32Array, rows: Uint8Array): void
  /** Writes the rows of one charge after the other; `feeRow` −1 where nothing settles. */
  write(charge: number, verdict: number, feeRow: number): void
}

/** Opens a writer, once for all shards: what is opened for each is compiled anew for each. */
export function createRowWriter(): RowWriter {
  let charges: ShardLists['charges']
  let taps: ShardLists['taps']
  let lines: Uint32Array
  let rides: Uint32Array
  let capsFen: Uint32Array
  let out: Uint32Array
  let to = 0

  /** What all rows of a charge have, and the name of the tap; word by word as `verdictRow` says. */
  function writeHead(at: number, named: number, mode: number, ruled: number): void {
    for (let i = 0; i < 3; i++) out[to + i] = swapped(lines[at + CHARGE_LINE.operator + i]!)
    for (let i = 0; i < 3; i++) out[to + 3 + i] = swapped(lines[at + CHARGE_LINE.issuer + i]!)
    out[to + 6] = swapped((lines[at + CHARGE_LINE.medium]! & 0xffffff00) | mode)
    out[to + 7] = swapped(lines[at + CHARGE_LINE.tapDay]!)
    out[to + 8] = swapped(ruled)
    const low = lines[named + NAMED_LINE.terminalLow]!
    out[to + 11] = swapped((lines[named + NAMED_LINE.terminalHigh]! & 0xffff0000) | (low >>> 16))
    out[to + 12] = swapped(low << 16)
    out[to + 14] = swapped(lines[named + NAMED_LINE.sequence]!)
  }

  function writeTap(tap: number): void {
    const place = taps.places[tap]!
    const isCard = mediumAt(rides, place) === MEDIA.card
    const capFen = capsFen[tap] === NO_CAP ? 0 : capsFen[tap]!
    out[to + 10] = swapped(isCard ? rides[place + TAP_LINE.balanceFen]! : capFen)
    const low = rides[place + TAP_LINE.terminalLow]!
    out[to + 12] = swapped((low << 16) | (rides[place + TAP_LINE.atHigh]! >>> 16))
    out[to + 13] = swapped(rides[place + TAP_LINE.atLow]!)
    out[to + 15] = swapped(rides[place + TAP_LINE.counter]!)
  }

  return {
    begin(shard, caps, rows) {
      charges = shard.charges
      taps = shard.taps
      lines = charges.lines
      rides = taps.lines
      capsFen = caps
      out = new Uint32Array(rows.buffer, rows.byteOffset, rows.length / 4)
      to = 0
    },
    write(charge, verdict, feeRow) {
      const at = charges.places[charge]!
      const isCard = mediumAt(lines, at) === MEDIA.card
      const mode = chargeModeAt(lines, at)
      const ruled = (verdict << 24) | (feeRow === -1 ? NO_FEE_ROW : feeRow)
      let named = namedAt(at, 0)
      const first = charges.starts[charge]!
      const end = charges.starts[charge + 1]!
      for (let i = first; i < end; i++) {
        writeHead(at, named, mode, ruled | ((i - first) << 16))
        const wholeFen = i === first ? lines[at + CHARGE_LINE.amountFen]! : 0
        out[to + 9] = swapped(isCard ? lines[named + NAMED_LINE.amountFen]! : wholeFen)
        if (charges.taps[i] !== -1) writeTap(charges.taps[i]!)
        named += NAMED_LINE.words
        to += ROW_BYTES / 4
      }
    },
  }
}

/** A word whose bytes in memory are its bytes in a row: rows are big-endian, lines are not. */
function swapped(word: number): number {
  return (word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24)
}
