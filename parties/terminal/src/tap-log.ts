import { concat, type Instant, type Journal, requireData, view, wholeSecond } from '@unifare/core'
import { CHAIN_START, chainNext, MONEY_KINDS, parseTap, type Tap } from '@unifare/tap'
import { LIMITS } from './config.ts'
import { createUseMemory, type UseMemory } from './use-memory.ts'

/**
 * What stands in a terminal's journal, by the first byte of an entry. PENDING is synced before a
 * card is debited, TAP before anything is shown; the other marks may be lost in a crash and the
 * recovery rules take the safe side.
 */
const ENTRY = { tap: 1, pending: 2, resolved: 3, indicated: 4, acknowledged: 5, heard: 6 } as const

/** Type byte and number before the content of an entry. */
const PREFIX_LENGTH = 5
/** Codes that a restarted terminal remembers at least; more than pass one reader within their validity. */
const RECENT_CODES = 2_000

/** Entries of cards whose gate may still report that nobody passed. */
const RECENT_ENTRIES = 100

/** A record that is not acknowledged yet. */
export interface LoggedTap {
  readonly sequence: number
  readonly bytes: Uint8Array
  readonly tap: Tap
  /** What is known of the terminal's "go": nothing, given, or never given (a later record says so). */
  go: 'unknown' | 'given' | 'void'
}

/** A time that the operator signed in an answer. */
export interface SignedTime {
  readonly at: Instant
  /** The terminal's own clock agreed with it. */
  readonly agrees: boolean
  /** When the lists held were the newest of the network, where the answer told it. */
  readonly listsAt?: Instant
}

/** The terminal's journal as the rest of the terminal sees it. */
export interface TapLog {
  /** Sequence that the next record will get; the first is 1. */
  nextSequence(): number
  /** Records that wait for their acknowledgement, oldest first. */
  readonly waiting: readonly LoggedTap[]
  /** Debits that were prepared and neither stored as a tap nor resolved, by their id. */
  readonly pendings: ReadonlyMap<number, Uint8Array>
  /** Chain value before the first waiting record. */
  chain(): Uint8Array
  /** The last codes let through, for the replay memory of a restarted terminal. */
  readonly recentCodes: readonly Tap[]
  /** Highest PSAM serial of a stored debit; 0 before the first. */
  lastSerial(): number
  /** Codes let through, by account. */
  readonly uses: Pick<UseMemory, 'since'>
  /** Notes a signed time; it may be lost in a crash, then an older one holds. */
  hear(signed: SignedTime): void
  /** The latest instant that the journal knows of, by signed times and its own records. */
  floor(): Instant
  /** Whether the clock agreed with the last signed time. */
  agreed(): boolean
  /** When the lists were last known to be the newest; 0 before. */
  listsAt(): Instant
  /** When a card last entered here by a gate that nobody passed; undefined when there is none. */
  timedOutEntry(card: Pick<Tap, 'issuer' | 'account'>): Instant | undefined
  /** Appends a record; durable only after `sync`. */
  append(tap: Tap, bytes: Uint8Array, options?: { readonly resolves?: number }): LoggedTap
  /** Appends a prepared debit and returns its id. */
  appendPending(content: Uint8Array): number
  /** The prepared debit did not happen. */
  resolve(pending: number): void
  indicate(logged: LoggedTap): void
  acknowledge(end: number): void
  sync(): Promise<void>
  /** A record as the journal holds it, acknowledged or not; undefined when there is none. */
  find(sequence: number): Promise<Uint8Array | undefined>
  close(): Promise<void>
}

/** Reads a journal back into the log. */
export async function openTapLog(journal: Journal): Promise<TapLog> {
  let sequence = 1
  let pendingId = 1
  let chain = CHAIN_START
  let lastSerial = 0
  let recentCodes: Tap[] = []
  const waiting: LoggedTap[] = []
  const pendings = new Map<number, Uint8Array>()
  const entries = createEntryMemory()
  const uses = createUseMemory()
  const times = { floor: 0, listsAt: 0, agreed: false }

  const apply = {
    tap(bytes: Uint8Array, resolves: number): LoggedTap {
      const logged: LoggedTap = { sequence, bytes, tap: parseTap(bytes), go: 'unknown' }
      const { tap } = logged
      lastSerial = Math.max(lastSerial, tap.serial)
      if (tap.medium === 'code') {
        recentCodes.push(tap)
        if (recentCodes.length > 2 * RECENT_CODES) recentCodes = recentCodes.slice(-RECENT_CODES)
      }
      entries.note(tap)
      uses.note(tap)
      // A refusal may come of a clock that is wrong: it holds nothing up.
      if (tap.kind !== 'refused') times.floor = Math.max(times.floor, tap.at)
      if (tap.kind === 'timed-out' || tap.kind === 'passed') {
        const spokenOf = waiting.findLast((entry) => entry.sequence === tap.refersTo)
        // Who passed was let through, whatever became of the mark.
        if (spokenOf?.go === 'unknown') spokenOf.go = tap.kind === 'passed' ? 'given' : 'void'
      }
      waiting.push(logged)
      sequence += 1
      pendings.delete(resolves)
      return logged
    },
    pending(content: Uint8Array): number {
      pendings.set(pendingId, content)
      return pendingId++
    },
    indicated(at: number): void {
      const logged = waiting.findLast((entry) => entry.sequence === at)
      if (logged !== undefined) logged.go = 'given'
    },
    heard({ at, agrees, listsAt = 0 }: SignedTime): void {
      // A signed time that the clock agreed with outweighs records of a clock that ran ahead.
      times.floor = agrees ? at : Math.max(times.floor, at)
      times.listsAt = Math.max(times.listsAt, listsAt)
      times.agreed = agrees
    },
    acknowledged(end: number): void {
      while (waiting[0] !== undefined && waiting[0].sequence < end) {
        chain = chainNext(chain, waiting[0].bytes)
        waiting.shift()
      }
    },
  }

  await readAll(journal, (payload) => {
    const number = view(payload).getUint32(1)
    const rest = payload.subarray(PREFIX_LENGTH)
    if (payload[0] === ENTRY.tap) apply.tap(rest, number)
    else if (payload[0] === ENTRY.pending) apply.pending(rest)
    else if (payload[0] === ENTRY.resolved) pendings.delete(number)
    else if (payload[0] === ENTRY.indicated) apply.indicated(number)
    else if (payload[0] === ENTRY.acknowledged) apply.acknowledged(number)
    else if (payload[0] === ENTRY.heard) apply.heard(decodeHeard(number, rest))
  })

  const write = (type: number, number: number, rest: Uint8Array = new Uint8Array(0)) => {
    const prefix = new Uint8Array(PREFIX_LENGTH)
    prefix[0] = type
    view(prefix).setUint32(1, number)
    journal.append(concat(prefix, rest))
  }

  return {
    nextSequence: () => sequence,
    waiting,
    pendings,
    chain: () => chain,
    lastSerial: () => lastSerial,
    timedOutEntry: entries.timedOut,
    uses,
    floor: () => times.floor,
    agreed: () => times.agreed,
    listsAt: () => times.listsAt,
    hear(signed) {
      write(ENTRY.heard, wholeSecond(signed.at), encodeHeard(signed))
      apply.heard(signed)
    },
    get recentCodes() {
      return recentCodes
    },
    append(tap, bytes, { resolves = 0 } = {}) {
      requireData(tap.sequence === sequence, 'tap.bad-field', `sequence ${sequence} is next`)
      write(ENTRY.tap, resolves, bytes)
      return apply.tap(bytes, resolves)
    },
    appendPending(content) {
      write(ENTRY.pending, pendingId, content)
      return apply.pending(content)
    },
    resolve(pending) {
      write(ENTRY.resolved, pending)
      pendings.delete(pending)
    },
    indicate(logged) {
      write(ENTRY.indicated, logged.sequence)
      logged.go = 'given'
    },
    acknowledge(end) {
      write(ENTRY.acknowledged, end)
      apply.acknowledged(end)
    },
    sync: () => journal.sync(),
    async find(wanted) {
      let at = 0
      let found: Uint8Array | undefined
      await readAll(journal, (payload) => {
        if (payload[0] === ENTRY.tap && ++at === wanted) found = payload.slice(PREFIX_LENGTH)
      })
      return found
    },
    close: () => journal.close(),
  }
}

/**
 * True while a stored tap's rider may come back because no "go" was seen: for a while the tap can
 * still be completed, or be void in favour of a fresh code.
 */
export function isUnshown({ tap, go }: LoggedTap, now: Instant): boolean {
  const rides = MONEY_KINDS.has(tap.kind) || tap.kind === 'transfer'
  return go === 'unknown' && rides && now - tap.at <= LIMITS.completionMs
}

/** Behind the second of a signed time: whether the clock agreed, and the second of the lists. */
function encodeHeard({ agrees, listsAt = 0 }: SignedTime): Uint8Array {
  const bytes = new Uint8Array(PREFIX_LENGTH)
  bytes[0] = agrees ? 1 : 0
  view(bytes).setUint32(1, wholeSecond(listsAt))
  return bytes
}

function decodeHeard(seconds: number, bytes: Uint8Array): SignedTime {
  return {
    at: seconds * 1000,
    agrees: bytes[0] === 1,
    listsAt: view(bytes).getUint32(1) * 1000,
  }
}

/** Remembers which cards entered last, and which of their entries timed out. */
function createEntryMemory() {
  const entered = new Map<number, { readonly card: string; readonly at: Instant }>()
  const timedOut = new Map<string, Instant>()
  const keyOf = ({ issuer, account }: Pick<Tap, 'issuer' | 'account'>) => `${issuer}/${account}`
  return {
    note(tap: Tap): void {
      if (tap.kind === 'entry' && tap.medium === 'card') {
        entered.set(tap.sequence, { card: keyOf(tap), at: tap.at })
        timedOut.delete(keyOf(tap))
        forgetOldest(entered)
      } else if (tap.kind === 'timed-out') {
        const entry = entered.get(tap.refersTo)
        if (entry === undefined) return
        timedOut.set(entry.card, entry.at)
        forgetOldest(timedOut)
      }
    },
    timedOut: (card: Pick<Tap, 'issuer' | 'account'>) => timedOut.get(keyOf(card)),
  }
}

function forgetOldest(map: Map<unknown, unknown>): void {
  if (map.size <= RECENT_ENTRIES) return
  for (const [oldest] of map) {
    map.delete(oldest)
    return
  }
}

async function readAll(journal: Journal, take: (payload: Uint8Array) => void): Promise<void> {
  for (let index = 0; index < journal.syncedLength; ) {
    const records = await journal.read(index)
    for (const { payload } of records) take(payload)
    index += records.length
  }
}
