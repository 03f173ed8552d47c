import type { Fen, Instant, TimeQuality } from '@unifare/core'
import type { Decision, StalenessStage } from '@unifare/terminal'
import type { Enrolment, Members } from './enrolment.ts'

/** What the gate's sensors say behind a go. */
export type GateEvent = 'released' | 'passed' | 'timed-out'

/** What the page asks of the engine in its worker. */
export type EngineRequest =
  | { readonly do: 'enrol'; readonly place: string; readonly code: string | null }
  | { readonly do: 'leave' }
  /** A frame of the camera; its pixels move to the worker. `frameMs`: when it was seen. */
  | { readonly do: 'scan'; readonly frame: ImageBitmap; readonly frameMs: number }
  | { readonly do: 'event'; readonly sequence: number; readonly event: GateEvent }
  /** The device came back to the network, or left it. */
  | { readonly do: 'network' }

/** Times of one presentation, in milliseconds of the epoch with fractions. */
export interface ScanTimes {
  readonly frameMs: number
  readonly decodedMs: number
  readonly decidedMs: number
  readonly syncedMs: number
}

/** A code was presented, and this is what came of it. */
export interface Presented {
  readonly decision: Decision
  /** Fare of a single ride, for the display; null where it is not known here. */
  readonly fareFen: Fen | null
  readonly times: ScanTimes
}

/** What staff look at. */
export interface GateStatus {
  /** The network's time as the terminal has it. */
  readonly at: Instant
  readonly listsAt: Instant
  readonly stage: StalenessStage
  readonly quality: TimeQuality
  /** Records that wait for their acknowledgement. */
  readonly waiting: number
  /** Whether the last exchange with the operator worked; null before the first. */
  readonly online: boolean | null
  /** Code of what the operator refused; null where nothing is wrong. */
  readonly trouble: string | null
  readonly verifier: 'wasm' | 'reference'
}

/** What the engine tells the page. */
export type EngineState =
  | { readonly phase: 'opening' }
  /** The gate runs in another tab of this browser. */
  | { readonly phase: 'elsewhere' }
  | { readonly phase: 'failed'; readonly code: string }
  | {
      readonly phase: 'choosing'
      /** Undefined until the network answered. */
      readonly members?: Members
      readonly trouble: string | null
    }
  | {
      readonly phase: 'serving'
      readonly enrolment: Pick<Enrolment, 'config' | 'names'>
      readonly status: GateStatus
    }

export type EngineMessage =
  | { readonly tell: 'state'; readonly state: EngineState }
  /** A frame was looked at; the next may come. */
  | { readonly tell: 'scanned'; readonly presented: Presented | null }
