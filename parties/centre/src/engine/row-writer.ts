import { view } from '@unifare/core'
import { MEDIA } from '@unifare/tap'
import { namedAt } from './charge-columns.ts'
import type { Gathered } from './gather.ts'
import { CHARGE, NAMED, TAP } from './record-places.ts'
import { NO_FEE_ROW, ROW, ROW_BYTES } from './verdict-rows.ts'

/** Writes the rows of one charge after the other; `feeRow` −1 where nothing settles. */
export function createRowWriter(
  { charges, taps }: Gathered,
  capsFen: ReadonlyMap<number, number>,
  rows: Uint8Array,
): (charge: number, verdict: number, feeRow: number) => void {
  const out = view(rows)
  const { words } = charges
  const record = taps.words
  let to = 0

  function write(at: number, named: number, verdict: number, feeRow: number): void {
    const account = at + CHARGE.account
    out.setUint32(to + ROW.operator, words.getUint32(at + CHARGE.operator))
    out.setUint32(to + ROW.number, words.getUint32(at + CHARGE.number))
    out.setUint32(to + ROW.corrects, words.getUint32(at + CHARGE.corrects))
    out.setUint8(to + ROW.medium, words.getUint8(at + CHARGE.medium))
    out.setUint8(to + ROW.mode, words.getUint8(at + CHARGE.mode))
    out.setUint32(to + ROW.issuer, words.getUint32(account))
    out.setUint32(to + ROW.issuer + 4, words.getUint32(account + 4))
    out.setUint32(to + ROW.issuer + 8, words.getUint32(account + 8))
    out.setUint16(to + ROW.issuer + 12, words.getUint16(account + 12))
    out.setUint8(to + ROW.verdict, verdict)
    out.setUint16(to + ROW.feeRow, feeRow === -1 ? NO_FEE_ROW : feeRow)
    out.setUint32(to + ROW.terminal, words.getUint32(named + NAMED.terminal))
    out.setUint16(to + ROW.terminal + 4, words.getUint16(named + NAMED.terminal + 4))
    out.setUint32(to + ROW.sequence, words.getUint32(named + NAMED.sequence))
    out.setUint32(to + ROW.tapDay, words.getUint32(at + CHARGE.tapDay))
  }

  function writeTap(row: number): void {
    const place = taps.places[row]!
    const isCard = record.getUint8(place + TAP.medium) === MEDIA.card
    const money = isCard ? record.getUint32(place + TAP.balanceFen) : (capsFen.get(row) ?? 0)
    out.setUint32(to + ROW.balanceFen, money)
    out.setUint32(to + ROW.counter, record.getUint32(place + TAP.counter))
    out.setUint16(to + ROW.at, record.getUint16(place + TAP.at))
    out.setUint32(to + ROW.at + 2, record.getUint32(place + TAP.at + 2))
  }

  return (charge, verdict, feeRow) => {
    const at = charges.places[charge]!
    const isCard = words.getUint8(at + CHARGE.medium) === MEDIA.card
    let named = namedAt(words, at)
    const [first, end] = [charges.starts[charge]!, charges.starts[charge + 1]!]
    for (let i = first; i < end; i++) {
      write(at, named, verdict, feeRow)
      out.setUint8(to + ROW.place, i - first)
      const wholeFen = i === first ? words.getUint32(at + CHARGE.amountFen) : 0
      out.setUint32(
        to + ROW.amountFen,
        isCard ? words.getUint32(named + NAMED.amountFen) : wholeFen,
      )
      if (charges.taps[i] !== -1) writeTap(charges.taps[i]!)
      named += NAMED.bytes
      to += ROW_BYTES
    }
  }
}
