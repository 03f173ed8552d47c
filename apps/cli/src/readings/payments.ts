import { storedPayments } from '@unifare/centre'
import type { ReadParty } from './reading.ts'

/** Payments of all windows that the bank is to make. */
export async function readPayments(party: ReadParty, _question: object) {
  return { centre: party.centre, payments: await party.read((tx) => storedPayments(tx)) }
}
