/**
 * The wire of vpcd, the reader driver for software cards: two bytes of length, most significant
 * first, then the payload, in both directions (reference card 7).
 */

/** Most that a length can announce; also the bound of every buffer here. */
const PAYLOAD_MAX = 0xffff
const HEADER_BYTES = 2

/** A payload of one byte from the reader is one of these; a command APDU is never so short. */
export const CONTROL = { powerOff: 0x00, powerOn: 0x01, reset: 0x02, getAtr: 0x04 } as const

/** A payload with its length in front. Throws `RangeError` above 65,535 bytes. */
export function frame(payload: Uint8Array): Uint8Array {
  if (payload.length > PAYLOAD_MAX) throw new RangeError(`no frame holds ${payload.length} bytes`)
  const bytes = new Uint8Array(HEADER_BYTES + payload.length)
  bytes.set([payload.length >> 8, payload.length & 0xff])
  bytes.set(payload, HEADER_BYTES)
  return bytes
}

/** Cuts a stream of bytes into payloads. */
export interface FrameReader {
  /** Payloads that these bytes complete, in order. */
  push(chunk: Uint8Array): Uint8Array[]
  /** True while part of a frame is still to come. */
  pending(): boolean
}

/** Holds one frame at most, whatever lengths the stream announces, and copies each byte once. */
export function createFrameReader(): FrameReader {
  const header = new Uint8Array(HEADER_BYTES)
  let headerFill = 0
  let body = new Uint8Array(0)
  let bodyFill = 0
  return {
    pending: () => headerFill > 0,
    push(chunk) {
      const payloads: Uint8Array[] = []
      let at = 0
      while (at < chunk.length) {
        if (headerFill < HEADER_BYTES) {
          header[headerFill++] = chunk[at++]!
          if (headerFill < HEADER_BYTES) continue
          body = new Uint8Array((header[0]! << 8) | header[1]!)
          bodyFill = 0
        }
        const part = chunk.subarray(at, at + body.length - bodyFill)
        body.set(part, bodyFill)
        bodyFill += part.length
        at += part.length
        if (bodyFill < body.length) continue
        payloads.push(body)
        headerFill = 0
      }
      return payloads
    },
  }
}
