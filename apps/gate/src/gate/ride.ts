import type { Fen } from '@unifare/core'
import type { Decision } from '@unifare/terminal'
import type { GateEvent } from '../engine/protocol.ts'

/** The form of the display: validators show one ride, gates let somebody through. */
export type GateForm = 'bus' | 'metro'

/** What the display knows of a decision. */
export interface Shown {
  readonly decision: Decision
  readonly fareFen: Fen | null
}

/**
 * What happens at the gate, as the rider sees it. A validator's go is the ride itself; a gate's go
 * is only accepted until the barrier opened and somebody passed, or nobody did.
 */
export type Ride =
  | { readonly state: 'ready' }
  | (Shown & {
      readonly state: 'refused' | 'go' | 'accepted' | 'released' | 'passed' | 'timed-out'
      /** Monotonic time since which it is so. */
      readonly sinceMs: number
    })

export const READY: Ride = { state: 'ready' }

/** How long a state is shown, in milliseconds; a gate that waits so long gives up. */
export const HOLD_MS = {
  refused: 4_000,
  go: 3_000,
  accepted: 8_000,
  released: 8_000,
  passed: 1_500,
  'timed-out': 4_000,
} as const satisfies Record<Exclude<Ride['state'], 'ready'>, number>

/** A code was decided. */
export function decided(shown: Shown, form: GateForm, atMs: number): Ride {
  const state = shown.decision.ok ? (form === 'metro' ? 'accepted' : 'go') : 'refused'
  return { ...shown, state, sinceMs: atMs }
}

/** A sensor's event; the same ride where it says nothing new. */
export function sensed(ride: Ride, event: GateEvent, atMs: number): Ride {
  const waits = ride.state === 'accepted' || ride.state === 'released'
  if (!waits || ride.state === event) return ride
  return { ...ride, state: event, sinceMs: atMs }
}

/** The event that time alone brings: a gate that nobody passed gives up. */
export function overdue(ride: Ride, atMs: number): GateEvent | undefined {
  const waits = ride.state === 'accepted' || ride.state === 'released'
  return waits && atMs - ride.sinceMs >= HOLD_MS[ride.state] ? 'timed-out' : undefined
}

/** The ride after some time: what was shown long enough goes. */
export function elapsed(ride: Ride, atMs: number): Ride {
  if (ride.state === 'ready' || takesNoCode(ride)) return ride
  return atMs - ride.sinceMs >= HOLD_MS[ride.state] ? READY : ride
}

/** A gate that waits for somebody to pass looks at no other code: one rider at a time. */
export function takesNoCode({ state }: Ride): boolean {
  return state === 'accepted' || state === 'released'
}
