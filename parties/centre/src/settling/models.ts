import type { Day, ErrorText } from '@unifare/core'
import { requireData } from '@unifare/core'
import { type Dated, inForce } from '../rules/dated.ts'

/** How money between two members is settled (reference clearing 1.9, 15). */
export const SETTLEMENT_MODELS = {
  'deferred-net': { en: 'net over all members, through the centre', zh: '延时多边净额' },
  'bilateral-net': { en: 'net between the two', zh: '双边净额' },
  gross: { en: 'every day and direction by itself', zh: '全额' },
} as const satisfies Record<string, ErrorText>

export type SettlementModel = keyof typeof SETTLEMENT_MODELS

/** The model of a pair of members, in either direction; `any` is everybody. */
export interface ModelRow extends Dated {
  readonly one: string
  readonly other: string
  readonly model: SettlementModel
}

/** Models of the demonstration network: ours. */
export const DEMONSTRATION_MODELS: readonly ModelRow[] = [
  {
    id: 'all',
    one: 'any',
    other: 'any',
    model: 'deferred-net',
    validFrom: '2026-01-01',
    validTo: null,
    source: 'ours',
  },
]

/** The row of a pair: the one that names most of the two wins. Throws `window.no-model`. */
export function modelOf(
  rows: readonly ModelRow[],
  {
    debtor,
    creditor,
    day,
  }: { readonly debtor: string; readonly creditor: string; readonly day: Day },
): SettlementModel {
  let best: ModelRow | undefined
  for (const row of rows) {
    if (!inForce(row, day) || !speaksOf(row, debtor, creditor)) continue
    if (best === undefined || named(row) > named(best)) best = row
  }
  requireData(best !== undefined, 'window.no-model', `no model for ${debtor} and ${creditor}`)
  return best.model
}

function speaksOf({ one, other }: ModelRow, a: string, b: string): boolean {
  const fits = (rule: string, member: string) => rule === 'any' || rule === member
  return (fits(one, a) && fits(other, b)) || (fits(one, b) && fits(other, a))
}

function named({ one, other }: ModelRow): number {
  return Number(one !== 'any') + Number(other !== 'any')
}

/** Refuses (`window.bad-model`) two rows in force at once that name the same pair, or one member each and so the same pair. */
export function checkModelRows(rows: readonly ModelRow[]): void {
  for (const [index, row] of rows.entries()) {
    const clash = rows.slice(0, index).find((before) => overlap(before, row) && alike(before, row))
    requireData(
      clash === undefined,
      'window.bad-model',
      `models ${clash?.id} and ${row.id} are in force at once`,
    )
  }
}

function overlap(a: ModelRow, b: ModelRow): boolean {
  const before = (x: ModelRow, y: ModelRow) => x.validTo !== null && x.validTo <= y.validFrom
  return !before(a, b) && !before(b, a)
}

/** Whether two rows are equally specific for one pair, and say otherwise. */
function alike(a: ModelRow, b: ModelRow): boolean {
  if (named(a) !== named(b)) return false
  if (named(a) === 1) return a.model !== b.model || nameOf(a) === nameOf(b)
  return [a.one, a.other].sort().join() === [b.one, b.other].sort().join()
}

function nameOf({ one, other }: ModelRow): string {
  return one === 'any' ? other : one
}
