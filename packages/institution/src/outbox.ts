import { type Repository, UnifareError } from '@unifare/core'
import {
  exchange,
  isFinalRefusal,
  type Link,
  type LinkIdentity,
  type MessageKind,
} from '@unifare/tap'
import { type OutboxRow, outbox, type ReturnedRow, returned } from './tables.ts'

/** Messages read from the outbox at once; a body has up to 1 MiB. */
const PAGE = 64

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
  let sent = 0
  for (const row of rows) {
    const { receiver, body } = row
    try {
      await exchange(link, identity, { receiver, kind: row.kind as MessageKind, body })
    } catch (error) {
      if (!(error instanceof UnifareError)) throw error
      if (!isFinalRefusal(error) && !cannotTravel(error)) break
      const { code, message } = error
      refused.push({ ...row, code, message })
    }
    sent += 1
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

/** A message that this side cannot even make, because it is too long. */
function cannotTravel({ code, details }: UnifareError): boolean {
  return code === 'message.malformed' && details['by'] === undefined
}
