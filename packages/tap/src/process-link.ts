import { UnifareError } from '@unifare/core'
import type { Link, MessageHandler } from './link.ts'

/**
 * Carrier inside one process: receivers register their handlers. A handler that throws counts as
 * unreachable, with what it threw in `details.cause`.
 */
export function createProcessLink(): Link & {
  register(receiver: string, handler: MessageHandler): void
} {
  const handlers = new Map<string, MessageHandler>()
  return {
    register(receiver, handler) {
      handlers.set(receiver, handler)
    },
    async send(receiver, message) {
      const handler = handlers.get(receiver)
      if (handler === undefined) throw new UnifareError('link.unreachable', `nobody is ${receiver}`)
      try {
        return await handler(message)
      } catch (cause) {
        // The same as over a network: the sender learns that it got no answer, not why.
        throw new UnifareError('link.unreachable', `${receiver} failed: ${String(cause)}`, {
          cause,
        })
      }
    },
  }
}
