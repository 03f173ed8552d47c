import { deliveryId, type Tap } from '@unifare/tap'
import { TAP_LINE } from './lines.ts'
import { deliveryAt } from './past.ts'
import type { TapList } from './shard-lists.ts'
import { VERDICT_NUMBERS } from './verdict-rows.ts'

/** Up to so many taps of one account every pair is compared; more go through a map. */
const PAIRS_MAX = 16

/** A record by its terminal and place in it. */
export type RecordName = Pick<Tap, 'terminal' | 'sequence'>

/** Taps that the charges of one account name: a part of all. */
export interface NamedTaps {
  readonly named: Int32Array
  readonly first: number
  readonly end: number
}

/**
 * Marks the card taps of one account that stand under another identity than the one their terminal
 * serial is for (map, decision 3): the one whose evidence verifies, else the earlier delivery. The
 * TAC does not cover the purse counter, so a good TAC under another counter shows up here. Taps that
 * did not come are -1.
 */
export function markConflicts(
  { lines, places }: Pick<TapList, 'lines' | 'places'>,
  account: NamedTaps,
  evidence: Uint8Array,
  conflicts: Uint8Array,
): void {
  const isFew = account.end - account.first <= PAIRS_MAX
  if (!isFew || hasTwice(lines, places, account)) {
    markAlike(lines, places, account, { evidence, conflicts })
  }
}

function markAlike(
  lines: Uint32Array,
  places: Uint32Array,
  { named, first, end }: NamedTaps,
  { evidence, conflicts }: { readonly evidence: Uint8Array; readonly conflicts: Uint8Array },
): void {
  const rows = named.subarray(first, end).filter((tap) => tap !== -1)
  const bySerial = new Map<string, number[]>()
  for (const row of rows) {
    const at = places[row]!
    const key = `${lines[at + TAP_LINE.serial]}/${lines[at]! >>> 16}/${lines[at + TAP_LINE.terminalLow]}`
    const alike = bySerial.get(key)
    if (alike === undefined) bySerial.set(key, [row])
    else alike.push(row)
  }
  for (const alike of bySerial.values()) {
    if (alike.length < 2) continue
    const owner = alike.reduce((best, row) => (truer(row, best) ? row : best))
    for (const row of alike) {
      if (counterOf(row) !== counterOf(owner)) conflicts[row] = 1
    }
  }

  function counterOf(row: number): number {
    return lines[places[row]! + TAP_LINE.counter]!
  }

  function truer(one: number, other: number): boolean {
    const [good, otherGood] = [one, other].map((row) => evidence[row] === VERDICT_NUMBERS.normal)
    return good === otherGood ? nameOf(one) < nameOf(other) : good === true
  }

  function nameOf(row: number): string {
    return deliveryAt(lines, places[row]!)
  }
}

/** Whether two of the taps share terminal and serial. */
function hasTwice(
  lines: Uint32Array,
  places: Uint32Array,
  { named, first, end }: NamedTaps,
): boolean {
  for (let i = first + 1; i < end; i++) {
    if (named[i] === -1) continue
    const one = places[named[i]!]!
    for (let j = first; j < i; j++) {
      if (named[j] === -1) continue
      const other = places[named[j]!]!
      if (
        lines[one + TAP_LINE.serial] === lines[other + TAP_LINE.serial] &&
        lines[one + TAP_LINE.terminalLow] === lines[other + TAP_LINE.terminalLow] &&
        lines[one]! >>> 16 === lines[other]! >>> 16
      ) {
        return true
      }
    }
  }
  return false
}

/** Marks the taps of a shard whose records are named. */
export function markNamed(
  { lines, places, count }: TapList,
  named: readonly RecordName[],
  marks: Uint8Array,
): void {
  if (named.length === 0) return
  const names = new Set(named.map(deliveryId))
  const sequences = new Set(named.map(({ sequence }) => sequence))
  for (let tap = 0; tap < count; tap++) {
    const place = places[tap]!
    if (!sequences.has(lines[place + TAP_LINE.sequence]!)) continue
    if (names.has(deliveryAt(lines, place))) marks[tap] = 1
  }
}
