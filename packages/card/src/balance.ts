import { readU32 } from './words.ts'

const SIGN = 0x8000_0000
const FLAGGED_MAX = 0x4000_0000

/**
 * Fen of a 4-byte balance. With the top bit set two forms are seen on cards: a flag beside a
 * small amount (80 00 06 E0 is 1760), and two's complement (FF FF FF 00 is −256); see reference
 * card 4.1.
 */
export function balanceFen(bytes: Uint8Array): number {
  const value = readU32(bytes)
  if (value < SIGN) return value
  const rest = value - SIGN
  return rest < FLAGGED_MAX ? rest : value - 2 * SIGN
}
