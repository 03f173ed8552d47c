import { type Fen, fen, sumFen } from '@unifare/core'
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
  /** Pays once per name to the rider; a channel without it pays nothing out. */
  credit?(order: PaymentOrder): Promise<PaymentOutcome>
}

/** A local channel with purses in memory: the demonstration's bank. Marked simulated everywhere. */
export interface SimulatedChannel extends PaymentChannel {
  /** Puts money into a rider's purse, into the source `balance` when none is named. */
  fund(account: string, amountFen: Fen, source?: string): void
  /** From now on a purse that nobody knew before begins with this much in `balance`. */
  welcome(amountFen: Fen): void
  /** What is in one source of a rider, or in all of them together. */
  balanceFen(account: string, source?: string): Fen
}

/**
 * Opens the simulated channel; sources that were never funded are empty. It asks the sources in
 * the order of the contract and takes a fare from the first that holds all of it: a fare is never
 * split.
 */
export function createSimulatedChannel(name = 'simulated'): SimulatedChannel {
  const purses = new Map<string, Map<string, Fen>>()
  const outcomes = new Map<string, PaymentOutcome>()
  let welcomeFen = 0
  const purseOf = (account: string): Map<string, Fen> => {
    const purse = purses.get(account) ?? new Map<string, Fen>([['balance', welcomeFen]])
    purses.set(account, purse)
    return purse
  }
  return {
    name,
    balanceFen(account, source) {
      const purse = purseOf(account)
      return source === undefined ? sumFen(purse.values()) : (purse.get(source) ?? 0)
    },
    welcome(amountFen) {
      welcomeFen = amountFen
    },
    fund(account, amountFen, source = 'balance') {
      const purse = purseOf(account)
      purse.set(source, fen((purse.get(source) ?? 0) + amountFen))
    },
    async credit({ ride, account, contract, amountFen }) {
      const name = `credit ${ride}`
      if (outcomes.has(name)) return 'paid'
      const purse = purseOf(account)
      const [source = 'balance'] = contract.sources
      purse.set(source, fen((purse.get(source) ?? 0) + amountFen))
      outcomes.set(name, 'paid')
      return 'paid'
    },
    async debit({ ride, account, contract, amountFen }) {
      const before = outcomes.get(ride)
      if (before !== undefined) return before
      const purse = purseOf(account)
      const allowed = amountFen <= contract.limitFen
      const source = contract.sources.find((one) => amountFen <= (purse.get(one) ?? 0))
      const outcome = allowed && source !== undefined ? 'paid' : 'refused'
      if (allowed && source !== undefined) {
        purse.set(source, fen((purse.get(source) ?? 0) - amountFen))
      }
      outcomes.set(ride, outcome)
      return outcome
    },
  }
}
