/** Brokers of this machine that live as long as a test. */
export interface TestBrokers {
  /** For `openCarrier`. */
  readonly addresses: string
  /** Ends all servers and starts them again with nothing left. */
  wipe(): Promise<void>
  stop(): Promise<void>
}
