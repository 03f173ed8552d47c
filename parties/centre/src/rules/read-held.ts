import type { Day, Tx } from '@unifare/core'
import { chargeId, parseCharge } from '@unifare/tap'
import { waitingCharges } from '../judged/judged-charges.ts'
import { type ChargeRow, marks } from '../tables.ts'
import { type CodeRow, codeRowOf } from './code-list.ts'
import { type Held, type HeldState, hold } from './held.ts'
import { HELD_MARK, heldCharges } from './held-table.ts'
import { type HoldRule, heldUntil, holdDaysOf } from './hold-rules.ts'

/**
 * An operator's suspicious charges as the last close left them, oldest first: a charge is released
 * when its records came and settled by a later charge, rejected when its deadline went by, and held
 * until then. Those that wait for their one verdict by the rule of holding stand behind them.
 */
export async function readHeld(
  tx: Tx,
  {
    operator,
    codes,
    holds,
  }: {
    readonly operator: string
    readonly codes: readonly CodeRow[]
    readonly holds: readonly HoldRule[]
  },
): Promise<readonly Held[]> {
  const [mark] = await tx.get(marks, [{ name: HELD_MARK }])
  if (mark === undefined) return []
  const last: Day = mark.value
  const rows = await tx.select(heldCharges, { operator })
  const all = rows
    .toSorted((a, b) => (a.day === b.day ? a.number - b.number : a.day < b.day ? -1 : 1))
    .map(({ number, verdict, day, state, deadline, decidedBy }): Held => {
      const charge = `${operator}-${number}`
      return { charge, verdict, day, state: state as HeldState, deadline, decidedBy }
    })
  const waiting: ChargeRow[] = []
  for await (const part of waitingCharges(tx, { operator })) waiting.push(...part)
  for (const { raw } of waiting) {
    const charge = parseCharge(raw)
    const holdDays = holdDaysOf(holds, charge.tapDay)
    if (holdDays === 0 || charge.tapDay > last) continue
    const held = hold(codeRowOf(codes, 'tap.missing', charge.tapDay), {
      charge: chargeId(charge),
      day: charge.tapDay,
    })
    all.push({ ...held, deadline: heldUntil(charge.tapDay, holdDays) })
  }
  return all
}
