import { type Day, type Tx, toHex } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import { type Charge, chargeId, parseCharge } from '@unifare/tap'
import { charges, days, settled, taps } from '../tables.ts'
import { type CodeRow, codeRowOf } from './code-list.ts'
import { type Held, hold, stepHeld } from './held.ts'
import { type HoldRule, heldUntil, holdDaysOf } from './hold-rules.ts'

/**
 * An operator's suspicious charges, from the closed days alone: a charge is released when its records
 * came and settled by a later charge, rejected when its deadline went by, and held until then. Those
 * that wait for their one verdict by the rule of holding stand behind them.
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
  const closed = (await tx.select(days, {})).map(({ day }) => day)
  const last = closed.at(-1)
  if (last === undefined) return []
  const all: Held[] = []
  for (const day of closed) {
    for (const { raw, verdict, operator: owner } of await tx.select(charges, { day })) {
      if (owner !== operator) continue
      const row = codeRowOf(codes, verdict, day)
      if (row.group !== 'suspicious') continue
      const charge = parseCharge(raw)
      const held = hold(row, { charge: chargeId(charge), day })
      const by = await settledBy(tx, charge)
      const decided =
        by === undefined
          ? held
          : stepHeld(held, { kind: 'record', day: by.day, settles: true, by: by.charge })
      all.push(stepHeld(decided, { kind: 'day', day: last }))
    }
  }
  for (const { raw, operator: owner } of await tx.select(charges, { day: '' })) {
    const charge = parseCharge(raw)
    const holdDays = holdDaysOf(holds, charge.tapDay)
    if (owner !== operator || holdDays === 0 || charge.tapDay > last) continue
    const held = hold(codeRowOf(codes, 'tap.missing', charge.tapDay), {
      charge: chargeId(charge),
      day: charge.tapDay,
    })
    all.push({ ...held, deadline: heldUntil(charge.tapDay, holdDays) })
  }
  return all
}

/** The charge under which all records of another one settled, and when; undefined while one has not. */
async function settledBy(
  tx: Tx,
  charge: Charge,
): Promise<{ readonly charge: string; readonly day: Day } | undefined> {
  const records = await tx.get(
    taps,
    charge.taps.map(({ terminal, sequence }) => ({ terminal, sequence })),
  )
  const came = records.filter((row) => row !== undefined)
  if (came.length < charge.taps.length) return undefined
  const marks = await tx.get(
    settled,
    came.map(({ identity }) => ({ identity })),
  )
  // Another content under the same identity is the other side of a conflict, not this record.
  const own = marks.filter((mark, index) => {
    const raw = came[index]?.raw
    return raw !== undefined && mark?.hash === toHex(sha256(raw))
  })
  const [first] = own
  if (first === undefined || own.length < came.length) return undefined
  const day = own.reduce((latest, mark) => (mark && mark.day > latest ? mark.day : latest), '')
  return { charge: first.charge, day }
}
