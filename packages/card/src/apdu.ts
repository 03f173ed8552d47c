import { concat } from '@unifare/core'
import { readU16, u16 } from './words.ts'

/** A short command APDU (ISO/IEC 7816-4). `le` is absent in cases 1 and 3; 256 stands for 00. */
export interface Command {
  readonly cla: number
  readonly ins: number
  readonly p1: number
  readonly p2: number
  readonly data: Uint8Array
  readonly le: number | undefined
}

/** What a card answers: data and status word. */
export interface Answer {
  readonly data: Uint8Array
  readonly sw: number
}

const HEADER = 4
const NOTHING = new Uint8Array(0)

/** Reads a command of cases 1 to 4, short form; undefined when the lengths do not add up. */
export function parseCommand(bytes: Uint8Array): Command | undefined {
  // A copy: slices of a Node Buffer would stay tied to the caller's memory.
  const apdu = new Uint8Array(bytes)
  if (apdu.length < HEADER) return undefined
  const [cla, ins, p1, p2] = apdu as unknown as [number, number, number, number]
  const head = { cla, ins, p1, p2 }
  const third = apdu[HEADER]
  if (third === undefined) return { ...head, data: NOTHING, le: undefined }
  if (apdu.length === HEADER + 1) return { ...head, data: NOTHING, le: third || 256 }
  const end = HEADER + 1 + third
  if (third === 0 || apdu.length < end || apdu.length > end + 1) return undefined
  const last = apdu.length === end ? undefined : apdu[end]! || 256
  return { ...head, data: apdu.slice(HEADER + 1, end), le: last }
}

/** Bytes of a command: header CLA INS P1 P2 as one number, data of at most 255 bytes, Le. */
export function commandBytes(header: number, data?: Uint8Array, le?: number): Uint8Array {
  const head = concat(u16(header >>> 16), u16(header))
  const body = data ? concat(Uint8Array.of(data.length), data) : NOTHING
  return concat(head, body, le === undefined ? NOTHING : Uint8Array.of(le))
}

/** Bytes of an answer. */
export function answerBytes(sw: number, data: Uint8Array = NOTHING): Uint8Array {
  return concat(data, u16(sw))
}

/** Splits an answer; undefined when it has no status word. */
export function parseAnswer(bytes: Uint8Array): Answer | undefined {
  if (bytes.length < 2) return undefined
  const data = new Uint8Array(bytes).slice(0, -2)
  return { data, sw: readU16(bytes, data.length) }
}
