import { view } from '@unifare/core'
import { ROW, ROW_BYTES, verdictOf } from '../engine/verdict-rows.ts'
import type { Verdict } from '../verdicts.ts'

/** What the rows say of a charge. */
export interface RuledCharge {
  readonly operator: string
  readonly number: number
  readonly verdict: Verdict
  /** Of its taps the one with the highest counter, and the balance behind it. */
  readonly counter: number
  readonly balanceFen: number
}

/** Charges of a bucket's rows, in pages of whole accounts: an account's charges stand on one page. */
export function* ruledPages(
  rows: Uint8Array,
  pageCharges: number,
): Generator<readonly RuledCharge[]> {
  const words = view(rows)
  let page: RuledCharge[] = []
  for (let at = 0; at < rows.length; at += ROW_BYTES) {
    const counter = words.getUint32(at + ROW.counter)
    const balanceFen = words.getUint32(at + ROW.balanceFen)
    // A charge has a row for each of its taps.
    if (words.getUint8(at + ROW.place) > 0) {
      const own = page.at(-1)
      if (own !== undefined && counter > own.counter)
        page[page.length - 1] = { ...own, counter, balanceFen }
      continue
    }
    if (page.length >= pageCharges && !isSameAccount(words, at, at - ROW_BYTES)) {
      yield page
      page = []
    }
    page.push({
      operator: words
        .getUint32(at + ROW.operator)
        .toString(16)
        .padStart(8, '0'),
      number: words.getUint32(at + ROW.number),
      verdict: verdictOf(words.getUint8(at + ROW.verdict)),
      counter,
      balanceFen,
    })
  }
  if (page.length > 0) yield page
}

/** Whether two rows are of one issuer, account and medium. */
function isSameAccount(words: DataView, one: number, other: number): boolean {
  for (let i = ROW.issuer; i <= ROW.medium; i++) {
    if (words.getUint8(one + i) !== words.getUint8(other + i)) return false
  }
  return true
}
