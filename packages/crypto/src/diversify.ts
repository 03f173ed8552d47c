import { requireData } from '@unifare/core'
import { tdesEncrypt } from './des.ts'
import { sm4Encrypt } from './sm4.ts'

/** Ciphers that diversify keys. */
export type SymmetricAlgorithm = '3des' | 'sm4'

const ENCRYPT = {
  '3des': tdesEncrypt,
  sm4: sm4Encrypt,
} as const satisfies Record<SymmetricAlgorithm, typeof tdesEncrypt>

/**
 * Key of the next level for an 8-byte factor (reference card 5.2). 3DES: E(F) || E(not F); SM4:
 * one block E(F || not F). Throws `key.bad-factor` unless the factor has 8 bytes.
 */
export function diversify(
  algorithm: SymmetricAlgorithm,
  masterKey16: Uint8Array,
  factor8: Uint8Array,
): Uint8Array {
  return ENCRYPT[algorithm](masterKey16, factorBlock(factor8))
}

/** F || not F, the 16 bytes that a factor enciphers. Throws `key.bad-factor`. */
export function factorBlock(factor8: Uint8Array): Uint8Array {
  requireData(factor8.length === 8, 'key.bad-factor', `a factor has 8 bytes, not ${factor8.length}`)
  const block = new Uint8Array(16)
  block.set(factor8)
  for (let i = 0; i < 8; i++) block[8 + i] = ~factor8[i]!
  return block
}

/** `diversify` over several levels in order, such as issuer and then card; at least one. */
export function diversifyChain(
  algorithm: SymmetricAlgorithm,
  master: Uint8Array,
  factors: readonly Uint8Array[],
): Uint8Array {
  requireFactors(factors)
  return factors.reduce((key, factor) => diversify(algorithm, key, factor), master)
}

/** Throws `key.bad-factor` for a chain of no factors. */
export function requireFactors(factors: readonly Uint8Array[]): void {
  requireData(
    factors.length > 0,
    'key.bad-factor',
    'without a factor the master itself would leave',
  )
}
