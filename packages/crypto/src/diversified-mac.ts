import { desBlocks, desSchedule, tdesSchedule } from './des.ts'
import { desCbcMacInto } from './des-mac.ts'
import type { SymmetricAlgorithm } from './diversify.ts'
import { sm4Blocks, sm4CbcMacInto, sm4Schedule } from './sm4.ts'

/** What `DiversifiedMac` works on. Nothing of it is kept. */
export interface DiversifiedMacJob {
  /** 8 bytes, as EF 15 has them. */
  readonly factor: Uint8Array
  readonly message: Uint8Array
  /** Takes the whole last block: 8 bytes under 3DES, 16 under SM4; a TAC is the leftmost 4. */
  readonly out: Uint8Array
}

/** Diversifies a card's key and writes a MAC under it, without allocation. */
export type DiversifiedMac = (job: DiversifiedMacJob) => void

const MAKERS = {
  '3des': tripleDesMac,
  sm4: sm4Mac,
} as const satisfies Record<SymmetricAlgorithm, (key: Uint8Array) => DiversifiedMac>

/**
 * TACs of many cards under one issuer-level key: the round keys of that key are made once, those
 * of a card in place. 3DES: CBC-MAC with single DES under the diversified key's halves added
 * (reference card 5.4); SM4: CBC-MAC under the whole diversified key (this project's profile).
 */
export function createDiversifiedMac(
  algorithm: SymmetricAlgorithm,
  issuerKey16: Uint8Array,
): DiversifiedMac {
  return MAKERS[algorithm](issuerKey16)
}

function tripleDesMac(issuerKey16: Uint8Array): DiversifiedMac {
  const issuer = tdesSchedule(issuerKey16)
  const card = desSchedule(new Uint8Array(8))
  const key = new Uint8Array(16)
  const half = new Uint8Array(8)
  return ({ factor, message, out }) => {
    writeFactor(factor, key)
    desBlocks(issuer, key, key)
    for (let i = 0; i < 8; i++) half[i] = key[i]! ^ key[8 + i]!
    desCbcMacInto({ schedule: desSchedule(half, card), data: message, out })
  }
}

function sm4Mac(issuerKey16: Uint8Array): DiversifiedMac {
  const issuer = sm4Schedule(issuerKey16)
  const card = sm4Schedule(new Uint8Array(16))
  const key = new Uint8Array(16)
  return ({ factor, message, out }) => {
    writeFactor(factor, key)
    sm4Blocks(issuer, key, key)
    sm4CbcMacInto({ schedule: sm4Schedule(key, card), data: message, out })
  }
}

/** F || not F. */
function writeFactor(factor: Uint8Array, block: Uint8Array): void {
  if (factor.length !== 8) throw new TypeError(`factor: 8 bytes, not ${factor.length}`)
  for (let i = 0; i < 8; i++) {
    block[i] = factor[i]!
    block[8 + i] = ~factor[i]!
  }
}
