import { UnifareError } from '@unifare/core'

/**
 * Carries messages to all who listen. It is trusted with nothing: it may lose them, repeat them,
 * change them and their order. Who sends keeps what it sent, and who receives verifies.
 */
export interface SegmentCarrier {
  /**
   * Resolves when the brokers say that they have the message. Throws `carrier.too-large` where they
   * never take one of its size, `carrier.unreachable` otherwise.
   */
  publish(message: Uint8Array): Promise<void>
  /**
   * Hands all messages on, those too that came while this receiver was away. One whose `take` rejects
   * comes again. Goes on over brokers that fail until it is closed.
   */
  subscribe(receiver: string, take: (message: Uint8Array) => Promise<void>): Subscription
  close(): Promise<void>
}

export interface Subscription {
  close(): Promise<void>
}

/** A message that the brokers never take, and what is to be done. */
export function tooLarge(message: Uint8Array, limit: string): UnifareError {
  const text = `brokers take no message of ${message.length} bytes (${limit}): send smaller pieces (--piece-kib), or raise their limit`
  return new UnifareError('carrier.too-large', text, { bytes: message.length })
}

/** How long brokers may be away before a message counts as not taken. */
export const PUBLISH_PATIENCE_MS = 15_000
/** What the brokers hold for receivers that are away, at most; what they drop is sent again. */
export const BACKLOG_BYTES = 1024 * 1024 * 1024
export const BACKLOG_S = 3_600
