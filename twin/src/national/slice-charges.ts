import { fromHex, view } from '@unifare/core'
import { chargeHead, chargeTapLayout, encodeCharge, tapHead } from '@unifare/tap'
import { CARD_TAP_BYTES, type CardSlice } from './card-slice.ts'
import type { Expected, NationalFault } from './faults.ts'
import type { NationalPlan } from './national-plan.ts'

const FLAT = { rule: 'flat', tariff: 'national-flat' } as const
/** Before the deadline of every plan. */
const OVERDUE_DAY = '20250101'
const GHOST_SEQUENCE = 4_000_000_000
/** A charge that claims more than the card was debited. */
const FOREIGN_FEN = 50

const TAP = tapHead.fields
const CHARGE = chargeHead.fields
const NAMED = chargeTapLayout.fields

/** Charges of a slice by operator, each list in the order of its numbers. */
export interface SliceCharges {
  readonly byOperator: ReadonlyMap<string, readonly Uint8Array[]>
  /** Charges that must not settle. */
  readonly expected: readonly Expected[]
}

/**
 * A charge for every card tap of a slice, as its operator makes them, and what each fault adds.
 * `firstNumber` is the number of each operator's first charge.
 */
export function chargeCards(
  plan: NationalPlan,
  slice: CardSlice,
  firstNumber: number,
): SliceCharges {
  const byOperator = new Map<string, Uint8Array[]>()
  const expected: Expected[] = []
  const templates = new Map<string, Uint8Array>()
  let ghosts = 0

  function charge(row: number, changes: ChargeChanges, fault?: NationalFault): void {
    const { operator } = slice.places[slice.terminals[row]!]!
    let own = byOperator.get(operator)
    if (own === undefined) byOperator.set(operator, (own = []))
    let template = templates.get(operator)
    if (template === undefined) {
      template = templateOf(plan, operator)
      templates.set(operator, template)
    }
    const number = firstNumber + own.length
    own.push(chargeOf(template, slice, row, { ...changes, number }))
    if (fault !== undefined) expected.push({ operator, number, verdict: fault })
  }

  slice.faults.forEach((fault, row) => {
    switch (fault) {
      case 'tap.missing':
        ghosts += 1
        charge(row, { sequence: GHOST_SEQUENCE + ghosts }, fault)
        break
      case 'tap.charged':
        // The first one settles: both end at the same time, and the lower number comes first.
        charge(row, {})
        charge(row, {}, fault)
        break
      case 'tap.foreign':
        charge(row, { moreFen: FOREIGN_FEN }, fault)
        break
      case 'tap.overdue':
        charge(row, { tapDay: OVERDUE_DAY }, fault)
        break
      case undefined:
      case 'card.bad-tac':
      case 'card.bad-mac2':
      case 'card.evidence':
      case 'tap.conflict':
      case 'deny.listed':
      case 'test':
        charge(row, {}, fault)
        break
    }
  })
  return { byOperator, expected }
}

interface ChargeChanges {
  readonly sequence?: number
  readonly moreFen?: number
  readonly tapDay?: string
}

const PART_FEN_BYTES = 4

function chargeOf(
  template: Uint8Array,
  { bytes }: CardSlice,
  row: number,
  changes: ChargeChanges & { readonly number: number },
): Uint8Array {
  const charge = template.slice()
  const words = view(charge)
  const from = row * CARD_TAP_BYTES
  const record = view(bytes)
  const amountFen = record.getUint32(from + TAP.amountFen[0]) + (changes.moreFen ?? 0)
  const at = bytes.subarray(from + TAP.at[0], from + TAP.at[0] + 6)
  words.setUint32(CHARGE.number[0], changes.number)
  charge.set(bytes.subarray(from + TAP.issuer[0], from + TAP.counter[0]), CHARGE.issuer[0])
  charge.set(at, CHARGE.startAt[0])
  charge.set(at, CHARGE.endAt[0])
  words.setUint16(CHARGE.line[0], record.getUint16(from + TAP.line[0]))
  words.setUint32(CHARGE.amountFen[0], amountFen)
  if (changes.tapDay !== undefined) charge.set(fromHex(changes.tapDay), CHARGE.tapDay[0])
  const named = chargeHead.length + FLAT.tariff.length
  charge.set(bytes.subarray(from + TAP.terminal[0], from + TAP.sequence[0] + 4), named)
  if (changes.sequence !== undefined) {
    words.setUint32(named + NAMED.sequence[0], changes.sequence)
  }
  words.setUint32(named + NAMED.amountFen[0], amountFen)
  words.setUint32(charge.length - FLAT.rule.length - 1 - PART_FEN_BYTES, amountFen)
  return charge
}

function templateOf({ day }: NationalPlan, operator: string): Uint8Array {
  return encodeCharge({
    version: 1,
    operator,
    number: 1,
    corrects: 0,
    medium: 'card',
    mode: 'bus',
    issuer: '20000001',
    account: '0'.repeat(19),
    city: '1000',
    tapDay: day,
    startAt: 0,
    endAt: 0,
    line: 0,
    from: 0,
    to: 0,
    distanceM: 0,
    amountFen: 0,
    currency: 156,
    tariff: FLAT.tariff,
    tariffVersion: 1,
    test: false,
    taps: [{ terminal: '000000000000', sequence: 0, amountFen: 0 }],
    parts: [{ rule: FLAT.rule, amountFen: 0 }],
  })
}
