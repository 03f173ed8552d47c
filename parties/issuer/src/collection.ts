import { type Day, UnifareError } from '@unifare/core'
import type { Institution } from '@unifare/institution'
import type { PaymentChannel, PaymentOutcome } from './payment.ts'
import { PREPAID } from './people/person.ts'
import type { Collected } from './settlement.ts'
import { accounts, type Contract, rides } from './tables.ts'

/** Rides asked of the channels in one order. */
const COLLECT_AT_ONCE = 500

/**
 * Asks the channels for all due rides and books what they decide, page by page; rides of prepaid
 * accounts are paid from what the issuer holds. A ride whose
 * outcome is unknown stays due and is asked again under the same name; so is one whose answer was
 * lost before it was booked. Then what corrections took back goes to its riders.
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
  const add = (booked: unknown) => {
    const { paid, advanced } = booked as typeof total
    total.paid += paid
    total.advanced += advanced
  }
  const byChannel = due.filter(({ contract }) => contract?.channel !== PREPAID)
  if (byChannel.length < due.length) {
    add(await institution.command({ do: 'collect-prepaid', day }))
  }
  for (let at = 0; at < byChannel.length; at += COLLECT_AT_ONCE) {
    const collected: Collected[] = []
    for (const { row, contract } of byChannel.slice(at, at + COLLECT_AT_ONCE)) {
      const channel = contract && channels.get(contract.channel)
      const { charge: ride, account, amountFen } = row
      const outcome = channel
        ? await askChannel(() => channel.debit({ ride, account, contract, amountFen }))
        : 'refused'
      if (outcome !== 'unknown') collected.push({ charge: ride, paid: outcome === 'paid' })
    }
    if (collected.length === 0) continue
    add(await institution.command({ do: 'collected', day, collected }))
  }
  const credits = await institution.read((tx) => tx.select(rides, { state: 'credit' }))
  if (credits.length > 0) await institution.command({ do: 'book-credits', day })
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
