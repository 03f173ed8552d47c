import { type Day, UnifareError } from '@unifare/core'
import type { Institution } from '@unifare/institution'
import type { PaymentChannel, PaymentOutcome } from './payment.ts'
import type { Collected } from './settlement.ts'
import { accounts, type Contract, rides } from './tables.ts'

/** Rides asked of the channels in one order. */
const COLLECT_AT_ONCE = 500

/**
 * Asks the channels for all due rides and books what they decide, page by page. A ride whose
 * outcome is unknown stays due and is asked again under the same name; so is one whose answer was
 * lost before it was booked.
 */
export async function collect(
  institution: Institution,
  channels: ReadonlyMap<string, PaymentChannel>,
  day: Day,
): Promise<{ readonly paid: number; readonly advanced: number }> {
  const total = { paid: 0, advanced: 0 }
  const due = await institution.read(async (tx) => {
    const rows = await tx.select(rides, { state: 'due' })
    const owners = await tx.get(
      accounts,
      rows.map(({ account }) => ({ account })),
    )
    return rows.map((row, index) => ({ row, contract: owners[index]?.contract as Contract | null }))
  })
  for (let at = 0; at < due.length; at += COLLECT_AT_ONCE) {
    const collected: Collected[] = []
    for (const { row, contract } of due.slice(at, at + COLLECT_AT_ONCE)) {
      const channel = contract && channels.get(contract.channel)
      const { charge: ride, account, amountFen } = row
      const outcome = channel
        ? await askChannel(() => channel.debit({ ride, account, contract, amountFen }))
        : 'refused'
      if (outcome !== 'unknown') collected.push({ charge: ride, paid: outcome === 'paid' })
    }
    if (collected.length === 0) continue
    const booked = (await institution.command({ do: 'collected', day, collected })) as typeof total
    total.paid += booked.paid
    total.advanced += booked.advanced
  }
  return total
}

/** A channel that cannot be reached has decided nothing, and holds up no other ride. */
export async function askChannel(ask: () => Promise<PaymentOutcome>): Promise<PaymentOutcome> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    return 'unknown'
  }
}
