import {
  assert,
  canonicalJson,
  defineLayout,
  fromHex,
  type Hashes,
  type Journal,
  requireData,
  type Tx,
  UnifareError,
} from '@unifare/core'
import { type Message, parseMessage } from '@unifare/tap'
import type { Apply, Input } from './institution.ts'
import { type IntakeRow, type OutboxRow, outbox, positions } from './tables.ts'

/** Effects of one message at most; ids of the outbox are journal index × this + number. */
const EFFECTS_MAX = 1_000_000
/** Name of the one position: how many messages of the journal are state. */
export const APPLIED = { name: 'applied' } as const
/** Name of the position that tells the form of the tables. */
export const FORM = { name: 'form' } as const
const stamp = defineLayout(6, { acceptedAt: [0, 'u48'] })

/** The answer that a message gets, now and at every repetition. */
export interface Outcome {
  readonly result?: unknown
}

export interface Entry {
  readonly acceptedAt: number
  readonly message: Message
}

/** A message as the journal keeps it. */
export function readEntry(payload: Uint8Array, hashes: Hashes): Entry {
  const message = parseMessage(payload.subarray(stamp.length), hashes)
  return { ...stamp.decode(payload), message }
}

/** By what a message is known for ever. */
export function keyOf({ sender, bodyHash }: Message): Pick<IntakeRow, 'sender' | 'bodyHash'> {
  return { sender, bodyHash }
}

/** Where a message stands in the journal, and when it was taken in. */
export interface Place {
  readonly index: number
  readonly acceptedAt: number
}

/** Runs the state machine on a message; what it sends is returned, to be stored. */
export async function runApply(
  tx: Tx,
  options: { readonly apply: Apply; readonly message: Message; readonly place: Place },
): Promise<{ readonly result: unknown; readonly sent: OutboxRow[] }> {
  const { message, place } = options
  let effects: Parameters<Input['send']>[] = []
  let stored = 0
  const takeRows = () => {
    const rows = rowsOf(place.index, effects, stored)
    stored += rows.length
    effects = []
    return rows
  }
  const { acceptedAt, index: journalIndex } = place
  const result = await options.apply(tx, {
    message,
    acceptedAt,
    journalIndex,
    send: (...effect) => void effects.push(effect),
    storeSent: () => tx.put(outbox, takeRows()),
  })
  return { result: answerable(result), sent: takeRows() }
}

/** The next place in the journal, which is durable only behind a sync. */
export function placeIn(
  journal: Journal,
  { message, acceptedAt }: { readonly message: Message; readonly acceptedAt: number },
): Place {
  const { head, body, bodyHash, signature } = message
  const index = journal.append(
    stamp.encode({ acceptedAt }),
    head,
    { bytes: body, sha256: fromHex(bodyHash) },
    signature,
  )
  return { index, acceptedAt }
}

/** What is kept of a message. */
export function rowOf(
  message: Message,
  { index }: Place,
  { ok, result }: { readonly ok: boolean; readonly result: unknown },
): IntakeRow {
  return { ...keyOf(message), kind: message.kind, journalIndex: index, ok, result }
}

/** The same body as another kind of message is another message: it is refused. */
export function requireSameKind({ kind }: IntakeRow, message: Message): void {
  requireData(kind === message.kind, 'message.refused', `the same body came as a ${kind}`)
}

/** All messages up to this place are state. */
export async function moveOn(tx: Tx, { index }: Place): Promise<void> {
  await tx.put(positions, [{ ...APPLIED, value: index + 1 }])
}

/** Rows of effects, behind those of the same message that are stored. */
function rowsOf(
  index: number,
  effects: readonly Parameters<Input['send']>[],
  stored: number,
): OutboxRow[] {
  assert(stored + effects.length <= EFFECTS_MAX, 'a message has too many effects')
  return effects.map(([receiver, kind, body], i) => {
    return { id: index * EFFECTS_MAX + stored + i, receiver, kind, body }
  })
}

/** The result as every repetition reads it back; a float or a date in it is a bug of the party. */
function answerable(result: unknown): unknown {
  const plain: unknown = JSON.parse(JSON.stringify(result ?? null))
  try {
    canonicalJson(plain)
  } catch (cause) {
    throw new TypeError('the result of a message cannot be signed', { cause })
  }
  return plain
}

/** What is kept, as an answer; throws what was refused. */
export function outcomeOf(row: IntakeRow): Outcome {
  if (row.ok) return { result: row.result }
  const { code, message } = row.result as { code: string; message: string }
  throw new UnifareError(code, message)
}
