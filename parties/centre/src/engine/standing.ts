import { MEDIA } from '@unifare/tap'
import { CHARGE_LINE, chargeModeAt, mediumAt } from './lines.ts'
import { moneyOf, type SettledMoney } from './member-sums.ts'
import { digitsOf } from './packed.ts'
import type { PastRow } from './past.ts'
import { VERDICT_NUMBERS as V } from './verdict-rows.ts'

interface ChargeFacts {
  readonly operator: string
  readonly number: number
  readonly corrects: number
  readonly mode: number
  readonly medium: number
}

/** A charge of an account that corrections speak of. */
interface KnownCharge extends ChargeFacts {
  readonly verdict: number
  readonly money: SettledMoney | null
  /** Name of the journey's first charge that settled: its taps are settled under it. */
  readonly first: string
}

/** What a correction stands on. */
export type Standing =
  /** A charge that settled and stands: it is taken back. */
  | {
      readonly kind: 'settled'
      readonly name: string
      readonly money: SettledMoney
      readonly first: string
    }
  /** Nothing of the journey settled: the correction is judged as a first charge. */
  | { readonly kind: 'first' }
  | { readonly kind: 'refused'; readonly verdict: number }

/** A charge that stands on nothing. */
export const FIRST: Standing = { kind: 'first' }

/** Charges of one account, of earlier days and of today so far: what corrections stand on. */
export interface AccountCharges {
  /** What the charge at a place amounts to (ADR 12; `standingOf` says the same with objects). */
  standing(lines: Uint32Array, at: number): Standing
  /** Name under which the taps of a charge at a place settle. */
  firstOf(lines: Uint32Array, at: number, standing: Standing): string
  /** Name under which a tap of an earlier day settled. */
  firstOfRow(row: PastRow): string
  /** Notes a charge of today with its verdict. */
  add(
    lines: Uint32Array,
    at: number,
    judged: {
      readonly verdict: number
      readonly money: SettledMoney | null
      readonly standing: Standing
    },
  ): void
}

/** Opens an account's charges on its rows of earlier days, oldest first. */
export function accountCharges(rows: readonly PastRow[]): AccountCharges {
  const known = new Map<string, KnownCharge>()
  const corrected = new Set<string>()

  function note(
    charge: ChargeFacts,
    judged: Pick<KnownCharge, 'verdict' | 'money'>,
    standing: Standing,
  ): void {
    const name = nameOf(charge)
    const isSettled = standing.kind === 'settled'
    if (judged.verdict === V.normal && isSettled) corrected.add(standing.name)
    known.set(name, { ...charge, ...judged, first: isSettled ? standing.first : name })
  }

  function standingOf(charge: ChargeFacts): Standing {
    let number = charge.corrects
    if (number === 0) return FIRST
    for (;;) {
      const name = nameOf({ operator: charge.operator, number })
      // A number that does not fall could name itself.
      const old = number < charge.number ? known.get(name) : undefined
      const isSame =
        charge.medium === MEDIA.code && old?.medium === MEDIA.code && old.mode === charge.mode
      if (!isSame) return { kind: 'refused', verdict: V['charge.unknown'] }
      if (old.verdict === V.normal && old.money !== null) {
        return corrected.has(name)
          ? { kind: 'refused', verdict: V['charge.corrected'] }
          : { kind: 'settled', name, money: old.money, first: old.first }
      }
      if (old.corrects === 0) return FIRST
      if (old.corrects >= number) return { kind: 'refused', verdict: V['charge.unknown'] }
      number = old.corrects
    }
  }

  for (const row of rows) {
    // The first row of a code's charge has its whole price.
    if (row.place !== 0) continue
    const settled = row.verdict === V.normal && row.fee !== undefined
    const money = settled && row.fee !== undefined ? moneyOf(row.amountFen, row.fee) : null
    note(row, { verdict: row.verdict, money }, standingOf(row))
  }

  return {
    standing: (lines, at) => standingOf(chargeAt(lines, at)),
    firstOf: (lines, at, standing) =>
      standing.kind === 'settled' ? standing.first : nameOf(chargeAt(lines, at)),
    firstOfRow: (row) => known.get(nameOf(row))?.first ?? nameOf(row),
    add: (lines, at, { standing, ...judged }) => note(chargeAt(lines, at), judged, standing),
  }
}

function nameOf({ operator, number }: Pick<ChargeFacts, 'operator' | 'number'>): string {
  return `${operator}-${number}`
}

function chargeAt(lines: Uint32Array, at: number): ChargeFacts {
  return {
    operator: digitsOf(lines[at + CHARGE_LINE.operator]!),
    number: lines[at + CHARGE_LINE.number]!,
    corrects: lines[at + CHARGE_LINE.corrects]!,
    mode: chargeModeAt(lines, at),
    medium: mediumAt(lines, at),
  }
}
