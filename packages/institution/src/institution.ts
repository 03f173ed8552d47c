import {
  canonicalJson,
  createSerial,
  type Env,
  fromUtf8,
  type Instant,
  openJournal,
  parseJson,
  requireData,
  type Tx,
  UnifareError,
  utf8,
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
import type { Outcome } from './entries.ts'
import { createGroups, takeAlone } from './groups.ts'
import { openIntake } from './intake.ts'
import { deliverOutbox } from './outbox.ts'

/** A message as the state machine of an institution sees it. */
export interface Input {
  readonly message: Message
  /** When this institution took it in: the only "now" of the state machine. */
  readonly acceptedAt: Instant
  /** Place of the message in this institution's journal. */
  readonly journalIndex: number
  /** Leaves a message for another party; it goes out after this transaction, until acknowledged. */
  readonly send: (receiver: string, kind: MessageKind, body: Uint8Array) => void
  /** Stores what was left so far: for who leaves more than should be held until the end. */
  readonly storeSent: () => Promise<void>
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
  /**
   * Kinds of messages that the check asks about, all unless given: others are written to the
   * journal while the ones before them are still being applied.
   */
  readonly checkedKinds?: readonly MessageKind[]
  /**
   * Number of what its tables hold, 1 unless given. It goes up when they hold something else than
   * before: a state of another form is refused (`institution.other-form`) and never misread.
   */
  readonly stateForm?: number
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
 * repository is thereby rebuilt from the segments alone. When `apply` throws anything but a
 * refusal, the message stays journaled and nothing later is taken before it can be applied.
 */
export async function openInstitution(options: InstitutionOptions): Promise<Institution> {
  const { id, env, link, sign, query, check } = options
  const { repository } = env
  const identity: LinkIdentity = {
    id,
    sign,
    publicKeyOf: options.publicKeyOf,
    engine: options.engine,
    now: () => env.clock.now(),
  }
  const { storage } = env
  const journal = await openJournal({ storage, name: 'intake', hashes: options.engine })
  const intake = await openIntake({
    env,
    journal,
    apply: options.apply,
    check,
    checkedKinds: options.checkedKinds,
    hashes: options.engine,
    stateForm: options.stateForm,
  })
  const oneByOne = createSerial()
  const takeIn = createGroups(intake, oneByOne)
  const onePass = createSerial()
  await intake.catchUp()

  async function take(message: Message): Promise<Outcome> {
    if (message.kind !== 'pull') return takeIn(message)
    requireData(query !== undefined, 'message.refused', 'nothing to pull here')
    return { result: await repository.transaction((tx) => query(tx, message)) }
  }

  return {
    id,
    identity,
    handler: createHandler(identity, take),
    command: (order) =>
      oneByOne(async () => {
        // The place in the journal makes every order new: staff may order the same thing twice.
        const body = utf8(canonicalJson({ ...order, order: journal.length }))
        const sentAt = env.clock.now()
        const input = { kind: 'order', sender: id, receiver: id, sentAt, body, sign } as const
        const message = parseMessage(await encodeMessage(input), options.engine)
        return (await takeAlone(intake, message)).result
      }),
    ask: (receiver, kind, body) => exchange(link, identity, { receiver, kind, body }),
    deliver: () => onePass(() => deliverOutbox({ repository, link, identity })),
    read: (work) => repository.transaction(work),
    close: () => oneByOne(() => journal.close()),
  }
}

/**
 * Reads the body of an order, a JSON object; throws `message.malformed`, also for text that no
 * database holds: it would stop the intake where it is stored. What the fields hold is for the
 * reader to check: `apply` must answer bad input with a `UnifareError`.
 */
export function orderOf(message: Message): Readonly<Record<string, unknown>> {
  let order: unknown
  try {
    order = parseJson(fromUtf8(message.body))
  } catch (error) {
    throw new UnifareError('message.malformed', `the order: ${String(error)}`)
  }
  requireData(
    typeof order === 'object' && order !== null && !Array.isArray(order),
    'message.malformed',
    'the order is not a JSON object',
  )
  requireData(isStorable(order), 'message.malformed', 'the order has text with U+0000')
  return order as Record<string, unknown>
}

/** True unless a text in the value has a U+0000 or half a surrogate pair. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !/[\0\p{Cs}]/u.test(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, part]) => isStorable(key) && isStorable(part))
}
