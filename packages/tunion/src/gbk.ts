import { UnifareError } from '@unifare/core'

/** Lead and trail bytes of the two-byte area of GBK. */
const LEAD = { first: 0x81, last: 0xfe } as const
const TRAIL = { first: 0x40, last: 0xfe, hole: 0x7f } as const

const decoder = new TextDecoder('gbk', { fatal: true })
let pairs: ReadonlyMap<string, number> | undefined

/**
 * Bytes of a text in GBK: one for ASCII, two for all else. The table is the platform's own decoder
 * read backwards, made at the first use. Throws `tunion.does-not-fit` for a character that GBK has
 * not, and for control characters.
 */
export function toGbk(text: string): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    const code = character.charCodeAt(0)
    if (code >= 0x20 && code < 0x7f) {
      bytes.push(code)
      continue
    }
    const pair = code < 0x80 ? undefined : pairOf(character)
    if (pair === undefined) {
      throw new UnifareError('tunion.does-not-fit', `GBK has no ${JSON.stringify(character)}`)
    }
    bytes.push(pair >> 8, pair & 0xff)
  }
  return Uint8Array.from(bytes)
}

/**
 * Text of GBK bytes; undefined for what is none. Only bytes that `toGbk` would write are taken, so
 * that text comes back as it came: no control characters, no one-byte euro, no four-byte forms.
 */
export function fromGbk(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes)
    const again = toGbk(text)
    const same = again.length === bytes.length && again.every((byte, i) => byte === bytes[i])
    return same ? text : undefined
  } catch {
    return undefined
  }
}

/** The text, cut between two characters so that it fills at most a number of bytes. */
export function cutGbk(text: string, bytesMax: number): string {
  let bytes = 0
  let kept = ''
  for (const character of text) {
    bytes += character.charCodeAt(0) < 0x80 ? 1 : 2
    if (bytes > bytesMax) break
    kept += character
  }
  return kept.trimEnd()
}

function pairOf(character: string): number | undefined {
  pairs ??= readPairs()
  return pairs.get(character)
}

function readPairs(): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  const lenient = new TextDecoder('gbk')
  const pair = new Uint8Array(2)
  for (let lead: number = LEAD.first; lead <= LEAD.last; lead++) {
    for (let trail: number = TRAIL.first; trail <= TRAIL.last; trail++) {
      if (trail === TRAIL.hole) continue
      pair[0] = lead
      pair[1] = trail
      const text = lenient.decode(pair)
      const single = text.length === 1 && text !== '\ufffd'
      if (single && !found.has(text)) found.set(text, lead * 256 + trail)
    }
  }
  return found
}
