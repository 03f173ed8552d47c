import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url))

/** A running `unifare`. */
export interface Program {
  /** Resolves when it tells a line that begins so; also one that it told before. */
  line(start: string): Promise<void>
  /** Tells it to end, and reads its document. */
  end(): Promise<unknown>
  /** Tells it to end; with which code it did, or of which signal, and after how long. */
  stopped(): Promise<{ readonly by: number | string | null; readonly ms: number }>
  /** Waits until it ends by itself; what it told people. */
  told(): Promise<string>
  /** Ends it as a crash does. */
  kill(): Promise<void>
}

/** Starts `unifare` with these arguments as a process of its own. */
export function startProgram(args: readonly string[]): Program {
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const told: string[] = []
  const waiting = new Set<(line: string) => void>()
  let printed = ''
  child.stdout?.on('data', (text) => {
    printed += String(text)
  })
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      told.push(line)
      for (const hear of waiting) hear(line)
    })
  }
  const ended = once(child, 'exit')
  const closed = once(child, 'close')
  return {
    line: (start) =>
      new Promise((resolve, reject) => {
        const hear = (line: string) => line.startsWith(start) && resolve()
        waiting.add(hear)
        for (const line of told) hear(line)
        void ended.then(() => reject(new Error(`no ${start}, it ended: ${told.join('\n')}`)))
      }),
    async end() {
      child.kill('SIGTERM')
      const [code] = (await closed) as [number | null]
      if (code !== 0) throw new Error(`ended with ${code}: ${told.join('\n')}`)
      return JSON.parse(printed)
    },
    async stopped() {
      const since = performance.now()
      child.kill('SIGTERM')
      await ended
      return { by: child.signalCode ?? child.exitCode, ms: performance.now() - since }
    },
    async told() {
      await closed
      return told.join('\n')
    },
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}
