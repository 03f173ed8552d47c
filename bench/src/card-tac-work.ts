import { createDiversifiedMac, type SymmetricAlgorithm } from '@unifare/crypto'

/** Bytes under a purchase TAC (reference card 5.4). */
export const TAC_INPUT_BYTES = 22
export const FACTOR_BYTES = 8
/** A TAC is the leftmost four bytes of the MAC. */
export const TAC_BYTES = 4
export const BLOCK_BYTES = { '3des': 8, sm4: 16 } as const satisfies Record<
  SymmetricAlgorithm,
  number
>

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
    tacs: new Uint8Array(count * TAC_BYTES),
  }
  const macs = ourMacs(work)
  const width = BLOCK_BYTES[algorithm]
  const flips = random(count)
  for (let i = 0; i < count; i++) {
    work.tacs.set(macs.subarray(i * width, i * width + TAC_BYTES), i * TAC_BYTES)
    const flip = flips[i]!
    if (flip < 16) work.tacs[i * TAC_BYTES + (flip & 3)]! ^= 1 << (flip >> 2)
  }
  return work
}

/** Every row's whole MAC by our tables. */
export function ourMacs(work: Omit<TacWork, 'tacs'>): Uint8Array {
  const width = BLOCK_BYTES[work.algorithm]
  const macs = new Uint8Array(work.count * width)
  const mac = createDiversifiedMac(work.algorithm, work.issuerKey)
  for (let i = 0; i < work.count; i++) {
    mac({
      factor: work.factors.subarray(i * FACTOR_BYTES, (i + 1) * FACTOR_BYTES),
      message: work.inputs.subarray(i * TAC_INPUT_BYTES, (i + 1) * TAC_INPUT_BYTES),
      out: macs.subarray(i * width, (i + 1) * width),
    })
  }
  return macs
}

/** Checks every row with our tables: 1 for a good TAC, 0 for a wrong one. */
export function ourVerdicts(work: TacWork): Uint8Array {
  const { algorithm, issuerKey, count, factors, inputs, tacs } = work
  const verdicts = new Uint8Array(count)
  const mac = createDiversifiedMac(algorithm, issuerKey)
  const out = new Uint8Array(BLOCK_BYTES[algorithm])
  for (let i = 0; i < count; i++) {
    const factor = factors.subarray(i * FACTOR_BYTES, (i + 1) * FACTOR_BYTES)
    const message = inputs.subarray(i * TAC_INPUT_BYTES, (i + 1) * TAC_INPUT_BYTES)
    mac({ factor, message, out })
    verdicts[i] = isTac(out, 0, { tacs, row: i })
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
