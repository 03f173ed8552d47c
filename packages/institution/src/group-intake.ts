import type { Clock, Journal, Tx } from '@unifare/core'
import { isRefusal, type Message } from '@unifare/tap'
import {
  keyOf,
  moveOn,
  type Outcome,
  outcomeOf,
  type Place,
  placeIn,
  requireSameKind,
  rowOf,
  runApply,
} from './entries.ts'
import type { Apply } from './institution.ts'
import { type IntakeRow, intake, type OutboxRow, outbox } from './tables.ts'

/** What messages are taken in with. */
export interface GroupTools {
  readonly clock: Clock
  readonly journal: Journal
  readonly apply: Apply
  readonly check: (tx: Tx, message: Message) => Promise<void>
}

/** A group and its places in the journal: none for a message that has one already. */
export interface Seats {
  readonly messages: readonly Message[]
  readonly places: readonly (Place | undefined)[]
}

/** Gives those of a group that are new their places in the journal, in their order. */
export async function seat(
  tx: Tx,
  { clock, journal }: Pick<GroupTools, 'clock' | 'journal'>,
  messages: readonly Message[],
): Promise<Seats> {
  const before = await tx.get(intake, messages.map(keyOf))
  const seated = new Set<string>()
  const places = messages.map((message, i) => {
    const name = nameOf(message)
    if (before[i] !== undefined || seated.has(name)) return undefined
    seated.add(name)
    return placeIn(journal, { message, acceptedAt: clock.now() })
  })
  return { messages, places }
}

/**
 * Applies messages within one transaction, in their order: each sees the state behind the one
 * before. Without seats each gets its place when its check has passed, which sees that state too. A
 * refusal of the check concerns its message only; any other failure the whole group. Returns the
 * last place besides, if there is a new one.
 */
export async function applyGroup(
  tx: Tx,
  { clock, journal, apply, check }: GroupTools,
  { messages, places }: Pick<Seats, 'messages'> & Partial<Seats>,
): Promise<{
  readonly results: PromiseSettledResult<Outcome>[]
  readonly last: Place | undefined
}> {
  const asked = places === undefined ? messages : messages.filter((_, i) => !places[i])
  const rows = new Map<string, IntakeRow>()
  for (const row of asked.length > 0 ? await tx.get(intake, asked.map(keyOf)) : []) {
    if (row !== undefined) rows.set(nameOf(row), row)
  }
  const added: IntakeRow[] = []
  const waiting: OutboxRow[] = []
  let last: Place | undefined
  const take = async (message: Message, seated: Place | undefined): Promise<Outcome> => {
    const known = rows.get(nameOf(message))
    if (known !== undefined) {
      requireSameKind(known, message)
      return outcomeOf(known)
    }
    if (places === undefined) await check(tx, message)
    else if (seated === undefined) throw new TypeError('a new message needs a place in the journal')
    last = seated ?? placeIn(journal, { message, acceptedAt: clock.now() })
    const { result, sent } = await runApply(tx, { apply, message, place: last })
    waiting.push(...sent)
    const row = rowOf(message, last, { ok: true, result })
    rows.set(nameOf(message), row)
    added.push(row)
    return outcomeOf(row)
  }
  const results: PromiseSettledResult<Outcome>[] = []
  for (const [i, message] of messages.entries()) {
    const place = last
    const [result] = await Promise.allSettled([take(message, places?.[i])])
    if (result.status === 'rejected' && (last !== place || !isRefusal(result.reason))) {
      throw result.reason
    }
    results.push(result)
  }
  if (waiting.length > 0) await tx.put(outbox, waiting)
  if (added.length > 0) await tx.put(intake, added)
  if (last !== undefined) await moveOn(tx, last)
  return { results, last }
}

function nameOf({ sender, bodyHash }: Pick<IntakeRow, 'sender' | 'bodyHash'>): string {
  return `${sender}/${bodyHash}`
}
