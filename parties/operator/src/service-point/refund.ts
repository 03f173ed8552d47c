import {
  type CardTransport,
  type CardView,
  clearDoubt,
  debit,
  encodeEvidence,
  type PendingPurchase,
  type PsamReader,
  prepareBlock,
  preparePurchase,
  readCard,
  recover,
  sendBlock,
} from '@unifare/card'
import { toHex } from '@unifare/core'
import type { RefundAnswer } from './ask-issuer.ts'
import type { ServicePoint } from './load.ts'

/** How a refund ended. */
export type RefundResult =
  | {
      readonly ok: true
      /** What the agent pays out: balance and deposit. */
      readonly balanceFen: number
      readonly depositFen: number
      /** Whether the card took the permanent block; the deny list names it in any case. */
      readonly blocked: boolean
    }
  | {
      readonly ok: false
      readonly code: string
      /** The purse may be empty: present the card again with this. */
      readonly pending?: PendingPurchase
    }

/**
 * Takes a card back: the issuer lets the agent empty the purse, the purchase's TAC proves how much
 * it held, the issuer says what to pay out, the card is blocked for ever. Cut behind the debit, the
 * same order goes on with `pending` when the card is presented again.
 */
export async function refundCard(
  point: ServicePoint & { readonly psam: PsamReader },
  refund: {
    readonly transport: CardTransport
    readonly order: string
    readonly pending?: PendingPurchase
    /** Stores the prepared debit before it is made. */
    readonly keep: (pending: PendingPurchase) => Promise<void>
  },
): Promise<RefundResult> {
  const { transport, order } = refund
  const read = await readCard(transport)
  if (!read.ok) return read
  const { view } = read
  const { issuer, number: card } = view
  const asked = { do: 'refund-request', order, card, terminal: point.terminal }
  let answer = (await point.ask(issuer, asked)) as RefundAnswer
  if (answer.doubt !== undefined) {
    const refused = await clearDoubt(point, { transport, view, doubt: answer.doubt })
    if (refused !== undefined) return refused
    answer = (await point.ask(issuer, asked)) as RefundAnswer
  }
  if (!answer.ok) return { ok: false, code: answer.code ?? 'issuer.load-in-doubt' }
  if (answer.state === 'PAID') return paid(answer, await block(point, transport, view))
  const emptied = await empty(point, { ...refund, view })
  if (!emptied.ok) return emptied
  const proof = { do: 'refund-confirm', order, evidence: emptied.evidence }
  const told = (await point.ask(issuer, proof)) as RefundAnswer
  if (!told.ok) return { ok: false, code: told.code ?? 'card.bad-mac' }
  return paid(told, await block(point, transport, view))
}

type Emptied =
  | { readonly ok: true; readonly evidence: string }
  | Extract<RefundResult, { readonly ok: false }>

async function empty(
  point: Parameters<typeof refundCard>[0],
  refund: Parameters<typeof refundCard>[1] & { readonly view: CardView },
): Promise<Emptied> {
  const { transport, view, pending: before } = refund
  const { psam } = point
  if (before !== undefined) {
    const found = await recover({ transport, psam, pending: before, view })
    if (found.outcome === 'completed') return proved(encodeEvidence(found.evidence))
    if (found.outcome === 'unknown') return { ok: false, code: found.code, pending: before }
    if (found.outcome === 'other-card') return { ok: false, code: 'operator.other-card' }
  }
  const prepared = await preparePurchase({
    transport,
    psam,
    view,
    amountFen: view.balanceFen,
    at: point.now(),
    kind: 'plain',
    records: () => [],
  })
  if (!prepared.ok) return prepared
  const { pending } = prepared
  await refund.keep(pending)
  const result = await debit({ transport, psam, pending })
  if (result.ok) return proved(encodeEvidence(result.evidence))
  // A suspect MAC2 is no matter here: the issuer checks the TAC.
  if (result.state === 'suspect') return proved(encodeEvidence(result.evidence))
  const { code } = result
  return result.state === 'uncertain' ? { ok: false, code, pending } : { ok: false, code }
}

/** Best effort: the purse is empty and the card goes on the deny list. */
async function block(
  { psam }: Parameters<typeof refundCard>[0],
  transport: CardTransport,
  view: CardView,
): Promise<boolean> {
  const prepared = await prepareBlock({ transport, psam, view, permanent: true })
  return prepared.ok && (await sendBlock(transport, prepared.block)).ok
}

function proved(evidence: Uint8Array): Emptied {
  return { ok: true, evidence: toHex(evidence) }
}

function paid({ balanceFen, depositFen }: RefundAnswer, blocked: boolean): RefundResult {
  return { ok: true, balanceFen, depositFen, blocked }
}
