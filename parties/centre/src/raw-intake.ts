import { type Instant, requireData, type Tx } from '@unifare/core'
import { type Message, parseBatchHeader } from '@unifare/tap'
import type { SequenceGap } from './watch/sequence-mark.ts'
import { heardTerminal } from './watch/sources.ts'

/** What a centre answers to a batch that it keeps: its place in the terminal's records, and theirs. */
export interface RawReceipt {
  readonly first: number
  readonly end: number
  readonly missing: readonly SequenceGap[]
}

/**
 * Takes a terminal's batch as it is, for clearing from the journal: the bytes are the operator's by
 * its signature on the message, and durable before the answer. The terminal's signature, the chain
 * of its records and every record are verified where the records are read; here only the place of
 * the batch is noted.
 */
export async function takeRawBatch(
  tx: Tx,
  message: Message,
  { at }: { readonly at: Instant },
): Promise<RawReceipt> {
  const { terminal, operator, first, end } = parseBatchHeader(message.body)
  requireData(operator === message.sender, 'batch.malformed', `a batch for ${operator}`)
  return { first, end, missing: await heardTerminal(tx, { terminal, operator, first, end, at }) }
}
