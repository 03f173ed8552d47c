import type { EvidenceColumns } from '@unifare/card'
import { CARD_TAP_BYTES, type CardSlice, makeCardSlice } from './card-slice.ts'
import { makeCodeSlice } from './code-slice.ts'
import { type NationalPlan, operatorIds, sliceShape } from './national-plan.ts'
import { chargeCards } from './slice-charges.ts'
import type { SliceRecords } from './slice-messages.ts'

/** Charges that an operator may make in one slice: several slices may share an operator. */
const NUMBERS_PER_SLICE = 1_000_000

/** One slice of a national day: all its records, and what must not settle. */
export async function makeNationalSlice(
  plan: NationalPlan,
  index: number,
  columns: readonly EvidenceColumns[],
): Promise<SliceRecords> {
  const shape = sliceShape(plan, index)
  const slice = makeCardSlice(plan, shape, columns)
  // Numbers of a shared operator go on where those of its slice before must have ended.
  const first = 1 + Math.floor(index / operatorIds(plan).length) * NUMBERS_PER_SLICE
  const cards = chargeCards(plan, slice, first)
  const codes = await makeCodeSlice(
    plan,
    shape,
    (operator) => first + (cards.byOperator.get(operator)?.length ?? 0),
  )
  return {
    terminals: [...recordsByTerminal(slice), ...codes.terminals],
    charges: merged(cards.byOperator, codes.charges),
    expected: [...cards.expected, ...codes.expected],
  }
}

function merged(
  one: ReadonlyMap<string, readonly Uint8Array[]>,
  other: ReadonlyMap<string, readonly Uint8Array[]>,
): Map<string, readonly Uint8Array[]> {
  const all = new Map(one)
  for (const [operator, records] of other) {
    all.set(operator, [...(all.get(operator) ?? []), ...records])
  }
  return all
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
