import { type CardView, prepareBlock, readAlgorithm, sendBlock } from '@unifare/card'
import type { TimeQuality } from '@unifare/core'
import type { TerminalConfig } from './config.ts'
import { type Refusal, refuse } from './decision.ts'
import type { CardFlow } from './flow.ts'
import { decodePendingEntry, encodePendingEntry, type PendingEntry } from './pending-entry.ts'
import { appendRecord } from './record.ts'
import { cardOf } from './tap-content.ts'
import type { TapLog } from './tap-log.ts'

type PendingBlock = Extract<PendingEntry, { block: unknown }>['block']

/**
 * A card on the deny list: its application is blocked until the issuer unblocks it, and the tap
 * refused. PENDING (sync) → APPLICATION BLOCK → a record of kind `block` (sync), whose reason is
 * `deny.listed`, or `card.torn` where nobody knows whether the card carried it out. A terminal
 * whose PSAM has no maintenance key only refuses; so does one that meets a city-union purse, whose
 * block is its own city's.
 */
export async function blockCard(flow: CardFlow, view: CardView): Promise<Refusal> {
  const { transport, psam, log, config, context, quality } = flow
  if (view.scheme !== 'mot') return refuse('deny.listed')
  const keys = await readAlgorithm(transport, psam)
  if (!keys.ok) return refuse('deny.listed', keys.code)
  const { algorithm } = keys
  const prepared = await prepareBlock({ transport, psam, view, algorithm, permanent: false })
  if (!prepared.ok) return refuse('deny.listed', prepared.code)
  const block: PendingBlock = { kind: 'block', at: context.at, ...cardOf(view) }
  const id = log.appendPending(encodePendingEntry({ block }))
  await log.sync()
  const sent = await sendBlock(transport, prepared.block)
  const known = sent.ok || (sent.code !== 'card.torn' && sent.code !== 'card.bad-answer')
  if (known && !sent.ok) {
    log.resolve(id)
    return refuse('deny.listed', sent.code)
  }
  storeBlock(log, { block, id, sent: sent.ok }, { config, quality })
  await log.sync()
  return refuse('deny.listed')
}

/** After a crash: what a card was sent before it, and nobody knows what became of it. */
export async function storeCutBlocks(
  log: TapLog,
  at: { readonly config: TerminalConfig; readonly quality: TimeQuality },
): Promise<void> {
  for (const [id, bytes] of log.pendings) {
    const entry = decodePendingEntry(bytes)
    if ('block' in entry) storeBlock(log, { block: entry.block, id, sent: false }, at)
  }
  await log.sync()
}

function storeBlock(
  log: TapLog,
  {
    block,
    id,
    sent,
  }: { readonly block: PendingBlock; readonly id: number; readonly sent: boolean },
  { config, quality }: { readonly config: TerminalConfig; readonly quality: TimeQuality },
): void {
  const { kind, at, issuer, account } = block
  const reason = sent ? 'deny.listed' : 'card.torn'
  const content = { kind, reason, medium: 'card', issuer, account } as const
  appendRecord(log, config, { at, quality }, content, { resolves: id })
}
