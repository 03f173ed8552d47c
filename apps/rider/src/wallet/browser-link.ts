import { UnifareError } from '@unifare/core'
import { type Link, MESSAGE_BYTES_MAX } from '@unifare/tap'

const TIMEOUT_MS = 10_000

/**
 * Carries messages to the parties behind the page's own origin: `POST /link/<party>`. Whatever is
 * no answer is `link.unreachable`, and may be tried again.
 */
export function createBrowserLink(origin: string): Link {
  return {
    async send(receiver, message) {
      const address = new URL(`/link/${encodeURIComponent(receiver)}`, origin)
      try {
        const response = await fetch(address, {
          method: 'POST',
          headers: { 'content-type': 'application/octet-stream' },
          body: new Uint8Array(message),
          redirect: 'error',
          signal: AbortSignal.timeout(TIMEOUT_MS),
        })
        const answer = new Uint8Array(await response.arrayBuffer())
        if (response.status === 200 && answer.length <= MESSAGE_BYTES_MAX) return answer
        throw new UnifareError('link.unreachable', `${receiver} answered ${response.status}`)
      } catch (error) {
        if (error instanceof UnifareError) throw error
        throw new UnifareError('link.unreachable', `${receiver} did not answer`)
      }
    },
  }
}
