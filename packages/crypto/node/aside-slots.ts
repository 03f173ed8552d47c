import type { CheckedBody, SignedBody } from '../src/engine.ts'

/** A slot: verdict of the thread, then key, signature, hashes of the thread, what is signed, body. */
const GENUINE_AT = 0
const KEY_AT = 32
const KEY_BYTES = 32
const SIGNATURE_AT = KEY_AT + KEY_BYTES
const SIGNATURE_BYTES = 64
const HASHES_AT = SIGNATURE_AT + SIGNATURE_BYTES
const HASH_BYTES = 32
const SLOT_BYTES_MIN = 256 * 1024
/** Slots that stay when nobody uses them. */
const KEPT_SLOTS = 64

/** A message in memory that both threads see. */
export interface Placed {
  readonly slot: Uint8Array
  readonly signedLength: number
  /** Lengths of the parts of the body: of the whole one, where it has none. */
  readonly parts: readonly number[]
}

/** Whether a slot can hold it: keys and signatures of other lengths are good for nothing. */
export function isWellFormed({ publicKey, signature }: SignedBody): boolean {
  return publicKey.length === KEY_BYTES && signature.length === SIGNATURE_BYTES
}

/** The message of a slot: the body where it lies, the rest copied. */
export function readMessage({ slot, signedLength, parts }: Placed): Required<SignedBody> {
  const signedAt = signedPlace(parts)
  const bodyAt = signedAt + signedLength
  return {
    publicKey: slot.slice(KEY_AT, SIGNATURE_AT),
    signature: slot.slice(SIGNATURE_AT, HASHES_AT),
    signed: slot.slice(signedAt, bodyAt),
    body: slot.subarray(bodyAt, bodyAt + parts.reduce((sum, length) => sum + length, 0)),
    parts,
  }
}

/** Leaves what was found out in the slot. */
export function writeResult({ slot }: Placed, { hashes, genuine }: CheckedBody): void {
  hashes.forEach((hash, part) => {
    slot.set(hash, HASHES_AT + part * HASH_BYTES)
  })
  slot[GENUINE_AT] = genuine ? 1 : 0
}

/** Reads it there. */
export function readResult({ slot, parts }: Placed): CheckedBody {
  const hashes = parts.map((_, part) => {
    const at = HASHES_AT + part * HASH_BYTES
    return slot.slice(at, at + HASH_BYTES)
  })
  return { hashes, genuine: slot[GENUINE_AT] === 1 }
}

function signedPlace(parts: readonly number[]): number {
  return HASHES_AT + parts.length * HASH_BYTES
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
    place({ publicKey, signature, signed, body, parts = [body.length] }) {
      const signedAt = signedPlace(parts)
      const slot = take(signedAt + signed.length + body.length)
      slot.set(publicKey, KEY_AT)
      slot.set(signature, SIGNATURE_AT)
      slot.set(signed, signedAt)
      slot.set(body, signedAt + signed.length)
      return { slot, signedLength: signed.length, parts }
    },
    free({ slot }) {
      if (unused.length < KEPT_SLOTS) unused.push(slot)
    },
  }
}
