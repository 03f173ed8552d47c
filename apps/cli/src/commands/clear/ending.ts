import { UnifareError } from '@unifare/core'

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** How a command that goes on until it is told ends. */
export interface Ending {
  /** Tells the work to end. */
  readonly signal: AbortSignal
  /** From now on a signal ends the work, a second one the process. Before, one ends the process. */
  listen(): void
  /**
   * What the work failed with. One who was told to end and cannot reach a database or brokers leaves
   * everything as it is, as any of these processes may at any time, and ends as the signal ends a
   * process. Everything else is thrown.
   */
  failed(error: unknown): Promise<never>
}

/** The ending of this process. */
export function createEnding(): Ending {
  const stop = new AbortController()
  let told: NodeJS.Signals | undefined
  const hear = (signal: NodeJS.Signals) => {
    told = signal
    for (const one of SIGNALS) process.removeListener(one, hear)
    stop.abort()
  }
  return {
    signal: stop.signal,
    listen() {
      for (const one of SIGNALS) process.on(one, hear)
    },
    async failed(error) {
      const unreachable = error instanceof UnifareError && error.code.endsWith('.unreachable')
      if (told === undefined || !unreachable) throw error
      process.kill(process.pid, told)
      return await new Promise<never>(() => undefined)
    },
  }
}
