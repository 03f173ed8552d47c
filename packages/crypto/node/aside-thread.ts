import { Worker } from 'node:worker_threads'
import { checkBody } from '../src/check-body.ts'
import type { AsideEngine, CheckedBody } from '../src/engine.ts'
import { createSlots, isWellFormed, type Placed, readResult } from './aside-slots.ts'
import { nativeHashes } from './native-hashes.ts'

/** Groups that the thread has at most: one that it works on, and one that it goes on with. */
const GROUPS = 2
/** Messages of a group, and bytes of it, at most: who asked for the first does not wait for many others. */
const GROUP_MESSAGES = 4
const GROUP_BYTES = 1024 * 1024

/** A thread that checks messages, in groups of those that came while it had enough to do. */
export interface AsideThread extends AsideEngine {
  /** Messages that it was given and has not answered. */
  waiting(): number
}

interface Asked {
  readonly placed: Placed
  readonly resolve: (checked: CheckedBody) => void
  readonly reject: (error: Error) => void
}

/** Messages that go as one group: one at least. */
function groupLength(collected: readonly Asked[]): number {
  let bytes = 0
  const over = collected.findIndex(({ placed }) => {
    bytes += placed.slot.length
    return bytes > GROUP_BYTES
  })
  return Math.min(GROUP_MESSAGES, over < 0 ? collected.length : Math.max(1, over))
}

/** Starts with the first message, and again when it failed; keeps no process alive. */
export function createAsideThread(
  keyCacheSize: number,
  script: URL = new URL('./aside-worker.ts', import.meta.url),
): AsideThread {
  const slots = createSlots()
  let worker: Worker | undefined
  /** In the order in which they are answered. */
  let given: Asked[] = []
  let collected: Asked[] = []
  let groups = 0

  function start(): Worker {
    const started = new Worker(script, { workerData: keyCacheSize })
    started.on('message', answer)
    started.on('error', (error) => fail(started, error))
    started.on('exit', () => fail(started, new Error('the thread that checks messages has ended')))
    return started
  }

  function hand(): void {
    if (groups >= GROUPS || collected.length === 0) return
    worker ??= start()
    worker.ref()
    const group = collected.splice(0, groupLength(collected))
    worker.postMessage(group.map(({ placed }) => placed))
    given.push(...group)
    groups += 1
    hand()
  }

  function answer(count: number): void {
    const done = given.splice(0, count)
    groups -= 1
    hand()
    if (groups === 0) worker?.unref()
    for (const { placed, resolve } of done) {
      resolve(readResult(placed))
      slots.free(placed)
    }
  }

  function fail(failed: Worker, error: Error): void {
    if (failed !== worker) return
    worker = undefined
    const lost = [...given, ...collected]
    given = []
    collected = []
    groups = 0
    for (const { reject } of lost) reject(error)
  }

  return {
    waiting: () => given.length + collected.length,
    async check(message) {
      if (!isWellFormed(message)) {
        return checkBody(message, { ...nativeHashes, ed25519Verify: () => false })
      }
      const placed = slots.place(message)
      return new Promise((resolve, reject) => {
        collected.push({ placed, resolve, reject })
        // What comes in the same turn goes as one group.
        queueMicrotask(hand)
      })
    },
  }
}
