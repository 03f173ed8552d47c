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

  async function applyOne(index: number, entry: Entry): Promise<IntakeRow> {
    const row = await applyEntry(env, apply, { index, ...entry })
    applied = index + 1
    return row
  }

  async function catchUp(): Promise<void> {
    while (applied < journal.syncedLength) {
      for (const { index, payload } of await journal.read(applied)) {
        await applyOne(index, readEntry(payload))
      }
    }
  }

  return {
    catchUp,
    async take(message) {
      await catchUp()
      const known = await repository.transaction(async (tx) => {
        const [row] = await tx.get(intake, [keyOf(message)])
        requireData(
          row === undefined || row.kind === message.kind,
          'message.refused',
          `the same body came before as a ${row?.kind}`,
        )
        if (row === undefined) await check?.(tx, message)
        return row
      })
      if (known !== undefined) return outcomeOf(known)
      const acceptedAt = env.clock.now()
      const index = journal.append(concat(stamp.encode({ acceptedAt }), message.bytes))
      await journal.sync()
      return outcomeOf(await applyOne(index, { acceptedAt, message }))
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

/**
 * One message, one transaction: state, effects, answer and position together. A refusal undoes
 * the state and is remembered; a fault of the machine is thrown, and the message stays in the
 * journal until it can be applied.
 */
async function applyEntry(
  { repository }: Env,
  apply: Apply,
  { index, acceptedAt, message }: Entry & { readonly index: number },
): Promise<IntakeRow> {
  const base = { ...keyOf(message), kind: message.kind, journalIndex: index }
  const commit = async (tx: Tx, row: IntakeRow) => {
    await tx.put(intake, [row])
    await tx.put(positions, [{ ...APPLIED, value: index + 1 }])
    return row
  }
  try {
    return await repository.transaction(async (tx) => {
      const [known] = await tx.get(intake, [base])
      // It was applied, and the machine stopped before it could tell: only the position moves.
      if (known !== undefined) return commit(tx, known)
      const effects: Parameters<Input['send']>[] = []
      const send: Input['send'] = (...effect) => void effects.push(effect)
      const result = await apply(tx, { message, acceptedAt, send })
      await tx.put(outbox, rowsOf(index, effects))
      return commit(tx, { ...base, ok: true, result: answerable(result) })
    })
  } catch (error) {
    if (!isRefusal(error)) throw error
    const result = refusalOf(error)
    return repository.transaction((tx) => commit(tx, { ...base, ok: false, result }))
  }
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
