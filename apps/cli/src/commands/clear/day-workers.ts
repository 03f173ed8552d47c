import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import {
  CENTRE_VERIFIER,
  type CentreVerifierOptions,
  createLeasedWorkers,
  finishRun,
  openLeaseClient,
  openVerifierOf,
  type RunOfDay,
  startClearingPool,
  type WorkerSetup,
} from '@unifare/centre/node'
import { requireData } from '@unifare/core'
import type { KeyScheme } from '@unifare/crypto'
import { DEMONSTRATION_VERIFIER, type DemonstrationVerifierOptions } from '@unifare/twin/node'
import { databaseUrls } from './carrying.ts'

/** Who clears, and where the keys of a centre are. */
export interface DayWorkersOptions {
  readonly threads?: number
  readonly database?: string
  readonly seed?: string
  readonly store?: string
  readonly token?: string
  readonly scheme?: KeyScheme
  readonly library?: string
}

/** Workers of a centre's days. */
export interface DayWorkers {
  of(run: string): Promise<RunOfDay>
  close(): Promise<void>
}

/**
 * Threads of this process on the centre's key store or a demonstration's keys, or those who take
 * their jobs from a database and have the keys themselves. Throws `clear.no-keys`, and whatever is
 * wrong with the keys.
 */
export async function openDayWorkers(
  options: DayWorkersOptions,
  { centre, dir }: { readonly centre: string; readonly dir: string },
): Promise<DayWorkers> {
  const { database, threads = availableParallelism() } = options
  if (database !== undefined) return leasedWorkers(database)
  const verifier = verifierOf(options, centre)
  // What is wrong with the keys is said here, once: a token counts every wrong PIN.
  await openVerifierOf(verifier)
  const setup = { storageDir: dir, spillDir: join(dir, 'spill'), ...verifier }
  const pool = startClearingPool(setup, threads)
  return {
    of: async () => ({ workers: pool, end: async () => undefined }),
    close: () => pool.close(),
  }
}

function leasedWorkers(database: string): DayWorkers {
  const client = openLeaseClient({ urls: databaseUrls(database) })
  return {
    async of(run) {
      const workers = await createLeasedWorkers(client, { run })
      return { workers, end: () => finishRun(client, run) }
    },
    close: () => client.close(),
  }
}

function verifierOf(
  { seed, store, token, scheme = 'mot', library }: DayWorkersOptions,
  centre: string,
): Pick<WorkerSetup, 'verifierModule' | 'verifierOptions'> {
  if (seed !== undefined) {
    const options: DemonstrationVerifierOptions = { seed, centre }
    return { verifierModule: DEMONSTRATION_VERIFIER, verifierOptions: options }
  }
  const isTold = store !== undefined || token !== undefined
  const message =
    'keys are told by --seed, --store or --token, workers that have them by --database'
  requireData(isTold, 'clear.no-keys', message)
  const keys: CentreVerifierOptions['keys'] =
    token === undefined
      ? { kind: 'file', file: resolve(store ?? '') }
      : { kind: 'token', label: token, schemes: [scheme], ...(library && { library }) }
  const options: CentreVerifierOptions = { keyOwner: centre, keys }
  return { verifierModule: CENTRE_VERIFIER, verifierOptions: options }
}
