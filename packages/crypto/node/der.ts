/** DER `SEQUENCE { INTEGER r, INTEGER s }` of a signature r || s of 64 bytes. */
export function derSignature(signature: Uint8Array): Uint8Array {
  const r = derInteger(signature.subarray(0, 32))
  const s = derInteger(signature.subarray(32, 64))
  return Uint8Array.of(0x30, r.length + s.length, ...r, ...s)
}

function derInteger(bytes: Uint8Array): Uint8Array {
  let at = 0
  while (at < bytes.length - 1 && bytes[at] === 0) at++
  const digits = bytes.subarray(at)
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : []
  return Uint8Array.of(0x02, digits.length + sign.length, ...sign, ...digits)
}
