import { desSessionColumn, desTacColumn } from './des-key-columns.ts'
import { laneSessionColumn, laneTacColumn } from './des-lane-columns.ts'
import type { SymmetricAlgorithm } from './diversify.ts'
import { readyLanes } from './ready-lanes.ts'
import { sm4SessionColumn, sm4TacColumn } from './sm4-key-columns.ts'

/** Messages of cards, one row after the other; every row names the slot of its card. */
export interface SlotRows {
  readonly count: number
  readonly slots: Uint32Array
  /** As many bytes for every row, at most 1,024. */
  readonly messages: Uint8Array
  readonly messageBytes: number
  /** Takes the leftmost 4 bytes of every MAC as a big-endian word. */
  readonly out: Uint32Array
}

/** Rows whose MAC key is a session key: `seeds` has 8 bytes a row. */
export interface SessionRows extends SlotRows {
  readonly seeds: Uint8Array
}

/** Keys of some cards under issuer-level keys, in slots that are used again and again. */
export interface CardKeyColumn<Rows extends SlotRows> {
  /** Adds an issuer-level key; its number, from 0 on. */
  addIssuer(issuerKey16: Uint8Array): number
  /**
   * Diversifies the keys of `count` cards into the slots from 0 on: 8 bytes of factor each, and
   * each under the key of its issuer's number, 0 when no numbers are given. Throws a `TypeError` for
   * numbers that no key has, and for more cards than slots.
   */
  derive(factors: Uint8Array, count: number, issuers?: Uint32Array): void
  /** MACs of all rows, whatever their number. */
  macs(rows: Rows): void
  /** Wipes the issuers' keys and those of the cards. */
  wipe(): void
}

const TAC_COLUMNS = {
  '3des': (slots: number) => {
    const lanes = readyLanes()
    return lanes === undefined ? desTacColumn(slots) : laneTacColumn(lanes, slots)
  },
  sm4: sm4TacColumn,
} as const

const SESSION_COLUMNS = {
  '3des': (slots: number) => {
    const lanes = readyLanes()
    return lanes === undefined ? desSessionColumn(slots) : laneSessionColumn(lanes, slots)
  },
  sm4: sm4SessionColumn,
} as const

/**
 * TAC keys of many cards: under 3DES the diversified key's halves added (single DES), under SM4
 * the whole diversified key (reference card 5.4; SM4 is this project's profile).
 */
export function createTacColumn(
  algorithm: SymmetricAlgorithm,
  slots: number,
): CardKeyColumn<SlotRows> {
  return TAC_COLUMNS[algorithm](slots)
}

/**
 * Purchase keys of many cards, whose MACs go under a session key of the seed (reference card 5.3):
 * 3DES of the seed and single DES, or SM4 of the seed filled up with 80 00.. and SM4.
 */
export function createSessionColumn(
  algorithm: SymmetricAlgorithm,
  slots: number,
): CardKeyColumn<SessionRows> {
  return SESSION_COLUMNS[algorithm](slots)
}
