import { canonicalJson, type Day, fromHex, type Instant, toHex, utf8 } from '@unifare/core'
import { type SignatureEngine, sha256 } from '@unifare/crypto'
import type { Position } from '../netting.ts'
import type { Instruction } from './instructions.ts'
import type { Actor, WindowAction, WindowState } from './window-states.ts'

/** What comes before the first event of a window. */
const NO_EVENT = '0'.repeat(64)

/** One step of a window: who took it when, and what was fixed by it. The centre signs it. */
export interface WindowEvent {
  readonly window: string
  readonly number: number
  readonly action: 'open' | WindowAction
  readonly from: WindowState | null
  readonly to: WindowState
  readonly at: Instant
  readonly role: Actor['role']
  readonly by: string
  readonly approvedBy: string | null
  /** Why, in words of who ordered it; empty where nobody needs to say. */
  readonly note: string
  /** Its days then, with their roots: all of them from CLOSED on. */
  readonly days: readonly { readonly day: Day; readonly root: string }[]
  /** Hash of its positions; empty before CLOSED. */
  readonly positions: string
  /** Hash of its instructions; empty before PENDING. */
  readonly instructions: string
  /** Names of the ledger entries booked with it; none where no money moved. */
  readonly entries: readonly string[]
  /** The window that takes over from an aborted one; empty otherwise. */
  readonly replacedBy: string
  /** Hash of the event before. */
  readonly previous: string
}

/** An event with the centre's signature over its canonical JSON. */
export interface SignedEvent {
  readonly event: WindowEvent
  readonly signature: string
}

/** What a step adds to the events before it. */
export type WindowStep = Omit<WindowEvent, 'number' | 'previous' | 'positions' | 'instructions'> & {
  readonly positions: readonly Position[] | null
  readonly instructions: readonly Instruction[] | null
}

/** The next event of a window, behind the last one. */
export function nextEvent(last: WindowEvent | undefined, step: WindowStep): WindowEvent {
  return {
    ...step,
    number: (last?.number ?? 0) + 1,
    positions: step.positions === null ? '' : hashOf(step.positions),
    instructions: step.instructions === null ? '' : hashOf(step.instructions),
    previous: last === undefined ? NO_EVENT : hashOf(last),
  }
}

/** Bytes that the centre signs of an event. */
export function eventBytes(event: WindowEvent): Uint8Array {
  return utf8(canonicalJson(event))
}

/** SHA-256 of a value as canonical JSON, hexadecimal. */
export function hashOf(value: unknown): string {
  return toHex(sha256(utf8(canonicalJson(value))))
}

/** Whether the events of a window are whole, in order, and signed by the centre. */
export function eventsHold(
  events: readonly SignedEvent[],
  { key, engine }: { readonly key: Uint8Array; readonly engine: SignatureEngine },
): boolean {
  let last: WindowEvent | undefined
  for (const { event, signature } of events) {
    const { number, previous } = event
    const behind = number === (last?.number ?? 0) + 1 && event.from === (last?.to ?? null)
    if (!behind || previous !== (last === undefined ? NO_EVENT : hashOf(last))) return false
    if (!engine.ed25519Verify(key, eventBytes(event), fromHex(signature))) return false
    last = event
  }
  return last !== undefined
}
