import { type Repository, UnifareError } from '@unifare/core'
import {
  exchange,
  exchangePack,
  isFinalRefusal,
  type Link,
  type LinkIdentity,
  MESSAGE_BYTES_MAX,
  type MessageKind,
  PACK_PARTS_MAX,
} from '@unifare/tap'
import { type OutboxRow, outbox, type ReturnedRow, returned } from './tables.ts'

/** Messages read from the outbox at once; a body has up to 1 MiB. */
const PAGE = 64
/** Bodies of one message at most; the rest is for its header and signature. */
const PACK_BYTES_MAX = MESSAGE_BYTES_MAX - 4096

/**
 * Sends the outbox: in order to every receiver, side by side to different ones, so that a silent
 * receiver keeps its messages waiting and holds nobody else up. A final refusal moves the message
 * to the returned ones. Returns how many still wait.
 */
export async function deliverOutbox(options: {
  readonly repository: Repository
  readonly link: Link
  readonly identity: LinkIdentity
}): Promise<number> {
  const { repository } = options
  const silent = new Set<string>()
  let waiting = 0
  let after: { readonly id: number } | undefined
  for (;;) {
    const range = after === undefined ? { limit: PAGE } : { limit: PAGE, after }
    const page = await repository.transaction((tx) => tx.select(outbox, {}, range))
    const receivers = [...new Set(page.map(({ receiver }) => receiver))]
    const left = await Promise.all(
      receivers.map(async (receiver) => {
        const rows = page.filter((row) => row.receiver === receiver)
        const unsent = silent.has(receiver) ? rows.length : await sendInOrder(options, rows)
        if (unsent > 0) silent.add(receiver)
        return unsent
      }),
    )
    waiting += left.reduce((sum, count) => sum + count, 0)
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return waiting
    after = { id: last.id }
  }
}

/** Sends messages for one receiver until it is silent; returns how many were not sent. */
async function sendInOrder(
  { repository, link, identity }: Parameters<typeof deliverOutbox>[0],
  rows: readonly OutboxRow[],
): Promise<number> {
  const refused: ReturnedRow[] = []
  let packs = true
  let sent = 0
  while (sent < rows.length) {
    const pack = packs ? packAt(rows, sent) : rows.slice(sent, sent + 1)
    const told = await sendPack({ link, identity }, pack)
    if (told === 'not-taken' && pack.length > 1) {
      // One that takes no packs, or none of these: it says so of each alone.
      packs = false
      continue
    }
    if (typeof told === 'string') break
    for (const [i, error] of told.entries()) {
      if (error !== undefined)
        refused.push({ ...pack[i]!, code: error.code, message: error.message })
    }
    sent += told.length
  }
  if (sent === 0) return rows.length
  // Sent again after a crash before this point: receivers know a message by its body.
  await repository.transaction(async (tx) => {
    if (refused.length > 0) await tx.put(returned, refused)
    await tx.remove(
      outbox,
      rows.slice(0, sent).map(({ id }) => ({ id })),
    )
  })
  return rows.length - sent
}

/**
 * Rows that go as one message: batches of taps that follow each other, as many as it holds. They
 * may be taken in any order and each without the others; a row of another kind goes alone.
 */
function packAt(rows: readonly OutboxRow[], from: number): readonly OutboxRow[] {
  let bytes = 0
  let end = from
  while (end < rows.length && end - from < PACK_PARTS_MAX && rows[end]!.kind === 'tap-batch') {
    bytes += rows[end]!.body.length
    if (bytes > PACK_BYTES_MAX) break
    end += 1
  }
  return rows.slice(from, Math.max(end, from + 1))
}

/**
 * Sends rows as one message. Returns the refusals of those that were answered for good, from the
 * first on, undefined where there is none; or that nobody answered, or nothing that can be used.
 */
async function sendPack(
  { link, identity }: Pick<Parameters<typeof deliverOutbox>[0], 'link' | 'identity'>,
  rows: readonly OutboxRow[],
): Promise<readonly (UnifareError | undefined)[] | 'not-taken' | 'silent'> {
  const { receiver } = rows[0]!
  const kind = rows[0]!.kind as MessageKind
  try {
    if (rows.length === 1) {
      await exchange(link, identity, { receiver, kind, body: rows[0]!.body })
      return [undefined]
    }
    const bodies = rows.map(({ body }) => body)
    const told = await exchangePack(link, identity, { receiver, kind, bodies })
    return told.map((one) => (one.status === 'rejected' ? (one.reason as UnifareError) : undefined))
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    if (rows.length === 1 && (isFinalRefusal(error) || cannotTravel(error))) return [error]
    return error.code === 'link.unreachable' ? 'silent' : 'not-taken'
  }
}

/** A message that this side cannot even make, because it is too long. */
function cannotTravel({ code, details }: UnifareError): boolean {
  return code === 'message.malformed' && details['by'] === undefined
}
