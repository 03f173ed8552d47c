import { type Env, type Hashes, type Journal, requireData, type Tx } from '@unifare/core'
import { isRefusal, type Message, type MessageKind, refusalOf } from '@unifare/tap'
import {
  APPLIED,
  FORM,
  keyOf,
  moveOn,
  type Outcome,
  outcomeOf,
  type Place,
  placeIn,
  readEntry,
  requireSameKind,
  rowOf,
  runApply,
} from './entries.ts'
import { applyGroup, type Seats, seat } from './group-intake.ts'
import type { Apply } from './institution.ts'
import { type IntakeRow, intake, outbox, positions } from './tables.ts'

/** Takes messages in: journal, sync, apply. */
export interface Intake {
  /**
   * Takes messages in one after the other, and answers each. They share one sync and one
   * transaction; what comes of them is what would come of each alone. When they are durable, `next`
   * may be asked for those that are taken next: their places are written while these are committed.
   */
  take(
    messages: readonly Message[],
    next?: () => readonly Message[],
  ): Promise<PromiseSettledResult<Outcome>[]>
  /** Applies what the journal holds and the state has not seen. */
  catchUp(): Promise<void>
}

/** How many messages of the journal are state. An empty state takes the form that is asked for. */
async function appliedOf(tx: Tx, stateForm: number): Promise<number> {
  const applied = (await tx.get(positions, [APPLIED]))[0]?.value ?? 0
  if (applied === 0) await tx.put(positions, [{ ...FORM, value: stateForm }])
  const form = (await tx.get(positions, [FORM]))[0]?.value ?? 1
  requireData(
    form === stateForm,
    'institution.other-form',
    `the database has tables of form ${form}, this version reads form ${stateForm}: give it an empty database, and the journal makes its state again`,
  )
  return applied
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
  readonly checkedKinds?: readonly MessageKind[] | undefined
  readonly hashes: Hashes
  readonly stateForm?: number | undefined
}): Promise<Intake> {
  const { env, journal, apply, hashes, stateForm = 1 } = options
  const { repository, clock } = env
  const check = async (tx: Tx, message: Message) => {
    if (isChecked(message)) await options.check?.(tx, message)
  }
  const tools = { clock, journal, apply, check }
  /** The next group, which has its places in the journal already. */
  let seats: Seats | undefined
  // Never ahead of the state: it moves only behind a commit.
  let applied = await repository.transaction((tx) => appliedOf(tx, stateForm))
  requireData(
    applied <= journal.length,
    'institution.state-ahead',
    `the database has applied ${applied} messages, the journal holds ${journal.length}: they do not belong together`,
  )

  /** Whether something is asked of the state before the message has its place. */
  function isChecked({ kind }: Message): boolean {
    const { checkedKinds = [kind] } = options
    return options.check !== undefined && checkedKinds.includes(kind)
  }

  async function catchUp(): Promise<void> {
    // Some may have their places though nobody waited for their sync.
    if (journal.length > journal.syncedLength) await journal.sync().catch(() => undefined)
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
        await check(tx, message)
        const place = placeIn(journal, { message, acceptedAt: clock.now() })
        await journal.sync()
        return place
      },
    })
    applied = journal.syncedLength
    return outcomeOf(row)
  }

  /** The places that a group was given; undefined when others stand before them, or it has none. */
  function seatsOf(messages: readonly Message[]): Seats | undefined {
    const given = seats?.messages === messages ? seats : undefined
    seats = undefined
    const first = given?.places.find((place) => place !== undefined)
    return first?.index === applied ? given : undefined
  }

  /** Gives the next group its places; when it has none, or not all, that is found out when it is taken. */
  async function seatNext(tx: Tx, messages: readonly Message[]): Promise<void> {
    if (messages.some(isChecked)) return
    try {
      seats = await seat(tx, tools, messages)
    } catch {
      return
    }
    journal.sync().catch(() => undefined)
  }

  async function takeGroup(
    messages: readonly Message[],
    { given, next }: { readonly given: Seats | undefined; readonly next?: Next },
  ): Promise<PromiseSettledResult<Outcome>[]> {
    if (given === undefined) await catchUp()
    const { results, last } = await repository.transaction(async (tx) => {
      // The disk need not wait for the state, where nothing is asked of that.
      const asked = messages.some(isChecked)
      const places = given ?? (asked ? undefined : await seat(tx, tools, messages))
      const early = places && journal.sync()
      early?.catch(() => undefined)
      const group = await applyGroup(tx, tools, places ?? { messages })
      // Behind it the commit: nothing that is not in the journal becomes state.
      await (early ?? journal.sync())
      if (next !== undefined) await seatNext(tx, next())
      return group
    })
    if (last !== undefined) applied = last.index + 1
    return results
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
    async take(messages, next) {
      const given = seatsOf(messages)
      if (given === undefined && messages.length === 1) return takeEach(messages)
      try {
        return await takeGroup(messages, { given, next })
      } catch {
        // Nothing of the group is state. Those that have their place are applied from the journal,
        // each alone, so that a refusal undoes its own rows only; the others are taken anew.
        return takeEach(messages)
      }
    },
  }
}

type Next = Parameters<Intake['take']>[1]

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

async function commit(tx: Tx, place: Place, row: IntakeRow): Promise<IntakeRow> {
  await tx.put(intake, [row])
  await moveOn(tx, place)
  return row
}
