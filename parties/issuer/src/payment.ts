import type { Fen } from '@unifare/core'
import type { Contract } from './tables.ts'

/** A request to a payment channel: one stable name per ride, whatever number of attempts. */
export interface PaymentOrder {
  readonly ride: string
  readonly account: string
  readonly contract: Contract
  readonly amountFen: Fen
}

/**
 * What a channel says. `unknown` is not a failure: the order is asked again under the same name
 * until the channel decides (reference reliability 3.6).
 */
export type PaymentOutcome = 'paid' | 'refused' | 'unknown'

/** Where an issuer gets riders' money from after the ride. */
export interface PaymentChannel {
  readonly name: string
  /** Debits once per ride name; the same name again gives the same outcome. */
  debit(order: PaymentOrder): Promise<PaymentOutcome>
}

/** A local channel with purses in memory: the demonstration's bank. Marked simulated everywhere. */
export interface SimulatedChannel extends PaymentChannel {
  /** Puts money into a rider's purse. */
  fund(account: string, amountFen: Fen): void
  balanceFen(account: string): Fen
}

/** Opens the simulated channel; accounts that were never funded are empty. */
export function createSimulatedChannel(name = 'simulated'): SimulatedChannel {
  const purses = new Map<string, Fen>()
  const outcomes = new Map<string, PaymentOutcome>()
  const balanceFen = (account: string) => purses.get(account) ?? 0
  return {
    name,
    balanceFen,
    fund(account, amountFen) {
      purses.set(account, balanceFen(account) + amountFen)
    },
    async debit({ ride, account, contract, amountFen }) {
      const before = outcomes.get(ride)
      if (before !== undefined) return before
      const allowed = amountFen <= contract.limitFen && amountFen <= balanceFen(account)
      if (allowed) purses.set(account, balanceFen(account) - amountFen)
      const outcome = allowed ? 'paid' : 'refused'
      outcomes.set(ride, outcome)
      return outcome
    },
  }
}
