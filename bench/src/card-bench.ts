import { availableParallelism } from 'node:os'
import { createSeededRandom } from '@unifare/core'
import { benchExits, type ExitResult } from './card-exit.ts'
import { benchTac, type TacResult } from './card-tac.ts'

/** What `bench card` measured. Only the ratios mean something on another machine. */
export interface CardReport {
  readonly subject: 'card'
  /** TAC checks per CPU second with diversification, over the fastest form of `node:crypto`. */
  readonly ratio3des: number
  readonly ratioSm4: number
  /** CPU time of a whole metro exit, card and PSAM, without journal. */
  readonly exitMedianUs: number
  readonly exitP99Us: number
  readonly exits: number
  /** Random inputs per algorithm whose TACs were the same as those of `node:crypto`. */
  readonly samples: number
  readonly rounds: number
  readonly tac: Readonly<Record<'3des' | 'sm4', TacResult>>
  /** What held the keys. */
  readonly store: string
  readonly engine: string
  readonly cores: number
}

/** The sizes that `bench card` has unless told otherwise. */
const DEFAULTS = { samples: 1_000_000, rounds: 9, exits: 2_000 } as const

/**
 * Measures TAC checks of our typed tables beside every form of `node:crypto`, in turns, and a
 * metro exit. Throws when a single TAC differs.
 */
export async function benchCard(
  options: {
    readonly samples?: number
    readonly rounds?: number
    readonly exits?: number
    readonly seed?: string
    /** Hears what is being done. */
    readonly tell?: (line: string) => void
  } = {},
): Promise<CardReport> {
  const {
    samples,
    rounds,
    exits,
    seed = 'bench',
    tell = () => undefined,
  } = {
    ...DEFAULTS,
    ...options,
  }
  const source = createSeededRandom(`${seed}/card`)
  const random = (length: number) => source.bytes(length)
  const exit: ExitResult = await benchExits({ exits, random, tell })
  const tac = {
    '3des': benchTac({ algorithm: '3des', samples, rounds, random, tell }),
    sm4: benchTac({ algorithm: 'sm4', samples, rounds, random, tell }),
  }
  return {
    subject: 'card',
    ratio3des: tac['3des'].ratio,
    ratioSm4: tac.sm4.ratio,
    exitMedianUs: exit.medianUs,
    exitP99Us: exit.p99Us,
    exits: exit.exits,
    samples,
    rounds,
    tac,
    store: 'typed tables, software keys',
    engine: `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, one thread`,
    cores: availableParallelism(),
  }
}

/** The report in lines for people. */
export function describeCard(report: CardReport): string[] {
  const { tac, samples } = report
  return [
    `ratio3des ${report.ratio3des}: TAC checks with diversification per CPU second, over the fastest of node:crypto`,
    `ratioSm4  ${report.ratioSm4}: the same under SM4`,
    ...(['3des', 'sm4'] as const).flatMap((algorithm) => [
      `${algorithm.padEnd(9)} ${tac[algorithm].oursPerSecond} TAC/s (${report.store})`,
      ...Object.entries(tac[algorithm].nativePerSecond).map(
        ([form, rate]) => `          ${rate} TAC/s (node:crypto: ${form})`,
      ),
    ]),
    `same      ${samples} random inputs per algorithm give the TACs of node:crypto`,
    `exit      ${report.exitMedianUs} µs of CPU in the middle, ${report.exitP99Us} µs at 99 % (metro, card and PSAM, ${report.exits} exits)`,
    `engine    ${report.engine}`,
  ]
}
