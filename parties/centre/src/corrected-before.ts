import type { Day, Tx } from '@unifare/core'
import { type Charge, chargeId, parseCharge } from '@unifare/tap'
import type { ClearingInput } from './clearing.ts'
import type { ClosingRules } from './close.ts'
import type { PastCharge, SettledCorrection } from './corrections.ts'
import { type FeeRow, feeOf } from './fees.ts'
import { chargesOf } from './judged/judged-charges.ts'
import { corrections, days } from './tables.ts'
import type { Verdict } from './verdicts.ts'

/**
 * What the corrections of a day stand on: the charges of earlier days that they name, through those
 * that were refused, each with the fee of the day on which it settled, and the corrections that
 * settled before. What later days added is left out, so a closed day runs again as it ran.
 */
export async function correctedBefore(
  tx: Tx,
  asked: readonly Charge[],
  day: Day,
): Promise<Required<Pick<ClearingInput, 'past' | 'corrections'>>> {
  const past = new Map<string, PastCharge>()
  const settled = new Map<string, SettledCorrection>()
  const fees = new Map<Day, readonly FeeRow[]>()
  let wanted = namesOf(asked)
  while (wanted.length > 0) {
    const rows = (await chargesOf(tx, wanted)).filter(
      (row) => row !== undefined && row.day !== '' && row.day < day,
    )
    const found: Charge[] = []
    for (const row of rows) {
      if (row === undefined) continue
      const charge = parseCharge(row.raw)
      const verdict = row.verdict as Verdict
      const matrix = fees.get(row.day) ?? (await feesOf(tx, row.day))
      fees.set(row.day, matrix)
      past.set(chargeId(charge), { charge, verdict, fee: feeOfPast(matrix, charge, verdict) })
      if (verdict === 'normal') await gather(tx, chargeId(charge), { day, settled })
      else found.push(charge)
    }
    // A refused correction changed nothing: what it named may stand.
    wanted = namesOf(found).filter(({ operator, number }) => !past.has(`${operator}-${number}`))
  }
  return { past, corrections: settled }
}

function namesOf(all: readonly Charge[]): { readonly operator: string; readonly number: number }[] {
  const names = new Map(
    all.flatMap(({ operator, corrects }) =>
      corrects === 0 ? [] : [[`${operator}-${corrects}`, { operator, number: corrects }] as const],
    ),
  )
  return [...names.values()]
}

/** The correction that a charge is, and the one that took its place, as far as settled before. */
async function gather(
  tx: Tx,
  name: string,
  { day, settled }: { readonly day: Day; readonly settled: Map<string, SettledCorrection> },
): Promise<void> {
  const own = await tx.get(corrections, [{ charge: name }])
  for (const row of [...own, ...(await tx.select(corrections, { corrects: name }))]) {
    if (row === undefined || row.day >= day) continue
    settled.set(row.charge, { corrects: row.corrects, first: row.first })
  }
}

async function feesOf(tx: Tx, day: Day): Promise<readonly FeeRow[]> {
  const [row] = await tx.get(days, [{ day }])
  return row === undefined ? [] : (row.rules as ClosingRules).fees
}

function feeOfPast(rows: readonly FeeRow[], charge: Charge, verdict: Verdict): PastCharge['fee'] {
  if (verdict !== 'normal') return null
  const { mode, operator: acquirer, issuer, tapDay: day, amountFen } = charge
  return feeOf(rows, { mode, acquirer, issuer, day, amountFen }) ?? null
}
