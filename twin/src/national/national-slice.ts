import type { EvidenceColumns } from '@unifare/card'
import { CARD_TAP_BYTES, type CardSlice, makeCardSlice } from './card-slice.ts'
import { type NationalPlan, operatorIds, sliceShape } from './national-plan.ts'
import { chargeCards } from './slice-charges.ts'
import type { SliceRecords } from './slice-messages.ts'

/** Charges that an operator may make in one slice: several slices may share an operator. */
const NUMBERS_PER_SLICE = 1_000_000

/** One slice of a national day: all its records, and what must not settle. */
export function makeNationalSlice(
  plan: NationalPlan,
  index: number,
  columns: readonly EvidenceColumns[],
): SliceRecords {
  const shape = sliceShape(plan, index)
  const slice = makeCardSlice(plan, shape, columns)
  // Numbers of a shared operator go on where those of its slice before must have ended.
  const turn = Math.floor(index / operatorIds().length)
  const { byOperator, expected } = chargeCards(plan, slice, 1 + turn * NUMBERS_PER_SLICE)
  return { terminals: recordsByTerminal(slice), charges: byOperator, expected }
}

function recordsByTerminal({ places, terminals, bytes, count }: CardSlice) {
  const byTerminal = places.map(({ terminal, operator }) => ({
    terminal,
    operator,
    records: [] as Uint8Array[],
  }))
  for (let row = 0; row < count; row++) {
    byTerminal[terminals[row]!]?.records.push(
      bytes.subarray(row * CARD_TAP_BYTES, (row + 1) * CARD_TAP_BYTES),
    )
  }
  return byTerminal.filter(({ records }) => records.length > 0)
}
