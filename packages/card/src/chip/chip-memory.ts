import { concat, equalBytes } from '@unifare/core'
import { sm3 } from '@unifare/crypto'
import { cardError } from '../errors.ts'
import { readU32, u32 } from '../words.ts'

/**
 * Lasting memory of a chip: two places for an image of the card. A commit writes the place that
 * is not in force, from its first byte to its last, and comes into force with the last one. So
 * whatever byte the power fails at, the card is the old one or the new one.
 */
export type ChipMemory = Uint8Array

/** A commit: bytes that a chip writes one after the other from a place on. */
export interface ChipWrite {
  readonly at: number
  readonly bytes: Uint8Array
}

/** What stands in a place: count of commits 4, length 4, image, SM3 over all before it. */
const COUNT_BYTES = 4
const HEAD_BYTES = COUNT_BYTES + 4
const DIGEST_BYTES = 32
const PLACES = 2
/** The largest card has a T-Union and a city-union purse with full logs: 11 kB. */
const IMAGE_BYTES_MAX = 24 * 1024

/** Memory in which nothing was ever written. */
export function blankChip(imageBytesMax: number = IMAGE_BYTES_MAX): ChipMemory {
  return new Uint8Array(PLACES * (HEAD_BYTES + imageBytesMax + DIGEST_BYTES))
}

/** What to write so that the image comes into force. Throws `card.chip-full`. */
export function chipWrite(chip: ChipMemory, image: Uint8Array): ChipWrite {
  const held = inForce(chip)
  const count = (held?.count ?? 0) + 1
  const body = concat(u32(count), u32(image.length), image)
  const bytes = concat(body, sm3(body))
  const placeBytes = chip.length / PLACES
  if (bytes.length > placeBytes) throw cardError('card.chip-full', { length: image.length })
  return { at: held?.place === 0 ? placeBytes : 0, bytes }
}

/** The memory after the first `bytes` bytes of a write; all of it when not given. */
export function written(chip: ChipMemory, write: ChipWrite, bytes?: number): ChipMemory {
  const next = chip.slice()
  next.set(write.bytes.subarray(0, bytes), write.at)
  return next
}

/** The image in force. Throws `card.bad-image` when there is none. */
export function chipImage(chip: ChipMemory): Uint8Array {
  const held = inForce(chip)
  if (!held) throw cardError('card.bad-image')
  return held.image
}

interface Held {
  readonly place: number
  readonly count: number
  readonly image: Uint8Array
}

/** The whole place with the higher count. */
function inForce(chip: ChipMemory): Held | undefined {
  const [first, second] = [readPlace(chip, 0), readPlace(chip, 1)]
  if (!first || !second) return first ?? second
  return second.count > first.count ? second : first
}

function readPlace(chip: ChipMemory, place: number): Held | undefined {
  const placeBytes = chip.length / PLACES
  const bytes = chip.subarray(place * placeBytes, (place + 1) * placeBytes)
  const end = HEAD_BYTES + readU32(bytes, COUNT_BYTES)
  if (end + DIGEST_BYTES > bytes.length) return undefined
  const digest = sm3(bytes.subarray(0, end))
  if (!equalBytes(digest, bytes.subarray(end, end + DIGEST_BYTES))) return undefined
  return { place, count: readU32(bytes), image: bytes.slice(HEAD_BYTES, end) }
}
