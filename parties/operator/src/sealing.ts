import { businessDay, fromHex, type Instant, type Tx, toHex } from '@unifare/core'
import { CHAIN_START, chainNext, encodeChargeBatch, parseCharge } from '@unifare/tap'
import { charges, marks } from './tables.ts'

/** Charges of one batch; far below the limit of bytes. */
const BATCH_CHARGES = 1_000

/** Seals all charges that were not sent yet into batches for the centre, in one chain for ever. */
export async function sealCharges(
  tx: Tx,
  options: {
    readonly operator: string
    readonly at: Instant
    readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  },
): Promise<Uint8Array[]> {
  const unsent = await tx.select(charges, { sent: false })
  const [mark] = await tx.get(marks, [{ name: 'charge-chain' }])
  let previous = mark === undefined ? CHAIN_START : fromHex(mark.value)
  const batches: Uint8Array[] = []
  for (let at = 0; at < unsent.length; at += BATCH_CHARGES) {
    const part = unsent.slice(at, at + BATCH_CHARGES)
    batches.push(
      await encodeChargeBatch({
        operator: options.operator,
        previous,
        charges: part.map((row) => parseCharge(row.raw)),
        day: businessDay(options.at),
        sign: options.sign,
      }),
    )
    previous = part.reduce((chain, row) => chainNext(chain, row.raw), previous)
  }
  await tx.put(
    charges,
    unsent.map((row) => ({ ...row, sent: true })),
  )
  await tx.put(marks, [{ name: 'charge-chain', value: toHex(previous) }])
  return batches
}
