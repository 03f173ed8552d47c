import { UnifareError } from '@unifare/core'
import { createFileStorage } from '@unifare/core/node'
import { nodeEngine } from '@unifare/crypto/node'
import {
  type ClearedPart,
  type ClearJob,
  createScatterer,
  createShardClearer,
  type Scattered,
  type ScatterJob,
  type Verifier,
} from '../src/index.ts'
import { createFileSpill } from './file-spill.ts'

/** What a worker needs to know before its first job. Everything else comes with the job. */
export interface WorkerSetup {
  /** Folder of the segments and of the day's durable files. */
  readonly storageDir: string
  /** Folder of files that are set aside. */
  readonly spillDir: string
  /**
   * Module that exports `openVerifier(options)`: keys are opened where they are used and never
   * cross to a worker.
   */
  readonly verifierModule: string
  readonly verifierOptions: unknown
}

/** A job as the pool hands it over. */
export type WorkerJob =
  | { readonly kind: 'scatter'; readonly setup: WorkerSetup; readonly job: ScatterJob }
  | { readonly kind: 'clear'; readonly setup: WorkerSetup; readonly job: ClearJob }

/** What comes back: an error that crosses threads would lose its code. */
export type WorkerAnswer =
  | { readonly result: Scattered | ClearedPart }
  | { readonly refused: { readonly code: string; readonly message: string } }

interface VerifierModule {
  readonly openVerifier: (options: unknown) => Promise<Verifier>
}

/** Opens the verifier that a setup names. */
export async function openVerifierOf({
  verifierModule,
  verifierOptions,
}: Pick<WorkerSetup, 'verifierModule' | 'verifierOptions'>): Promise<Verifier> {
  const { openVerifier } = (await import(verifierModule)) as VerifierModule
  return openVerifier(verifierOptions)
}

let opened: Promise<Awaited<ReturnType<typeof open>>> | undefined

async function open(setup: WorkerSetup) {
  const storage = await createFileStorage(setup.storageDir)
  const spill = await createFileSpill(setup.spillDir)
  const verifier = await openVerifierOf(setup)
  const tools = { storage, spill, hashes: nodeEngine(), verifier }
  return { scatter: createScatterer(tools), clear: createShardClearer(tools) }
}

/** Does one job; the pool calls it in a thread of its own. */
export async function work(task: WorkerJob): Promise<WorkerAnswer> {
  try {
    opened ??= open(task.setup)
    const { scatter, clear } = await opened
    return { result: await (task.kind === 'scatter' ? scatter(task.job) : clear(task.job)) }
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    const { code, message } = error
    return { refused: { code, message } }
  }
}
