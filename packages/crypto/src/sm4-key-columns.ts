import type { CardKeyColumn, SessionRows, SlotRows } from './card-key-columns.ts'
import { wordAt } from './des.ts'
import { requireIssuers, requireSlots, scheduleSlots, wipeKeys } from './key-slots.ts'
import { paddedWord } from './padded-word.ts'
import { sm4Schedule } from './sm4.ts'
import {
  absorbSm4,
  resetSm4,
  runSm4Pair,
  SM4_SCHEDULE_WORDS,
  sm4Word,
  writeSm4SchedulePair,
} from './sm4-core.ts'

const BLOCK_BYTES = 16
const FACTOR_BYTES = 8
const SEED_BYTES = 8
/** First word behind a seed that is filled up to a block. */
const PADDING = 0x8000_0000

/** TAC keys of cards, CBC MACs under the whole diversified key. */
export function sm4TacColumn(slots: number): CardKeyColumn<SlotRows> {
  const column = sm4Column(slots)
  const { keys } = column
  return {
    ...column,
    macs(rows) {
      const { count, slots: cards, out } = rows
      for (let row = 0; row < count; row += 2) {
        const other = row + 1 < count ? row + 1 : row
        macPair(keys[cards[row]!]!, keys[cards[other]!]!, rows, row)
        out[row] = sm4Word(0)
        out[other] = sm4Word(4)
      }
    },
  }
}

/** Purchase keys of cards: a session key of the seed, a CBC MAC under it. */
export function sm4SessionColumn(slots: number): CardKeyColumn<SessionRows> {
  const column = sm4Column(slots)
  const { keys } = column
  const session0 = new Int32Array(SM4_SCHEDULE_WORDS)
  const session1 = new Int32Array(SM4_SCHEDULE_WORDS)
  return {
    ...column,
    macs(rows) {
      const { count, slots: cards, seeds, out } = rows
      for (let row = 0; row < count; row += 2) {
        const other = row + 1 < count ? row + 1 : row
        resetSm4()
        absorbSeed(seeds, row, 0)
        absorbSeed(seeds, other, 4)
        runSm4Pair(keys[cards[row]!]!, keys[cards[other]!]!)
        writeSm4SchedulePair(session0, session1)
        macPair(session0, session1, rows, row)
        out[row] = sm4Word(0)
        out[other] = sm4Word(4)
      }
    },
    wipe() {
      column.wipe()
      wipeKeys(session0, session1)
    },
  }
}

function sm4Column(slots: number) {
  const issuerKeys: Int32Array[] = []
  const keys = scheduleSlots(slots, SM4_SCHEDULE_WORDS)
  const spare = new Int32Array(SM4_SCHEDULE_WORDS)
  return {
    keys,
    addIssuer: (key16: Uint8Array) => issuerKeys.push(sm4Schedule(key16)) - 1,
    derive(factors: Uint8Array, count: number, issuers?: Uint32Array) {
      requireSlots(count, keys)
      requireIssuers(issuers, count, issuerKeys.length)
      const keyOf = (card: number) => issuerKeys[issuers?.[card] ?? 0]!
      for (let card = 0; card < count; card += 2) {
        const other = card + 1 < count ? card + 1 : card
        resetSm4()
        absorbFactor(factors, card, 0)
        absorbFactor(factors, other, 4)
        runSm4Pair(keyOf(card), keyOf(other))
        writeSm4SchedulePair(keys[card]!, other === card ? spare : keys[other]!)
      }
    },
    wipe: () => wipeKeys(spare, ...issuerKeys, ...keys),
  }
}

function absorbFactor(factors: Uint8Array, card: number, lane: 0 | 4): void {
  const high = wordAt(factors, card * FACTOR_BYTES)
  const low = wordAt(factors, card * FACTOR_BYTES + 4)
  absorbSm4(lane, high)
  absorbSm4(lane + 1, low)
  absorbSm4(lane + 2, ~high)
  absorbSm4(lane + 3, ~low)
}

function absorbSeed(seeds: Uint8Array, row: number, lane: 0 | 4): void {
  absorbSm4(lane, wordAt(seeds, row * SEED_BYTES))
  absorbSm4(lane + 1, wordAt(seeds, row * SEED_BYTES + 4))
  absorbSm4(lane + 2, PADDING)
}

/** CBC MACs of a row and the next one; at the end of an odd count that one again. */
function macPair(key0: Int32Array, key1: Int32Array, rows: SlotRows, row: number): void {
  const { messages, messageBytes, count } = rows
  const from0 = row * messageBytes
  const from1 = row + 1 < count ? from0 + messageBytes : from0
  resetSm4()
  for (let at = 0; at <= messageBytes; at += BLOCK_BYTES) {
    for (let i = 0; i < 4; i++) {
      absorbSm4(i, paddedWord(messages, from0, at + i * 4, messageBytes))
      absorbSm4(4 + i, paddedWord(messages, from1, at + i * 4, messageBytes))
    }
    runSm4Pair(key0, key1)
  }
}
