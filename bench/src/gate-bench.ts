import { availableParallelism } from 'node:os'
import type { Decision } from '@unifare/terminal'
import { type GateNetwork, openGateNetwork } from './gate-network.ts'
import { median, quantile, ratio } from './rounds.ts'

/** Times of one medium at the terminal, from the first byte to "go". */
export interface MediumTimes {
  readonly medianMs: number
  readonly p99Ms: number
  /** How many riders a minute the terminal itself could let through. */
  readonly ridersPerMinute: number
}

/** What `bench gate` measured. Only the ratio means something on another machine. */
export interface GateReport {
  readonly subject: 'gate'
  /** Riders a minute by code over riders a minute by card, in one run. */
  readonly ratioCodeToCard: number
  readonly code: MediumTimes
  readonly card: MediumTimes
  readonly riders: number
  readonly rounds: number
  readonly journal: string
  readonly engine: string
  readonly cores: number
}

const DEFAULTS = { riders: 60, rounds: 7 } as const
/** Riders come again after so long: no filter of fast repeats is in the way. */
const ROUND_MS = 10 * 60_000

/**
 * Measures what a bus terminal does for a rider: everything that a card or a code needs until the
 * entry is synced in the journal and "go" can be shown. Cards answer at once here; a real one
 * takes tens of milliseconds of radio more, a camera its frame. Throws when one rider is refused.
 */
export async function benchGate(
  options: {
    readonly riders?: number
    readonly rounds?: number
    readonly seed?: string
    /** Hears what is being done. */
    readonly tell?: (line: string) => void
  } = {},
): Promise<GateReport> {
  const { riders, rounds, seed = 'bench', tell = () => undefined } = { ...DEFAULTS, ...options }
  tell(`${riders} riders with a card, ${riders} with a code`)
  const network = await openGateNetwork({ riders, seed })
  try {
    const times = { card: [] as number[][], code: [] as number[][] }
    for (let round = 0; round <= rounds; round++) {
      network.clock.set(network.clock.now() + ROUND_MS)
      // A terminal in service asks for newer lists all the time.
      await network.refresh()
      const card = await cardRound(network)
      const code = await codeRound(network)
      // The first round warms up.
      if (round === 0) continue
      times.card.push(card)
      times.code.push(code)
      tell(`round ${round} of ${rounds}`)
    }
    return {
      subject: 'gate',
      ratioCodeToCard: ratio(times.card.map(median), times.code.map(median)),
      code: summary(times.code.flat()),
      card: summary(times.card.flat()),
      riders,
      rounds,
      journal: 'file, synced before every "go"',
      engine: `Node ${process.versions.node}, one thread`,
      cores: availableParallelism(),
    }
  } finally {
    await network.close()
  }
}

async function cardRound({ terminal, cards }: GateNetwork): Promise<number[]> {
  const times: number[] = []
  for (const card of cards) {
    card.reset()
    times.push(await timed(() => terminal.presentCard(card)))
  }
  return times
}

async function codeRound({ terminal, wallets }: GateNetwork): Promise<number[]> {
  const times: number[] = []
  for (const wallet of wallets) {
    const code = wallet.makeCode()
    times.push(await timed(() => terminal.presentCode(code)))
  }
  return times
}

async function timed(present: () => Promise<Decision>): Promise<number> {
  const started = performance.now()
  const decision = await present()
  const ms = performance.now() - started
  if (!decision.ok) throw new TypeError(`a rider was refused: ${decision.reason}`)
  return ms
}

function summary(times: readonly number[]): MediumTimes {
  const medianMs = median(times)
  const rounded = (ms: number) => Math.round(ms * 100) / 100
  return {
    medianMs: rounded(medianMs),
    p99Ms: rounded(quantile(times, 0.99)),
    ridersPerMinute: Math.round(60_000 / medianMs),
  }
}

/** The report in lines for people. */
export function describeGate(report: GateReport): string[] {
  const { code, card } = report
  const line = (name: string, { medianMs, p99Ms, ridersPerMinute }: MediumTimes) =>
    `${name.padEnd(9)} ${ridersPerMinute} riders a minute (${medianMs} ms in the middle, ${p99Ms} ms at 99 %)`
  return [
    `ratioCodeToCard ${report.ratioCodeToCard}: riders a minute by code over riders a minute by card`,
    line('code', code),
    line('card', card),
    `journal   ${report.journal}; without the radio of a card and the frame of a camera`,
    `engine    ${report.engine}`,
  ]
}
