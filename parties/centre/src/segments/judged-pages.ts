import type { Day, Tx } from '@unifare/core'
import { type Charge, chargeId, parseCharge } from '@unifare/tap'
import type { ClearedCharge } from '../clearing.ts'
import type { ClosingRules } from '../close.ts'
import { correctedBefore } from '../corrected-before.ts'
import { standingOf } from '../corrections.ts'
import { BUCKETS } from '../engine/account-hash.ts'
import type { ClosedDay } from '../engine/shard-file.ts'
import { feeOf } from '../fees.ts'
import { withParts } from '../rules/member-parts.ts'
import { type ChargeRow, charges } from '../tables.ts'
import type { Verdict } from '../verdicts.ts'
import { type RuledCharge, ruledPages } from './ruled-pages.ts'

/** Charges of a page, unless told otherwise. */
const PAGE_CHARGES = 2_000

/** A charge with what the verdict rows say of it. */
export interface JudgedCharge {
  readonly row: ChargeRow
  readonly cleared: ClearedCharge
  /** Name under which its taps are settled. */
  readonly first: string
  /** Of its taps the one with the highest counter, and the balance behind it. */
  readonly last: Pick<RuledCharge, 'counter' | 'balanceFen'>
}

/**
 * The charges of a cleared day with their verdicts, fees and what corrections take back, page by
 * page in the order of the day's verdict rows: the same for any number of shards.
 */
export async function* judgedPages(
  tx: Tx,
  {
    closed,
    day,
    rules,
    pageCharges = PAGE_CHARGES,
  }: {
    readonly closed: ClosedDay
    readonly day: Day
    readonly rules: ClosingRules
    /** Charges of a page, about. */
    readonly pageCharges?: number | undefined
  },
): AsyncGenerator<readonly JudgedCharge[]> {
  let page: readonly RuledCharge[] = []
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    for (const own of ruledPages(await closed.read('rows', bucket), pageCharges)) {
      // The buckets of a small day share a page.
      page = [...page, ...own]
      if (page.length < pageCharges) continue
      yield await judgedOf(tx, page, { day, rules })
      page = []
    }
  }
  if (page.length > 0) yield await judgedOf(tx, page, { day, rules })
}

async function judgedOf(
  tx: Tx,
  ruled: readonly RuledCharge[],
  { day, rules }: { readonly day: Day; readonly rules: ClosingRules },
): Promise<readonly JudgedCharge[]> {
  const rows = await chargeRows(tx, ruled)
  const asked = rows.map(({ raw }) => parseCharge(raw))
  const before = await correctedBefore(tx, asked, day)
  const corrections = new Map(before.corrections)
  const memory = {
    charges: new Map(before.past),
    corrections,
    corrected: new Set([...corrections.values()].map(({ corrects }) => corrects)),
  }
  return asked.map((charge, i) => {
    const one = clearedOf(charge, (ruled[i] as RuledCharge).verdict, { rules, memory })
    const { id, verdict, fee, reverses } = one.cleared
    memory.charges.set(id, { charge, verdict, fee })
    if (reverses !== undefined) {
      memory.corrections.set(id, { corrects: reverses.charge, first: one.first })
      memory.corrected.add(reverses.charge)
    }
    return { ...one, row: rows[i] as ChargeRow, last: ruled[i] as RuledCharge }
  })
}

async function chargeRows(tx: Tx, ruled: readonly RuledCharge[]): Promise<readonly ChargeRow[]> {
  const found = await tx.get(
    charges,
    ruled.map(({ operator, number }) => ({ operator, number })),
  )
  return found.map((row, i) => {
    if (row === undefined) throw new TypeError(`no charge ${chargeId(ruled[i] as RuledCharge)}`)
    return row
  })
}

type Memory = Parameters<typeof standingOf>[1]

function clearedOf(
  charge: Charge,
  verdict: Verdict,
  { rules, memory }: { readonly rules: ClosingRules; readonly memory: Memory },
): Pick<JudgedCharge, 'cleared' | 'first'> {
  const id = chargeId(charge)
  if (verdict !== 'normal') return { cleared: { id, charge, verdict, fee: null }, first: id }
  const { mode, operator: acquirer, issuer, tapDay, amountFen } = charge
  const fee = feeOf(rules.fees, { mode, acquirer, issuer, day: tapDay, amountFen })
  const standing = charge.corrects === 0 ? ({ kind: 'first' } as const) : standingOf(charge, memory)
  if (fee === undefined || standing.kind === 'refused') {
    throw new TypeError(`invariant broken: ${id} settles without fee or standing`)
  }
  const reversal = standing.kind === 'settled' ? { reverses: standing.reverses } : {}
  const cleared = withParts({ id, charge, verdict, fee, ...reversal }, rules.acceptance)
  return { cleared, first: standing.kind === 'settled' ? standing.first : id }
}
