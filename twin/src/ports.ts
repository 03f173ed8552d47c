import type { CardTransport } from '@unifare/card'
import type { Day, Fen, Instant } from '@unifare/core'
import type { Link } from '@unifare/tap'
import type { Decision, Metered } from '@unifare/terminal'

/** Orders of an institution's staff and clock. */
export interface InstitutionPort {
  command(order: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Sends the outbox; returns how many messages still wait. */
  deliver(): Promise<number>
}

export interface TerminalPort {
  presentCard(transport: CardTransport, metered?: Metered): Promise<Decision>
  presentCode(bytes: Uint8Array, metered?: Metered): Promise<Decision>
  gateEvent(sequence: number, event: 'passed' | 'timed-out'): Promise<void>
  refresh(): Promise<number>
  upload(): Promise<number>
}

export interface OperatorPort extends InstitutionPort {
  refresh(): Promise<void>
  /** The service point: cash for a load, written on the card at once. */
  load(
    card: CardTransport,
    amountFen: Fen,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly code: string }>
}

export interface IssuerPort extends InstitutionPort {
  enrol(expiryMmyy: string): Promise<void>
  collect(day: Day): Promise<{ readonly paid: number; readonly advanced: number }>
  /** Puts money into a rider's purse at the simulated bank. */
  fund(account: string, amountFen: Fen): Promise<void>
}

export interface CentrePort extends InstitutionPort {
  /** Root of a closed day, computed again. */
  rerunRoot(day: Day): Promise<string>
}

/**
 * What drives a day: the same script runs against parties in this process and against processes
 * of their own. Only the driver moves time.
 */
export interface Ports {
  setClock(at: Instant): Promise<void>
  readonly centre: CentrePort
  operator(id: string): OperatorPort
  issuer(id: string): IssuerPort
  terminal(id: string): TerminalPort
  /** The way of wallets to their issuers. */
  readonly riderLink: Link
}
