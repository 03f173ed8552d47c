import { businessDay, canonicalJson, type Instant, utf8 } from '@unifare/core'
import type { Institution } from '@unifare/institution'
import { askChannel } from '../collection.ts'
import type { PaymentChannel } from '../payment.ts'
import { accounts, type Contract } from '../tables.ts'
import { dueClaims, type Shadows } from './losses.ts'
import { accountOfRider, owedToRiders } from './payouts.ts'
import { loads } from './tables.ts'

/**
 * Asks the channels for the loads that riders ordered. One whose outcome is unknown stays requested
 * and is asked again under the same name.
 */
export async function payLoads(
  institution: Institution,
  channels: ReadonlyMap<string, PaymentChannel>,
): Promise<{ readonly paid: number; readonly refused: number }> {
  const asked = await institution.read(async (tx) => {
    const rows = await tx.select(loads, { state: 'REQUESTED' })
    const owners = await Promise.all(rows.map(({ owner }) => tx.select(accounts, { rider: owner })))
    return rows.map((row, index) => ({
      row,
      account: owners[index]?.findLast(({ state }) => state !== 'withdrawn'),
    }))
  })
  const decided: { order: string; paid: boolean }[] = []
  for (const { row, account } of asked) {
    const contract = (account?.contract ?? null) as Contract | null
    const channel = contract && channels.get(contract.channel)
    const { order, amountFen } = row
    const outcome =
      channel && account
        ? await askChannel(() =>
            channel.debit({ ride: `load-${order}`, account: account.account, contract, amountFen }),
          )
        : 'refused'
    if (outcome !== 'unknown') decided.push({ order, paid: outcome === 'paid' })
  }
  if (decided.length > 0) await institution.command({ do: 'loads-paid', decided })
  const paid = decided.filter((one) => one.paid).length
  return { paid, refused: decided.length - paid }
}

/** Asks the centre for the shadows of lost cards whose time has come, and pays or moves them. */
export async function settleClaims(
  institution: Institution,
  { centre, at }: { readonly centre: string; readonly at: Instant },
): Promise<{ readonly paid: number; readonly residualFen: number }> {
  const due = await institution.read((tx) => dueClaims({ tx }, businessDay(at)))
  if (due.length === 0) return { paid: 0, residualFen: 0 }
  const cards = due.map(({ card }) => card)
  const answer = await institution.ask(centre, 'pull', utf8(canonicalJson({ shadows: cards })))
  const { shadows } = answer as { readonly shadows: Shadows }
  return (await institution.command({ do: 'pay-claims', shadows })) as {
    paid: number
    residualFen: number
  }
}

/**
 * Lets the channels pay what is owed to riders: claims, and loads that were paid and not written. A
 * payment whose outcome is unknown is asked again under the same name.
 */
export async function payOut(
  institution: Institution,
  channels: ReadonlyMap<string, PaymentChannel>,
): Promise<{ readonly paid: number; readonly waiting: number }> {
  const owed = await institution.read(async (tx) => {
    const rows = await owedToRiders(tx)
    return Promise.all(
      rows.map(async (row) => ({ row, account: await accountOfRider(tx, row.rider) })),
    )
  })
  const names: string[] = []
  for (const { row, account } of owed) {
    const contract = account?.contract
    const channel = contract && channels.get(contract.channel)
    if (!contract || !channel?.credit) continue
    const { name: ride, amountFen } = row
    const order = { ride, account: account.account, contract, amountFen }
    const outcome = await askChannel(async () => channel.credit?.(order) ?? 'refused')
    if (outcome === 'paid') names.push(ride)
  }
  if (names.length > 0) await institution.command({ do: 'paid-out', names })
  return { paid: names.length, waiting: owed.length - names.length }
}
