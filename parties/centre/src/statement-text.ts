import { canonicalJson } from '@unifare/core'
import type { Statement, StatementLine } from './statement.ts'

/**
 * The canonical JSON of a line that a centre made itself: its texts are digits, codes and days, and
 * need no escapes. Who has other lines asks `canonicalJson`.
 */
export function lineText(line: StatementLine): string {
  const { clearedBy, corrects, entry } = line
  const taps = line.taps.length === 0 ? '[]' : `["${line.taps.join('","')}"]`
  return (
    `{"account":"${line.account}","acquirerMicro":"${line.acquirerMicro}",` +
    `"amountFen":${line.amountFen},"centreMicro":"${line.centreMicro}","charge":"${line.charge}",` +
    (clearedBy === undefined ? '' : `"clearedBy":"${clearedBy}",`) +
    (corrects === undefined ? '' : `"corrects":"${corrects}",`) +
    `"counterparty":"${line.counterparty}","endAt":"${line.endAt}",` +
    (entry === undefined ? '' : `"entry":"${entry}",`) +
    `"feeMicro":"${line.feeMicro}","issuerMicro":"${line.issuerMicro}","medium":"${line.medium}",` +
    `"mode":"${line.mode}","shareMicro":"${line.shareMicro}","side":"${line.side}",` +
    `"tapDay":"${line.tapDay}","taps":${taps},"verdict":"${line.verdict}"}`
  )
}

/** The canonical JSON of any lines, commas between them. */
export function linesText(lines: readonly StatementLine[]): string {
  return lines.map(canonicalJson).join(',')
}

/**
 * What stands before and behind the lines in the canonical JSON of a statement, or of an object that
 * has one behind numbers and days only.
 */
export function textAround(
  statement: Statement,
  within: (statement: Statement) => object = (own) => own,
): { readonly head: string; readonly tail: string } {
  const empty = canonicalJson(within({ ...statement, lines: [] }))
  // Only days, numbers and places of centres above stand before the lines.
  const at = empty.indexOf(NO_LINES) + NO_LINES.length - 1
  return { head: empty.slice(0, at), tail: empty.slice(at) }
}

const NO_LINES = '"lines":[]'
