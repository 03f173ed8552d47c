import {
  assert,
  canonicalJson,
  concat,
  defineLayout,
  type Env,
  type Journal,
  requireData,
  type Tx,
  UnifareError,
} from '@unifare/core'
import { isRefusal, type Message, parseMessage, refusalOf } from '@unifare/tap'
import type { Apply, Input } from './institution.ts'
import { type IntakeRow, intake, type OutboxRow, outbox, positions } from './tables.ts'

/** Effects of one message at most; ids of the outbox are journal index × this + number. */
const EFFECTS_MAX = 10_000
const APPLIED = { name: 'applied' } as const
const stamp = defineLayout(6, { acceptedAt: [0, 'u48'] })

/** The answer that a message gets, now and at every repetition. */
export interface Outcome {
  readonly result?: unknown
}

/** Takes messages in one at a time: journal, sync, apply. */
export interface Intake {
  take(message: Message): Promise<Outcome>
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
}): Promise<Intake> {
  const { env, journal, apply, check } = options
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
        const { acceptedAt, message } = readEntry(payload)
        const place = { index, acceptedAt }
        await applyMessage(env, { apply, message, place: async () => place })
        applied = index + 1
      }
    }
  }

  return {
    catchUp,
    async take(message) {
      await catchUp()
      const row = await applyMessage(env, {
        apply,
        message,
        place: async (tx, known) => {
          if (known !== undefined) {
            const { kind } = known
            requireData(kind === message.kind, 'message.refused', `the same body came as a ${kind}`)
            return undefined
          }
          await check?.(tx, message)
          const acceptedAt = env.clock.now()
          const index = journal.append(concat(stamp.encode({ acceptedAt }), message.bytes))
          await journal.sync()
          return { index, acceptedAt }
        },
      })
      applied = journal.syncedLength
      return outcomeOf(row)
    },
  }
}

interface Entry {
  readonly acceptedAt: number
  readonly message: Message
}

function readEntry(payload: Uint8Array): Entry {
  return { ...stamp.decode(payload), message: parseMessage(payload.subarray(stamp.length)) }
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
  const rowOf = (ok: boolean, result: unknown, { index }: Place): IntakeRow => {
    return { ...keyOf(message), kind: message.kind, journalIndex: index, ok, result }
  }
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
      const effects: Parameters<Input['send']>[] = []
      const send: Input['send'] = (...effect) => void effects.push(effect)
      const result = await apply(tx, { message, acceptedAt: place.acceptedAt, send })
      if (effects.length > 0) await tx.put(outbox, rowsOf(place.index, effects))
      return commit(tx, place, rowOf(true, answerable(result), place))
    })
  } catch (error) {
    const at = place
    if (!isRefusal(error) || at === undefined) throw error
    const row = rowOf(false, refusalOf(error), at)
    return repository.transaction((tx) => commit(tx, at, row))
  }
}

async function commit(tx: Tx, place: Place, row: IntakeRow): Promise<IntakeRow> {
  await tx.put(intake, [row])
  await moveOn(tx, place)
  return row
}

async function moveOn(tx: Tx, { index }: Place): Promise<void> {
  await tx.put(positions, [{ ...APPLIED, value: index + 1 }])
}

function rowsOf(index: number, effects: readonly Parameters<Input['send']>[]): OutboxRow[] {
  assert(effects.length <= EFFECTS_MAX, 'a message has too many effects')
  return effects.map(([receiver, kind, body], number) => {
    return { id: index * EFFECTS_MAX + number, receiver, kind, body }
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
