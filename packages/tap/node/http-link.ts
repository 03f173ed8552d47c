import { concat, UnifareError } from '@unifare/core'
import { type Link, MESSAGE_BYTES_MAX } from '../src/index.ts'

/**
 * Carrier over HTTP: one POST of the message's bytes, the answer's bytes come back with status
 * 200. Anything else (no connection, no answer in time, another status, an answer that is too
 * long) is `link.unreachable`: the sender keeps its copy. Runs in Node and in browsers.
 */
export function createHttpLink(options: {
  /** Base address of a party, `http://127.0.0.1:8001`; undefined when it has none. */
  readonly addressOf: (receiver: string) => string | undefined
  /** Time for the whole exchange; 10 seconds unless told otherwise. */
  readonly timeoutMs?: number
}): Link {
  const { addressOf, timeoutMs = 10_000 } = options
  return {
    async send(receiver, message) {
      const address = addressOf(receiver)
      if (address === undefined) throw unreachable(receiver, 'it has no address')
      try {
        const response = await fetch(new URL(`/link/${encodeURIComponent(receiver)}`, address), {
          method: 'POST',
          headers: { 'content-type': 'application/octet-stream' },
          body: new Uint8Array(message),
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
        })
        if (response.status !== 200) {
          await response.body?.cancel()
          throw unreachable(receiver, `${address} says ${response.status}`)
        }
        return await readBody(response, receiver)
      } catch (error) {
        if (error instanceof UnifareError) throw error
        throw unreachable(receiver, `${address}: ${reasonOf(error)}`)
      }
    },
  }
}

async function readBody(response: Response, receiver: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  // Not every browser iterates over a stream.
  const reader = response.body?.getReader()
  for (let read = await reader?.read(); read?.value; read = await reader?.read()) {
    length += read.value.length
    if (length > MESSAGE_BYTES_MAX) {
      await reader?.cancel()
      throw unreachable(receiver, 'its answer is too long')
    }
    parts.push(read.value)
  }
  return concat(...parts)
}

function unreachable(receiver: string, why: string): UnifareError {
  return new UnifareError('link.unreachable', `${receiver} did not answer: ${why}`)
}

/** fetch hides what happened in the cause of its error. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string }; message?: string }
  return cause?.code ?? message ?? String(error)
}
