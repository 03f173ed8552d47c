import { concat } from '@unifare/core'

/** One BER-TLV object: tag as a number (for example 0x9f0c) and its value. */
export interface Tlv {
  readonly tag: number
  readonly value: Uint8Array
}

/** Most nested objects a parser follows: cards nest four deep, a hostile one may nest for ever. */
const DEPTH_MAX = 8

/**
 * Reads the objects of one level. Never throws: it skips padding bytes 00 and FF between objects
 * and stops at the first object that is cut short (reference card 1).
 */
export function parseTlv(bytes: Uint8Array): Tlv[] {
  const found: Tlv[] = []
  let at = 0
  while (at < bytes.length) {
    if (bytes[at] === 0x00 || bytes[at] === 0xff) {
      at += 1
      continue
    }
    const head = readHead(bytes, at)
    if (!head || head.start + head.length > bytes.length) return found
    found.push({ tag: head.tag, value: bytes.slice(head.start, head.start + head.length) })
    at = head.start + head.length
  }
  return found
}

/** Value of the first object with this tag, at any depth of constructed objects. */
export function findTlv(bytes: Uint8Array, tag: number, depth = 0): Uint8Array | undefined {
  for (const object of parseTlv(bytes)) {
    if (object.tag === tag) return object.value
    if (!isConstructed(object.tag) || depth >= DEPTH_MAX) continue
    const inner = findTlv(object.value, tag, depth + 1)
    if (inner) return inner
  }
  return undefined
}

/** Bytes of one object over the given parts of its value. */
export function tlv(tag: number, ...value: readonly Uint8Array[]): Uint8Array {
  const body = concat(...value)
  const tagBytes = tag > 0xff ? Uint8Array.of(tag >>> 8, tag) : Uint8Array.of(tag)
  if (body.length > 0xff) throw new TypeError('a card object holds at most 255 bytes')
  const length = body.length < 0x80 ? [body.length] : [0x81, body.length]
  return concat(tagBytes, Uint8Array.from(length), body)
}

interface Head {
  readonly tag: number
  readonly start: number
  readonly length: number
}

/** Tags of one to three bytes, lengths of one to three bytes: more is in no card. */
function readHead(bytes: Uint8Array, from: number): Head | undefined {
  let at = from
  let tag = bytes[at++]!
  if ((tag & 0x1f) === 0x1f) {
    let next: number | undefined
    do {
      next = bytes[at++]
      if (next === undefined || at - from > 3) return undefined
      tag = tag * 256 + next
    } while (next & 0x80)
  }
  const first = bytes[at++]
  if (first === undefined || first === 0x80 || first > 0x82) return undefined
  if (first < 0x80) return { tag, start: at, length: first }
  let length = 0
  for (let i = first & 0x7f; i > 0; i--) length = length * 256 + (bytes[at++] ?? Number.NaN)
  return Number.isNaN(length) ? undefined : { tag, start: at, length }
}

function isConstructed(tag: number): boolean {
  const first = tag > 0xffff ? tag >>> 16 : tag > 0xff ? tag >>> 8 : tag
  return (first & 0x20) !== 0
}
