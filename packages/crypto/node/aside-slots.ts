import type { CheckedBody, SignedBody } from '../src/engine.ts'

/** A slot: hash and verdict of the thread, then key, signature, what is signed, body. */
const HASH_BYTES = 32
const GENUINE_AT = HASH_BYTES
const KEY_AT = 64
const KEY_BYTES = 32
const SIGNATURE_AT = KEY_AT + KEY_BYTES
const SIGNATURE_BYTES = 64
const SIGNED_AT = SIGNATURE_AT + SIGNATURE_BYTES
const SLOT_BYTES_MIN = 256 * 1024
/** Slots that stay when nobody uses them. */
const KEPT_SLOTS = 64

/** A message in memory that both threads see. */
export interface Placed {
  readonly slot: Uint8Array
  readonly signedLength: number
  readonly bodyLength: number
}

/** Whether a slot can hold it: keys and signatures of other lengths are good for nothing. */
export function isWellFormed({ publicKey, signature }: SignedBody): boolean {
  return publicKey.length === KEY_BYTES && signature.length === SIGNATURE_BYTES
}

/** The message of a slot: the body where it lies, the rest copied. */
export function readMessage({ slot, signedLength, bodyLength }: Placed): SignedBody {
  const bodyAt = SIGNED_AT + signedLength
  return {
    publicKey: slot.slice(KEY_AT, SIGNATURE_AT),
    signature: slot.slice(SIGNATURE_AT, SIGNED_AT),
    signed: slot.slice(SIGNED_AT, bodyAt),
    body: slot.subarray(bodyAt, bodyAt + bodyLength),
  }
}

/** Leaves what was found out in the slot. */
export function writeResult({ slot }: Placed, { sha256, genuine }: CheckedBody): void {
  slot.set(sha256)
  slot[GENUINE_AT] = genuine ? 1 : 0
}

/** Reads it there. */
export function readResult({ slot }: Placed): CheckedBody {
  return { sha256: slot.slice(0, HASH_BYTES), genuine: slot[GENUINE_AT] === 1 }
}

/** Slots that are used again and again: new memory costs as much as some of the work. */
export function createSlots(): {
  place(message: SignedBody): Placed
  free(placed: Placed): void
} {
  const unused: Uint8Array[] = []

  function take(length: number): Uint8Array {
    const at = unused.findLastIndex((slot) => slot.length >= length)
    const [slot] = at < 0 ? [] : unused.splice(at, 1)
    if (slot !== undefined) return slot
    let size = SLOT_BYTES_MIN
    while (size < length) size *= 2
    return new Uint8Array(new SharedArrayBuffer(size))
  }

  return {
    place({ publicKey, signature, signed, body }) {
      const slot = take(SIGNED_AT + signed.length + body.length)
      slot.set(publicKey, KEY_AT)
      slot.set(signature, SIGNATURE_AT)
      slot.set(signed, SIGNED_AT)
      slot.set(body, SIGNED_AT + signed.length)
      return { slot, signedLength: signed.length, bodyLength: body.length }
    },
    free({ slot }) {
      if (unused.length < KEPT_SLOTS) unused.push(slot)
    },
  }
}
