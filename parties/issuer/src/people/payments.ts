import type { Institution } from '@unifare/institution'
import { askChannel } from '../collection.ts'
import type { PaymentChannel, PaymentOrder, PaymentOutcome } from '../payment.ts'
import type { Decided } from './money-booking.ts'
import { type MoneyOrderRow, moneyOrders } from './tables.ts'

/**
 * Asks the channels for what riders ordered: top-ups and repayments are debited, refunds paid. One
 * whose outcome is unknown waits and is asked again under the same name.
 */
export async function payRiders(
  institution: Institution,
  channels: ReadonlyMap<string, PaymentChannel>,
): Promise<{ readonly decided: number; readonly waiting: number }> {
  const asked = await institution.read((tx) => tx.select(moneyOrders, { state: 'REQUESTED' }))
  const decided: Decided[] = []
  for (const row of asked) {
    const channel = channels.get(row.channel)
    const outcome = await askChannel(() => askFor(row, channel))
    if (outcome !== 'unknown') decided.push({ order: row.order, paid: outcome === 'paid' })
  }
  if (decided.length > 0) await institution.command({ do: 'money-decided', decided })
  return { decided: decided.length, waiting: asked.length - decided.length }
}

async function askFor(
  row: MoneyOrderRow,
  channel: PaymentChannel | undefined,
): Promise<PaymentOutcome> {
  const { kind, order, account, amountFen, requestedAt } = row
  const sources = row.sources as readonly string[]
  const contract = { channel: row.channel, limitFen: amountFen, sources, agreedAt: requestedAt }
  const payment: PaymentOrder = { ride: `${kind}-${order}`, account, contract, amountFen }
  if (kind === 'refund') return channel?.credit?.(payment) ?? 'refused'
  return channel?.debit(payment) ?? 'refused'
}
