import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('terminal-process.ts', import.meta.url))

export const DAY = '2026-11-20'
export const BUS = '15215211'
export const ISSUER = '05215210'
/** Who takes part in the network of the process. */
export const planned = { operators: [BUS], issuers: [ISSUER] } as const

/** What a terminal's process asks of its parent. */
export type Asked = { readonly apdu: string } | { readonly send: string; readonly bytes: string }

/** What it says. */
export type Report =
  | { readonly ready: true }
  | ({ readonly ask: number } & Asked)
  | { readonly go: number }
  | { readonly done: unknown }
  | { readonly failed: string }

/** What the parent orders, and its answers. */
export type Order =
  | {
      readonly do: 'refresh' | 'card' | 'code' | 'upload'
      readonly at: number
      readonly code?: string
    }
  | { readonly answer: number; readonly value?: string }

/** A terminal's process, as its parent holds it. */
export interface TerminalProcess {
  /** Resolves with the result, or undefined when the process ended before. */
  order(order: Extract<Order, { do: string }>): Promise<{ readonly result: unknown } | undefined>
  readonly alive: () => boolean
  kill(): void
  /** Resolves when it is gone and everything that it said is read. */
  readonly gone: Promise<void>
}

/** Starts a terminal's process on its folder. */
export async function startTerminal(options: {
  readonly seed: string
  readonly dir: string
  /** The parent's end: cards and the operator. */
  readonly answer: (asked: Asked) => Promise<string | undefined>
  readonly go: (sequence: number) => void
  /** Called for everything it says, before that is handled, with what ends the process. */
  readonly heard: (kill: () => void) => void
}): Promise<TerminalProcess> {
  const child = fork(SCRIPT, [options.seed, options.dir], { execArgv: [], silent: true })
  // As a power cut ends it for the process: at once, without a last word.
  const kill = () => void child.kill('SIGKILL')
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (errors += part))
  let alive = true
  let finish: ((outcome: { readonly result: unknown } | undefined) => void) | undefined
  let ready: (() => void) | undefined
  const isReady = new Promise<void>((resolve) => (ready = resolve))
  const gone = new Promise<void>((resolve) => {
    child.on('close', () => {
      alive = false
      finish?.(undefined)
      ready?.()
      resolve()
    })
  })
  child.on('message', (report: Report) => {
    options.heard(kill)
    if ('ready' in report) ready?.()
    else if ('go' in report) options.go(report.go)
    else if ('ask' in report) void answerTo(child, report, options.answer)
    else finish?.({ result: 'done' in report ? report.done : new Error(report.failed) })
  })
  await isReady
  if (!alive && errors !== '') throw new Error(errors)
  return {
    alive: () => alive,
    gone,
    kill,
    async order(order) {
      if (!alive) return undefined
      const outcome = new Promise<{ readonly result: unknown } | undefined>((resolve) => {
        finish = resolve
      })
      say(child, order)
      const done = await outcome
      if (done?.result instanceof Error) throw done.result
      return done
    },
  }
}

async function answerTo(
  child: ChildProcess,
  report: Extract<Report, { ask: number }>,
  answer: (asked: Asked) => Promise<string | undefined>,
): Promise<void> {
  const value = await answer(report)
  say(child, { answer: report.ask, ...(value === undefined ? {} : { value }) })
}

/** To a process that is gone nothing can be said; that it is gone is seen elsewhere. */
function say(child: ChildProcess, order: Order): void {
  if (child.connected) child.send(order, () => undefined)
}
