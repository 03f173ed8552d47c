import { fromUtf8, type Instant, type Storage, utf8 } from '@unifare/core'
import type { TerminalConfig } from '@unifare/terminal'

/** A party as the network's list of members has it; the key is Ed25519, hexadecimal. */
interface Party {
  readonly id: string
  readonly key: string
}

/** A place that a page may become a terminal of. */
export interface Place {
  readonly terminal: string
  readonly mode: TerminalConfig['mode']
  readonly line: number
  readonly station: number
  readonly stationZh: string
  readonly stationEn: string
  readonly role: TerminalConfig['role']
  readonly gate: boolean
}

/** An operator with its places. */
export interface GateOperator extends Party {
  readonly nameZh: string
  readonly nameEn: string
  readonly division: string
  readonly terminals: readonly Place[]
}

/** What `GET /api/members` tells, as far as a gate uses it. */
export interface Members {
  /** The network's time. */
  readonly at: Instant
  readonly operators: readonly GateOperator[]
}

/** What `POST /api/gates/<terminal>` answers. */
export interface EnrolmentAnswer {
  readonly config: TerminalConfig
  readonly centre: Party
  readonly operator: Party
}

/** What makes this device a terminal; kept on it. */
export interface Enrolment extends EnrolmentAnswer {
  /** Public key that was enrolled, hexadecimal: its private half is in the browser's key store. */
  readonly key: string
  readonly names: {
    readonly operatorZh: string
    readonly operatorEn: string
    readonly stationZh: string
    readonly stationEn: string
  }
  /** How far the network's time was ahead of the device's clock when last heard. */
  readonly aheadMs: number
}

const FILE = 'enrolment.json'

/** The enrolment that the device keeps; undefined before the first. */
export async function loadEnrolment(storage: Storage): Promise<Enrolment | undefined> {
  const bytes = await storage.read(FILE)
  if (bytes === undefined || bytes.length === 0) return undefined
  return JSON.parse(fromUtf8(bytes)) as Enrolment
}

/** Keeps an enrolment; undefined forgets it. */
export async function saveEnrolment(
  storage: Storage,
  enrolment: Enrolment | undefined,
): Promise<void> {
  const content = enrolment === undefined ? '' : JSON.stringify(enrolment)
  await storage.replace(FILE, utf8(content))
}
