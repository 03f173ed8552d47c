import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClearingWay, type DayOutcome, prepareNetwork, rideDay } from '@unifare/twin'
import { type Running, startNetwork } from './running.ts'

/** The one operator and the one issuer of a ridden network. */
export const OPERATOR = '15215212'
export const ISSUER = '05215210'
export const DAY = '2026-11-20'

/** A small network on files whose day was ridden and closed. */
export interface RiddenNetwork {
  /** For what tests write. */
  readonly folder: string
  /** Its data folder, in that one. */
  readonly data: string
  readonly running: Running
  /** What its day came to. */
  readonly outcome: DayOutcome
  /** Ends the network; its data stays. */
  end(): Promise<void>
  remove(): Promise<void>
}

/** Starts a network, rides its day and closes it. */
export async function rideNetwork(seed: string, clearing?: ClearingWay): Promise<RiddenNetwork> {
  const folder = await mkdtemp(join(tmpdir(), 'unifare-ridden-'))
  const data = join(folder, 'network')
  const running = await startNetwork({
    seed,
    day: DAY,
    riders: 12,
    dataDir: data,
    operators: [OPERATOR],
    issuers: [ISSUER],
    ...(clearing && { clearing }),
  })
  await prepareNetwork(running.day)
  const outcome = await rideDay(running.day)
  return {
    folder,
    data,
    running,
    outcome,
    end: () => running.close(),
    remove: () => rm(folder, { recursive: true }),
  }
}
