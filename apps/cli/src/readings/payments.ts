import { storedPayments, windows } from '@unifare/centre'
import type { ReadParty } from './reading.ts'

/** Payments of all windows, and of which of these the bank has confirmed them. */
export async function readPayments(party: ReadParty, _question: object) {
  const { payments, rows } = await party.read(async (tx) => ({
    payments: await storedPayments(tx),
    rows: await tx.select(windows, {}),
  }))
  const settled = rows.filter(({ state }) => state === 'SETTLED').map(({ window }) => window)
  return { centre: party.centre, payments, settled }
}
