import { view } from '@unifare/core'
import { MEDIA } from '@unifare/tap'
import { CHARGE_LINE, chargeModeAt, mediumAt, NAMED_LINE, namedAt, TAP_LINE } from './lines.ts'
import { NO_CAP } from './shard-evidence.ts'
import type { ShardLists } from './shard-lists.ts'
import { NO_FEE_ROW, ROW, ROW_BYTES } from './verdict-rows.ts'

/** Writes the rows of one charge after the other; `feeRow` −1 where nothing settles. */
export function createRowWriter(
  { charges, taps }: ShardLists,
  capsFen: Uint32Array,
  rows: Uint8Array,
): (charge: number, verdict: number, feeRow: number) => void {
  const out = view(rows)
  const { lines } = charges
  const rides = taps.lines
  let to = 0

  function write(at: number, named: number, verdict: number, feeRow: number): void {
    out.setUint32(to + ROW.operator, lines[at + CHARGE_LINE.operator]!)
    out.setUint32(to + ROW.number, lines[at + CHARGE_LINE.number]!)
    out.setUint32(to + ROW.corrects, lines[at + CHARGE_LINE.corrects]!)
    out.setUint8(to + ROW.medium, mediumAt(lines, at))
    out.setUint8(to + ROW.mode, chargeModeAt(lines, at))
    out.setUint32(to + ROW.issuer, lines[at + CHARGE_LINE.issuer]!)
    out.setUint32(to + ROW.issuer + 4, lines[at + CHARGE_LINE.issuer + 1]!)
    out.setUint32(to + ROW.issuer + 8, lines[at + CHARGE_LINE.issuer + 2]!)
    out.setUint16(to + ROW.issuer + 12, lines[at + CHARGE_LINE.medium]! >>> 16)
    out.setUint8(to + ROW.verdict, verdict)
    out.setUint16(to + ROW.feeRow, feeRow === -1 ? NO_FEE_ROW : feeRow)
    out.setUint16(to + ROW.terminal, lines[named + NAMED_LINE.terminalHigh]! >>> 16)
    out.setUint32(to + ROW.terminal + 2, lines[named + NAMED_LINE.terminalLow]!)
    out.setUint32(to + ROW.sequence, lines[named + NAMED_LINE.sequence]!)
    out.setUint32(to + ROW.tapDay, lines[at + CHARGE_LINE.tapDay]!)
  }

  function writeTap(tap: number): void {
    const place = taps.places[tap]!
    const isCard = mediumAt(rides, place) === MEDIA.card
    const capFen = capsFen[tap] === NO_CAP ? 0 : capsFen[tap]!
    out.setUint32(to + ROW.balanceFen, isCard ? rides[place + TAP_LINE.balanceFen]! : capFen)
    out.setUint32(to + ROW.counter, rides[place + TAP_LINE.counter]!)
    out.setUint16(to + ROW.at, rides[place + TAP_LINE.atHigh]! >>> 16)
    out.setUint32(to + ROW.at + 2, rides[place + TAP_LINE.atLow]!)
  }

  return (charge, verdict, feeRow) => {
    const at = charges.places[charge]!
    const isCard = mediumAt(lines, at) === MEDIA.card
    let named = namedAt(at, 0)
    const [first, end] = [charges.starts[charge]!, charges.starts[charge + 1]!]
    for (let i = first; i < end; i++) {
      write(at, named, verdict, feeRow)
      out.setUint8(to + ROW.place, i - first)
      const wholeFen = i === first ? lines[at + CHARGE_LINE.amountFen]! : 0
      out.setUint32(to + ROW.amountFen, isCard ? lines[named + NAMED_LINE.amountFen]! : wholeFen)
      if (charges.taps[i] !== -1) writeTap(charges.taps[i]!)
      named += NAMED_LINE.words
      to += ROW_BYTES
    }
  }
}
