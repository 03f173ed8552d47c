/** Repeatable chance: the same seed throws the same dice for ever. */
export interface Dice {
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number
  /** True in one of `in` throws. */
  oneIn(parts: number): boolean
  bytes(length: number): Uint8Array
  pick<T>(choices: readonly T[]): T
}

/** Dice over the generator sfc32, 128 bits of state, which is quick and passes PractRand. */
export function createDice(seed: number): Dice {
  let a = seed | 0
  let b = (seed ^ 0x9e3779b9) | 0
  let c = 0x243f6a88
  let counter = 1

  const word = (): number => {
    const t = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) word()

  const below = (limit: number): number => word() % limit
  return {
    below,
    oneIn: (parts) => below(parts) === 0,
    bytes: (length) => Uint8Array.from({ length }, () => word()),
    pick<T>(choices: readonly T[]): T {
      if (choices.length === 0) throw new TypeError('nothing to choose from')
      return choices[below(choices.length)] as T
    },
  }
}
