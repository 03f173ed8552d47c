import { type DesSchedule, desSchedule, tdesSchedule, wordAt } from './des.ts'
import { absorbDes, addDesLanes, type DesLane, emitDes, resetDes, runDesPair } from './des-core.ts'
import type { SymmetricAlgorithm } from './diversify.ts'
import { paddedWord } from './padded-word.ts'
import { sm4Schedule } from './sm4.ts'
import { absorbSm4, resetSm4, runSm4Pair, sm4Word, writeSm4SchedulePair } from './sm4-core.ts'

/** Many cards with one message each, one row after the other in every array. */
export interface DiversifiedMacRows {
  /** 8 bytes a card, as EF 15 has them. */
  readonly factors: Uint8Array
  /** As many bytes for every card. */
  readonly messages: Uint8Array
  /** Takes the leftmost 4 bytes of every MAC. */
  readonly out: Uint8Array
}

/** Diversifies every card's key and writes a MAC under it. */
export type DiversifiedMacs = (rows: DiversifiedMacRows) => void

/** Writes the MACs of two rows; the same row may stand twice. */
type PairOfMacs = (rows: Rows, first: number, second: number) => void

interface Rows extends DiversifiedMacRows {
  readonly messageBytes: number
}

const FACTOR_BYTES = 8
/** Bytes of a MAC that a purse sends. */
const MAC_BYTES = 4

const MAKERS = {
  '3des': tripleDesPair,
  sm4: sm4Pair,
} as const satisfies Record<SymmetricAlgorithm, (key: Uint8Array) => PairOfMacs>

/**
 * TACs of many cards under one issuer-level key: the loop of clearing, without allocation. The
 * round keys of that key are made once, those of the cards in place, and two cards are computed
 * at once. 3DES: CBC-MAC with single DES under the diversified key's halves added (reference
 * card 5.4); SM4: CBC-MAC under the whole diversified key (this project's profile).
 */
export function createDiversifiedMacs(
  algorithm: SymmetricAlgorithm,
  issuerKey16: Uint8Array,
): DiversifiedMacs {
  const pair = MAKERS[algorithm](issuerKey16)
  return (rows) => {
    const count = rows.factors.length / FACTOR_BYTES
    const messageBytes = count === 0 ? 0 : rows.messages.length / count
    if (!Number.isInteger(count) || !Number.isInteger(messageBytes)) {
      throw new TypeError(
        'every card needs a factor of 8 bytes and a message as long as the others',
      )
    }
    if (rows.out.length < count * MAC_BYTES) throw new TypeError('the output is too short')
    const work = { ...rows, messageBytes }
    for (let i = 0; i < count; i += 2) pair(work, i, i + 1 < count ? i + 1 : i)
  }
}

function tripleDesPair(issuerKey16: Uint8Array): PairOfMacs {
  const issuer = tdesSchedule(issuerKey16)
  const cards = [desSchedule(new Uint8Array(8)), desSchedule(new Uint8Array(8))] as const
  const key = new Uint8Array(8)
  const macs = new Uint8Array(8)

  const cardSchedule = ({ factors }: Rows, row: number, schedule: DesSchedule): void => {
    const at = row * FACTOR_BYTES
    const high = wordAt(factors, at)
    const low = wordAt(factors, at + 4)
    resetDes(0)
    resetDes(1)
    absorbDes(high, low, 0)
    absorbDes(~high, ~low, 1)
    runDesPair(issuer, issuer)
    addDesLanes()
    emitDes(key, 0)
    desSchedule(key, schedule)
  }
  const emit = (out: Uint8Array, row: number, lane: DesLane): void => {
    emitDes(macs, 0, lane)
    for (let i = 0; i < MAC_BYTES; i++) out[row * MAC_BYTES + i] = macs[i]!
  }
  return (rows, first, second) => {
    const { messages, messageBytes, out } = rows
    cardSchedule(rows, first, cards[0])
    cardSchedule(rows, second, cards[1])
    resetDes(0)
    resetDes(1)
    for (let at = 0; at <= messageBytes; at += 8) {
      absorbDes(
        paddedWord(messages, first * messageBytes, at, messageBytes),
        paddedWord(messages, first * messageBytes, at + 4, messageBytes),
        0,
      )
      absorbDes(
        paddedWord(messages, second * messageBytes, at, messageBytes),
        paddedWord(messages, second * messageBytes, at + 4, messageBytes),
        1,
      )
      runDesPair(cards[0], cards[1])
    }
    emit(out, first, 0)
    emit(out, second, 1)
  }
}

function sm4Pair(issuerKey16: Uint8Array): PairOfMacs {
  const issuer = sm4Schedule(issuerKey16)
  const cards = [sm4Schedule(new Uint8Array(16)), sm4Schedule(new Uint8Array(16))] as const

  const absorbFactor = ({ factors }: Rows, row: number, lane: 0 | 4): void => {
    const high = wordAt(factors, row * FACTOR_BYTES)
    const low = wordAt(factors, row * FACTOR_BYTES + 4)
    absorbSm4(lane, high)
    absorbSm4(lane + 1, low)
    absorbSm4(lane + 2, ~high)
    absorbSm4(lane + 3, ~low)
  }
  const emit = (out: Uint8Array, row: number, word: number): void => {
    for (let i = 0; i < MAC_BYTES; i++) out[row * MAC_BYTES + i] = word >>> (24 - 8 * i)
  }
  return (rows, first, second) => {
    const { messages, messageBytes, out } = rows
    resetSm4()
    absorbFactor(rows, first, 0)
    absorbFactor(rows, second, 4)
    runSm4Pair(issuer, issuer)
    writeSm4SchedulePair(cards[0], cards[1])
    resetSm4()
    for (let at = 0; at <= messageBytes; at += 16) {
      for (let i = 0; i < 4; i++) {
        absorbSm4(i, paddedWord(messages, first * messageBytes, at + i * 4, messageBytes))
        absorbSm4(4 + i, paddedWord(messages, second * messageBytes, at + i * 4, messageBytes))
      }
      runSm4Pair(cards[0], cards[1])
    }
    emit(out, first, sm4Word(0))
    emit(out, second, sm4Word(4))
  }
}
