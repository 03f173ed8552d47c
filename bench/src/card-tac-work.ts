import { createDiversifiedMacs, type SymmetricAlgorithm } from '@unifare/crypto'

/** Bytes under a purchase TAC (reference card 5.4). */
export const TAC_INPUT_BYTES = 22
export const FACTOR_BYTES = 8
/** A TAC is the leftmost four bytes of the MAC. */
export const TAC_BYTES = 4

/** TACs of many cards to check: one row after the other in every array. */
export interface TacWork {
  readonly algorithm: SymmetricAlgorithm
  readonly issuerKey: Uint8Array
  readonly count: number
  readonly factors: Uint8Array
  readonly inputs: Uint8Array
  /** One in sixteen is wrong in one bit. */
  readonly tacs: Uint8Array
}

/** Random cards and purchases with their TACs. */
export function makeTacWork(options: {
  readonly algorithm: SymmetricAlgorithm
  readonly count: number
  readonly random: (length: number) => Uint8Array
}): TacWork {
  const { algorithm, count, random } = options
  const work = {
    algorithm,
    issuerKey: random(16),
    count,
    factors: random(count * FACTOR_BYTES),
    inputs: random(count * TAC_INPUT_BYTES),
  }
  const tacs = ourTacs(work)
  random(count).forEach((flip, i) => {
    if (flip < 16) tacs[i * TAC_BYTES + (flip & 3)]! ^= 1 << (flip >> 2)
  })
  return { ...work, tacs }
}

/** Every row's TAC by our tables. */
export function ourTacs(work: Omit<TacWork, 'tacs'>): Uint8Array {
  const { algorithm, issuerKey, count, factors, inputs } = work
  const out = new Uint8Array(count * TAC_BYTES)
  createDiversifiedMacs(algorithm, issuerKey)({ factors, messages: inputs, out })
  return out
}

/** Checks every row with our tables: 1 for a good TAC, 0 for a wrong one. */
export function ourVerdicts(work: TacWork): Uint8Array {
  const tacs = ourTacs(work)
  const verdicts = new Uint8Array(work.count)
  for (let row = 0; row < work.count; row++) {
    verdicts[row] = isTac(tacs, row * TAC_BYTES, { tacs: work.tacs, row })
  }
  return verdicts
}

/** 1 when the leftmost bytes of the MAC at `at` are the TAC of a row. */
export function isTac(
  macs: Uint8Array,
  at: number,
  { tacs, row }: { readonly tacs: Uint8Array; readonly row: number },
): 0 | 1 {
  let difference = 0
  for (let i = 0; i < TAC_BYTES; i++) difference |= macs[at + i]! ^ tacs[row * TAC_BYTES + i]!
  return difference === 0 ? 1 : 0
}
