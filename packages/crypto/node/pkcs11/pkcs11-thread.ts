import { Worker } from 'node:worker_threads'
import { UnifareError } from '@unifare/core'
import type { Token, TokenOptions } from './token.ts'
import type { TokenAnswer, TokenMethod, TokenRequest } from './worker.ts'

/** The library's thread as seen from outside. Requests are done one after the other. */
export interface Pkcs11Thread {
  /** Opens a token and returns its name. */
  open(options: TokenOptions): Promise<string>
  ask<Method extends TokenMethod>(
    token: string,
    method: Method,
    ...args: Parameters<Token[Method]>
  ): Promise<ReturnType<Token[Method]>>
  /** Ends library and thread. */
  close(): Promise<void>
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

type WithoutId<Request> = Request extends unknown ? Omit<Request, 'id'> : never

/** Starts the thread of a library; it keeps the process alive only while somebody waits. */
export function startPkcs11Thread(library: string): Pkcs11Thread {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: library })
  const waiting = new Map<number, Waiting>()
  let nextId = 0
  let over = false

  worker.unref()
  worker.on('message', (answer: TokenAnswer) => {
    const asker = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0) worker.unref()
    if ('value' in answer) asker?.resolve(answer.value)
    else asker?.reject(errorOf(answer))
  })
  worker.on('error', (error) => end(`its thread failed: ${error.message}`))
  worker.on('exit', () => end('its thread has ended'))

  function end(why: string): void {
    over = true
    for (const asker of waiting.values()) asker.reject(new UnifareError('key.hsm-gone', why))
    waiting.clear()
  }

  function request(message: WithoutId<TokenRequest>): Promise<unknown> {
    if (over) return Promise.reject(new UnifareError('key.hsm-gone', 'the store is closed'))
    return new Promise((resolve, reject) => {
      const id = nextId++
      waiting.set(id, { resolve, reject })
      worker.ref()
      worker.postMessage({ id, ...message } satisfies TokenRequest)
    })
  }

  return {
    open: (options) => request({ open: options }) as Promise<string>,
    ask: <Method extends TokenMethod>(
      token: string,
      method: Method,
      ...args: Parameters<Token[Method]>
    ) => request({ token, method, args }) as Promise<ReturnType<Token[Method]>>,
    async close() {
      if (over) return
      await request({ close: true })
      over = true
      await worker.terminate()
    },
  }
}

function errorOf(answer: Exclude<TokenAnswer, { readonly value: unknown }>): Error {
  if ('fault' in answer) return new Error(answer.fault)
  const { code, message, details } = answer.refusal
  return new UnifareError(code, message, details)
}
