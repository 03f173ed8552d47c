/** Whether the left or the right half of a 16-byte key stands anywhere in an answer. */
export function holdsSecret(answer: Uint8Array, key: Uint8Array): boolean {
  return answer.length >= HALF && (holds(answer, key, 0) || holds(answer, key, HALF))
}

const HALF = 8

function holds(answer: Uint8Array, key: Uint8Array, from: number): boolean {
  const first = key[from]
  if (first === undefined) return false
  let place = answer.indexOf(first)
  while (place >= 0 && place + HALF <= answer.length) {
    let i = 1
    while (i < HALF && answer[place + i] === key[from + i]) i++
    if (i === HALF) return true
    place = answer.indexOf(first, place + 1)
  }
  return false
}
