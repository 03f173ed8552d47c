// The thread of a PKCS#11 library: its calls block, so they must not run where a gate waits.
import { parentPort, workerData } from 'node:worker_threads'
import { UnifareError } from '@unifare/core'
import { type Cryptoki, loadCryptoki } from './cryptoki.ts'
import { openToken, type Token, type TokenOptions } from './token.ts'

/** A request to the thread: open a token, or do something with one that is open. */
export type TokenRequest =
  | { readonly id: number; readonly open: TokenOptions }
  | {
      readonly id: number
      readonly token: string
      readonly method: TokenMethod
      readonly args: readonly unknown[]
    }
  | { readonly id: number; readonly close: true }

/** What can be asked of an open token. */
export type TokenMethod = Exclude<keyof Token, 'name'>

export type TokenAnswer =
  | { readonly id: number; readonly value: unknown }
  | {
      readonly id: number
      readonly refusal: {
        readonly code: string
        readonly message: string
        readonly details: Readonly<Record<string, unknown>>
      }
    }
  | { readonly id: number; readonly fault: string }

const port = parentPort
const tokens = new Map<string, Token>()
let cryptoki: Cryptoki | undefined

port?.on('message', (request: TokenRequest) => {
  port.postMessage(answerTo(request))
  if ('close' in request) port.close()
})

function answerTo(request: TokenRequest): TokenAnswer {
  const { id } = request
  try {
    return { id, value: work(request) }
  } catch (error) {
    if (!(error instanceof UnifareError)) {
      return { id, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
    const { code, message, details } = error
    return { id, refusal: { code, message, details } }
  }
}

function work(request: TokenRequest): unknown {
  if ('close' in request) {
    tokens.clear()
    return cryptoki?.call('C_Finalize', [null])
  }
  if ('open' in request) {
    cryptoki ??= loadCryptoki(String(workerData))
    const token = openToken(cryptoki, request.open)
    tokens.set(request.open.label, token)
    return token.name
  }
  const token = tokens.get(request.token)
  if (!token) throw new TypeError(`token ${request.token} is not open`)
  // The caller's types tie the arguments to the method; see `pkcs11-thread.ts`.
  const method = token[request.method] as (...args: readonly unknown[]) => unknown
  return method(...request.args)
}
