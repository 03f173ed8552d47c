/** Word at `at` of the message that begins at `from`, followed by 80 00 .. */
export function paddedWord(data: Uint8Array, from: number, at: number, length: number): number {
  if (at + 4 <= length) {
    const i = from + at
    return (data[i]! << 24) | (data[i + 1]! << 16) | (data[i + 2]! << 8) | data[i + 3]!
  }
  let word = 0
  for (let i = at; i < at + 4; i++) {
    word = (word << 8) | (i < length ? data[from + i]! : i === length ? 0x80 : 0)
  }
  return word
}
