import { availableParallelism } from 'node:os'
import type { AsideEngine } from '../src/engine.ts'
import { createAsideThread } from './aside-thread.ts'

/** More than these would wait for the one thread that writes. */
const THREADS_MAX = 4

/** Threads beside this one, as many as the machine has room for; each message goes to the idlest. */
export function createAside(keyCacheSize: number): AsideEngine {
  const count = Math.min(THREADS_MAX, Math.max(1, availableParallelism() - 1))
  const threads = Array.from({ length: count }, () => createAsideThread(keyCacheSize))
  return {
    check: (message) =>
      threads.reduce((a, b) => (b.waiting() < a.waiting() ? b : a)).check(message),
  }
}
