import { desSessionColumn, desTacColumn } from './des-key-columns.ts'
import type { SymmetricAlgorithm } from './diversify.ts'
import { sm4SessionColumn, sm4TacColumn } from './sm4-key-columns.ts'

/** Messages of cards, one row after the other; every row names the slot of its card. */
export interface SlotRows {
  readonly count: number
  readonly slots: Uint32Array
  /** As many bytes for every row. */
  readonly messages: Uint8Array
  readonly messageBytes: number
  /** Takes the leftmost 4 bytes of every MAC as a big-endian word. */
  readonly out: Uint32Array
}

/** Rows whose MAC key is a session key: `seeds` has 8 bytes a row. */
export interface SessionRows extends SlotRows {
  readonly seeds: Uint8Array
}

/** Keys of some cards under one issuer-level key, in slots that are used again and again. */
export interface CardKeyColumn<Rows extends SlotRows> {
  /** Diversifies the keys of `count` cards into the slots from 0 on; 8 bytes of factor each. */
  derive(factors: Uint8Array, count: number): void
  /** MACs of all rows, two at a time and without allocation. */
  macs(rows: Rows): void
  /** Wipes the issuer's key and those of the cards. */
  wipe(): void
}

const TAC_COLUMNS = { '3des': desTacColumn, sm4: sm4TacColumn } as const
const SESSION_COLUMNS = { '3des': desSessionColumn, sm4: sm4SessionColumn } as const

/**
 * TAC keys of many cards: under 3DES the diversified key's halves added (single DES), under SM4
 * the whole diversified key (reference card 5.4; SM4 is this project's profile).
 */
export function createTacColumn(
  algorithm: SymmetricAlgorithm,
  issuerKey16: Uint8Array,
  slots: number,
): CardKeyColumn<SlotRows> {
  return TAC_COLUMNS[algorithm](issuerKey16, slots)
}

/**
 * Purchase keys of many cards, whose MACs go under a session key of the seed (reference card 5.3):
 * 3DES of the seed and single DES, or SM4 of the seed filled up with 80 00.. and SM4.
 */
export function createSessionColumn(
  algorithm: SymmetricAlgorithm,
  issuerKey16: Uint8Array,
  slots: number,
): CardKeyColumn<SessionRows> {
  return SESSION_COLUMNS[algorithm](issuerKey16, slots)
}
