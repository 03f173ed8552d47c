const PART_BYTES = 32

/** r || s, 64 bytes, of a DER signature with two numbers of at most 32 bytes; undefined for any other bytes. */
export function signatureOfDer(der: Uint8Array): Uint8Array | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined
  const signature = new Uint8Array(2 * PART_BYTES)
  let at = 2
  for (const end of [PART_BYTES, 2 * PART_BYTES]) {
    const length = der[at + 1] ?? 0
    if (der[at] !== 0x02 || length === 0 || at + 2 + length > der.length) return undefined
    const number = der.subarray(at + 2, at + 2 + length)
    const padded = number[0] === 0
    const digits = padded ? number.subarray(1) : number
    // Shortest form only, positive only: one signature must not have two spellings.
    const shortest = padded ? length > 1 && (number[1] ?? 0) >= 0x80 : (number[0] ?? 0) < 0x80
    if (!shortest || digits.length > PART_BYTES) return undefined
    signature.set(digits, end - digits.length)
    at += 2 + length
  }
  return at === der.length ? signature : undefined
}
