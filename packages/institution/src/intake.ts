import {
  assert,
  canonicalJson,
  defineLayout,
  type Env,
  fromHex,
  type Hashes,
  type Journal,
  requireData,
  type Tx,
  UnifareError,
} from '@unifare/core'
import { isRefusal, type Message, parseMessage, refusalOf } from '@unifare/tap'
import type { Apply, Input } from './institution.ts'
import { type IntakeRow, intake, type OutboxRow, outbox, positions } from './tables.ts'

/** Effects of one message at most; ids of the outbox are journal index × this + number. */
const EFFECTS_MAX = 1_000_000
const APPLIED = { name: 'applied' } as const
const stamp = defineLayout(6, { acceptedAt: [0, 'u48'] })

/** The answer that a message gets, now and at every repetition. */
export interface Outcome {
  readonly result?: unknown
}

/** Takes messages in: journal, sync, apply. */
export interface Intake {
  /**
   * Takes messages in one after the other, and answers each. They share one sync and one
   * transaction; what comes of them is what would come of each alone.
   */
  take(messages: readonly Message[]): Promise<PromiseSettledResult<Outcome>[]>
  /** Applies what the journal holds and the state has not seen. */
  catchUp(): Promise<void>
}

/**
 * The intake of an institution. Calls must come one after the other. `journal.length` is the
 * index of the next message.
 */
export async function openIntake(options: {
  readonly env: Env
  readonly journal: Journal
  readonly apply: Apply
  readonly check?: ((tx: Tx, message: Message) => Promise<void>) | undefined
  readonly hashes: Hashes
}): Promise<Intake> {
  const { env, journal, apply, check, hashes } = options
  const { repository } = env
  // Never ahead of the state: it moves only behind a commit.
  let applied = await repository.transaction(
    async (tx) => (await tx.get(positions, [APPLIED]))[0]?.value ?? 0,
  )
  requireData(
    applied <= journal.length,
    'institution.state-ahead',
    `the database has applied ${applied} messages, the journal holds ${journal.length}: they do not belong together`,
  )

  async function catchUp(): Promise<void> {
    while (applied < journal.syncedLength) {
      for (const { index, payload } of await journal.read(applied)) {
        const { acceptedAt, message } = readEntry(payload, hashes)
        const place = { index, acceptedAt }
        await applyMessage(env, { apply, message, place: async () => place })
        applied = index + 1
      }
    }
  }

  async function takeOne(message: Message): Promise<Outcome> {
    await catchUp()
    const row = await applyMessage(env, {
      apply,
      message,
      place: async (tx, known) => {
        if (known !== undefined) {
          requireSameKind(known, message)
          return undefined
        }
        await check?.(tx, message)
        const place = placeIn(journal, { message, acceptedAt: env.clock.now() })
        await journal.sync()
        return place
      },
    })
    applied = journal.syncedLength
    return outcomeOf(row)
  }

  async function takeGroup(messages: readonly Message[]): Promise<PromiseSettledResult<Outcome>[]> {
    await catchUp()
    const group = await repository.transaction(async (tx) => {
      const taken = await applyGroup(tx, { ...options, messages })
      // Behind it the commit: nothing that is not in the journal becomes state.
      await journal.sync()
      return taken
    })
    applied = journal.syncedLength
    return group
  }

  async function takeEach(messages: readonly Message[]): Promise<PromiseSettledResult<Outcome>[]> {
    const results: PromiseSettledResult<Outcome>[] = []
    for (const message of messages) {
      results.push(...(await Promise.allSettled([takeOne(message)])))
    }
    return results
  }

  return {
    catchUp,
    async take(messages) {
      if (messages.length === 1) return takeEach(messages)
      try {
        return await takeGroup(messages)
      } catch {
        // Nothing of the group is state. Those that have their place are applied from the journal,
        // each alone, so that a refusal undoes its own rows only; the others are taken anew.
        await journal.sync().catch(() => undefined)
        return takeEach(messages)
      }
    },
  }
}

/**
 * Takes messages in within one transaction, in their order: each sees the state behind the one
 * before. A refusal of the check concerns its message only; any other failure the whole group.
 */
async function applyGroup(
  tx: Tx,
  options: {
    readonly env: Env
    readonly journal: Journal
    readonly apply: Apply
    readonly check?: ((tx: Tx, message: Message) => Promise<void>) | undefined
    readonly messages: readonly Message[]
  },
): Promise<PromiseSettledResult<Outcome>[]> {
  const { env, journal, apply, check, messages } = options
  const before = await tx.get(intake, messages.map(keyOf))
  const rows = new Map<string, IntakeRow>()
  const nameOf = ({ sender, bodyHash }: Message) => `${sender}/${bodyHash}`
  const waiting: OutboxRow[] = []
  let last: Place | undefined
  const take = async (message: Message, stored: IntakeRow | undefined): Promise<Outcome> => {
    const known = stored ?? rows.get(nameOf(message))
    if (known !== undefined) {
      requireSameKind(known, message)
      return outcomeOf(known)
    }
    await check?.(tx, message)
    last = placeIn(journal, { message, acceptedAt: env.clock.now() })
    const { result, sent } = await runApply(tx, { apply, message, place: last })
    waiting.push(...sent)
    const row = rowOf(message, last, { ok: true, result })
    rows.set(nameOf(message), row)
    return outcomeOf(row)
  }
  const results: PromiseSettledResult<Outcome>[] = []
  for (const [i, message] of messages.entries()) {
    const length = journal.length
    const [result] = await Promise.allSettled([take(message, before[i])])
    if (result.status === 'rejected' && (journal.length > length || !isRefusal(result.reason))) {
      throw result.reason
    }
    results.push(result)
  }
  if (waiting.length > 0) await tx.put(outbox, waiting)
  if (rows.size > 0) await tx.put(intake, [...rows.values()])
  if (last !== undefined) await moveOn(tx, last)
  return results
}

interface Entry {
  readonly acceptedAt: number
  readonly message: Message
}

function readEntry(payload: Uint8Array, hashes: Hashes): Entry {
  const message = parseMessage(payload.subarray(stamp.length), hashes)
  return { ...stamp.decode(payload), message }
}

function keyOf({ sender, bodyHash }: Message): Pick<IntakeRow, 'sender' | 'bodyHash'> {
  return { sender, bodyHash }
}

/** Where a message stands in the journal, and when it was taken in. */
interface Place {
  readonly index: number
  readonly acceptedAt: number
}

/**
 * One message, one transaction: its place in the journal (synced), state, effects, answer and
 * position together. A refusal undoes the state and is remembered, unless the message has no place
 * yet: then nothing is left behind. A fault of the machine is thrown, and a message that has its
 * place stays in the journal until it can be applied.
 */
async function applyMessage(
  { repository }: Env,
  options: {
    readonly apply: Apply
    readonly message: Message
    /** Gives the message its place; undefined for one that was answered before and is not new. */
    readonly place: (tx: Tx, known: IntakeRow | undefined) => Promise<Place | undefined>
  },
): Promise<IntakeRow> {
  const { apply, message } = options
  let place: Place | undefined
  try {
    return await repository.transaction(async (tx) => {
      const [known] = await tx.get(intake, [keyOf(message)])
      place = await options.place(tx, known)
      if (known !== undefined) {
        // It was applied, and the machine stopped before it could tell: only the position moves.
        if (place !== undefined) await moveOn(tx, place)
        return known
      }
      if (place === undefined) throw new TypeError('a new message needs a place in the journal')
      const { result, sent } = await runApply(tx, { apply, message, place })
      if (sent.length > 0) await tx.put(outbox, sent)
      return commit(tx, place, rowOf(message, place, { ok: true, result }))
    })
  } catch (error) {
    const at = place
    if (!isRefusal(error) || at === undefined) throw error
    const row = rowOf(message, at, { ok: false, result: refusalOf(error) })
    return repository.transaction((tx) => commit(tx, at, row))
  }
}

/** Runs the state machine on a message; what it sends is returned, to be stored. */
async function runApply(
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
function placeIn(
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

function rowOf(
  message: Message,
  { index }: Place,
  { ok, result }: { readonly ok: boolean; readonly result: unknown },
): IntakeRow {
  return { ...keyOf(message), kind: message.kind, journalIndex: index, ok, result }
}

function requireSameKind({ kind }: IntakeRow, message: Message): void {
  requireData(kind === message.kind, 'message.refused', `the same body came as a ${kind}`)
}

async function commit(tx: Tx, place: Place, row: IntakeRow): Promise<IntakeRow> {
  await tx.put(intake, [row])
  await moveOn(tx, place)
  return row
}

async function moveOn(tx: Tx, { index }: Place): Promise<void> {
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

function outcomeOf(row: IntakeRow): Outcome {
  if (row.ok) return { result: row.result }
  const { code, message } = row.result as { code: string; message: string }
  throw new UnifareError(code, message)
}
