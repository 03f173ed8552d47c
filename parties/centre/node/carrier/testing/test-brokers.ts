/** Brokers of this machine that live as long as a test. */
export interface TestBrokers {
  /** For `openCarrier`. */
  readonly addresses: string
  /** Ends the server that leads, as a crash does; the others go on. */
  killLeader(): Promise<void>
  /** Ends all servers and starts them again with nothing left. */
  wipe(): Promise<void>
  stop(): Promise<void>
}
