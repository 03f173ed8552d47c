import {
  canonicalJson,
  concat,
  type Env,
  fromUtf8,
  type Instant,
  type Journal,
  openJournal,
  type Tx,
  UnifareError,
  utf8,
  view,
} from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import {
  createHandler,
  encodeMessage,
  exchange,
  type Link,
  type LinkIdentity,
  type Message,
  type MessageHandler,
  type MessageKind,
  parseMessage,
} from '@unifare/tap'
import { type IntakeRow, intake, outbox, positions, returned } from './tables.ts'

const TIME_LENGTH = 6
/** Effects of one message at most; ids of the outbox are journal index × this + number. */
const EFFECTS_MAX = 10_000

/** A message as the state machine of an institution sees it. */
export interface Input {
  readonly message: Message
  /** When this institution took it in: the only "now" of the state machine. */
  readonly acceptedAt: Instant
  /** Leaves a message for another party; it goes out after this transaction, until acknowledged. */
  readonly send: (receiver: string, kind: MessageKind, body: Uint8Array) => void
}

/**
 * The state machine of an institution: pure but for the rows it reads and writes. A refusal is a
 * `UnifareError`: it undoes the transaction and becomes the signed answer for ever.
 */
export type Apply = (tx: Tx, input: Input) => Promise<unknown>

export interface InstitutionOptions {
  readonly id: string
  readonly env: Env
  readonly link: Link
  readonly engine: SignatureEngine
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  readonly publicKeyOf: (party: string) => Promise<Uint8Array | undefined>
  /** Applies what changes state. */
  readonly apply: Apply
  /** Answers `pull` messages from the present state; nothing is written. */
  readonly query?: (tx: Tx, message: Message) => Promise<unknown>
  /** Refuses a message before anything is written (unknown terminal, bad batch signature …). */
  readonly check?: (tx: Tx, message: Message) => Promise<void>
}

/** An institution on the link: everything it takes in is journaled and synced before it answers. */
export interface Institution {
  readonly id: string
  readonly identity: LinkIdentity
  readonly handler: MessageHandler
  /** Gives the institution an order of its own staff or clock; journaled like any message. */
  command(order: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Sends a message and returns the answer's result; nothing is kept when it fails. */
  ask(receiver: string, kind: MessageKind, body: Uint8Array): Promise<unknown>
  /** Sends what waits in the outbox; returns how many messages still wait. */
  deliver(): Promise<number>
  /** Reads state. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/**
 * Opens an institution: reads its journal and applies whatever its state has not seen. An empty
 * repository is thereby rebuilt from the segments alone.
 */
export async function openInstitution(options: InstitutionOptions): Promise<Institution> {
  const { env, link } = options
  const identity: LinkIdentity = {
    id: options.id,
    sign: options.sign,
    publicKeyOf: async (party) => options.publicKeyOf(party),
    engine: options.engine,
    now: () => env.clock.now(),
  }
  const journal = await openJournal({ storage: env.storage, name: 'intake' })
  const queue = createQueue()
  await queue(() => applyRest(options, journal))

  async function take(message: Message): Promise<{ result?: unknown }> {
    if (message.kind === 'pull') {
      const { query } = options
      if (query === undefined) throw new UnifareError('message.refused', 'nothing to pull here')
      return { result: await env.repository.transaction((tx) => query(tx, message)) }
    }
    return queue(async () => {
      const known = await outcome(options, message)
      if (known !== undefined) return answerOf(known)
      await env.repository.transaction(async (tx) => options.check?.(tx, message))
      journal.append(concat(timeBytes(env.clock.now()), message.bytes))
      await journal.sync()
      await applyRest(options, journal)
      const done = await outcome(options, message)
      if (done === undefined) throw new Error(`${options.id}: message was journaled, not applied`)
      return answerOf(done)
    })
  }

  return {
    id: options.id,
    identity,
    handler: createHandler(identity, take),
    async command(order) {
      // The place in the journal makes every order new: staff may order the same thing twice.
      const body = utf8(canonicalJson({ ...order, order: journal.length }))
      const sentAt = env.clock.now()
      const { id } = options
      const bytes = await encodeMessage({
        kind: 'order',
        sender: id,
        receiver: id,
        sentAt,
        body,
        sign: options.sign,
      })
      return (await take(parseMessage(bytes))).result
    },
    ask: (receiver, kind, body) => exchange(link, identity, { receiver, kind, body }),
    deliver: () => deliver(options, identity),
    read: (work) => env.repository.transaction(work),
    async close() {
      await queue(async () => journal.close())
    },
  }
}

/** Reads the JSON body of an order; throws `message.malformed`. */
export function orderOf(message: Message): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(fromUtf8(message.body)) as Record<string, unknown>
  } catch {
    throw new UnifareError('message.malformed', 'the order is not JSON')
  }
}

async function applyRest(options: InstitutionOptions, journal: Journal): Promise<void> {
  const { repository } = options.env
  const done = await repository.transaction(async (tx) => {
    const [row] = await tx.get(positions, [{ name: 'applied' }])
    return row?.value ?? 0
  })
  for (let next = done; next < journal.syncedLength; ) {
    const records = await journal.read(next)
    for (const { index, payload } of records) await applyOne(options, index, payload)
    next += records.length
  }
}

async function applyOne(
  options: InstitutionOptions,
  index: number,
  payload: Uint8Array,
): Promise<void> {
  const { repository } = options.env
  const message = parseMessage(payload.subarray(TIME_LENGTH))
  const acceptedAt = readTime(payload)
  const row = { sender: message.sender, bodyHash: message.bodyHash, kind: message.kind }
  const record = async (tx: Tx, ok: boolean, result: unknown) => {
    await tx.put(intake, [{ ...row, journalIndex: index, ok, result: result ?? null }])
    await tx.put(positions, [{ name: 'applied', value: index + 1 }])
  }
  try {
    await repository.transaction(async (tx) => {
      const [known] = await tx.get(intake, [row])
      if (known !== undefined) return record(tx, known.ok, known.result)
      let effects = 0
      const waiting: Parameters<Input['send']>[] = []
      const result = await options.apply(tx, {
        message,
        acceptedAt,
        send: (...effect) => {
          waiting.push(effect)
        },
      })
      if (waiting.length > EFFECTS_MAX) throw new TypeError('too many effects of one message')
      await tx.put(
        outbox,
        waiting.map(([receiver, kind, body]) => ({
          id: index * EFFECTS_MAX + effects++,
          receiver,
          kind,
          body,
        })),
      )
      return record(tx, true, result)
    })
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    const { code, message: text } = error
    await repository.transaction((tx) => record(tx, false, { code, message: text }))
  }
}

async function outcome(
  options: InstitutionOptions,
  message: Message,
): Promise<IntakeRow | undefined> {
  const { sender, bodyHash } = message
  const [row] = await options.env.repository.transaction((tx) =>
    tx.get(intake, [{ sender, bodyHash }]),
  )
  return row
}

function answerOf(row: IntakeRow): { result?: unknown } {
  if (row.ok) return { result: row.result }
  const { code, message } = row.result as { code: string; message: string }
  throw new UnifareError(code, message)
}

/**
 * Sends the outbox in order. A receiver that does not answer keeps its messages waiting and holds
 * nobody else up; a refusal moves the message to the returned ones.
 */
async function deliver(options: InstitutionOptions, identity: LinkIdentity): Promise<number> {
  const { repository } = options.env
  const rows = await repository.transaction((tx) => tx.select(outbox, {}))
  const silent = new Set<string>()
  let waiting = 0
  for (const row of rows) {
    if (silent.has(row.receiver)) {
      waiting += 1
      continue
    }
    try {
      await exchange(options.link, identity, {
        receiver: row.receiver,
        kind: row.kind as MessageKind,
        body: row.body,
      })
      await repository.transaction((tx) => tx.remove(outbox, [{ id: row.id }]))
    } catch (error) {
      if (!(error instanceof UnifareError)) throw error
      const { code, message } = error
      if (code === 'link.unreachable' || code === 'message.bad-signature') {
        silent.add(row.receiver)
        waiting += 1
        continue
      }
      await repository.transaction(async (tx) => {
        await tx.put(returned, [{ ...row, code, message }])
        await tx.remove(outbox, [{ id: row.id }])
      })
    }
  }
  return waiting
}

/** Runs tasks one after the other, in the order of their arrival. */
function createQueue(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const next = last.then(task, task)
    last = next.catch(() => undefined)
    return next
  }
}

function timeBytes(instant: Instant): Uint8Array {
  const bytes = new Uint8Array(TIME_LENGTH)
  view(bytes).setUint16(0, Math.floor(instant / 0x1_0000_0000))
  view(bytes).setUint32(2, instant % 0x1_0000_0000)
  return bytes
}

function readTime(bytes: Uint8Array): Instant {
  return view(bytes).getUint16(0) * 0x1_0000_0000 + view(bytes).getUint32(2)
}
