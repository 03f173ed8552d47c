import type { CardKeyColumn, SessionRows, SlotRows } from './card-key-columns.ts'
import { type DesSchedule, desSchedule, tdesSchedule, wordAt } from './des.ts'
import {
  absorbDes,
  addDesLanes,
  DES_SCHEDULE_WORDS,
  emitDes,
  resetDes,
  runDesPair,
  writeDesSchedule,
} from './des-core.ts'
import { requireIssuers, requireSlots, scheduleSlots, wipeKeys } from './key-slots.ts'
import { paddedWord } from './padded-word.ts'

const BLOCK_BYTES = 8

/** TAC keys of cards, single DES under the diversified key's halves added. */
export function desTacColumn(slots: number): CardKeyColumn<SlotRows> {
  const issuerKeys: DesSchedule[] = []
  const keys = scheduleSlots(slots, DES_SCHEDULE_WORDS)
  const block = new Uint8Array(BLOCK_BYTES * 2)
  return {
    addIssuer: (key16) => issuerKeys.push(tdesSchedule(key16)) - 1,
    derive(factors, count, issuers) {
      requireSlots(count, keys)
      requireIssuers(issuers, count, issuerKeys.length)
      for (let card = 0; card < count; card++) {
        diversifyDes(issuerKeys[issuers?.[card] ?? 0]!, factors, card)
        addDesLanes()
        emitDes(block, 0)
        writeDesSchedule(keys[card]!, 0, block, 0)
      }
    },
    macs(rows) {
      const { count, slots: cards, out } = rows
      for (let row = 0; row < count; row += 2) {
        const other = row + 1 < count ? row + 1 : row
        macPair(keys[cards[row]!]!, keys[cards[other]!]!, rows, row)
        emitPair(block)
        out[row] = wordAt(block, 0)
        out[other] = wordAt(block, BLOCK_BYTES)
      }
    },
    wipe: () => wipeKeys(block, ...issuerKeys, ...keys),
  }
}

/** Purchase keys of cards: a session key by 3DES of the seed, a MAC under it by single DES. */
export function desSessionColumn(slots: number): CardKeyColumn<SessionRows> {
  const issuerKeys: DesSchedule[] = []
  const keys = scheduleSlots(slots, DES_SCHEDULE_WORDS * 3)
  const block = new Uint8Array(BLOCK_BYTES * 2)
  const session0 = desSchedule(new Uint8Array(BLOCK_BYTES))
  const session1 = desSchedule(new Uint8Array(BLOCK_BYTES))
  return {
    addIssuer: (key16) => issuerKeys.push(tdesSchedule(key16)) - 1,
    derive(factors, count, issuers) {
      requireSlots(count, keys)
      requireIssuers(issuers, count, issuerKeys.length)
      for (let card = 0; card < count; card++) {
        diversifyDes(issuerKeys[issuers?.[card] ?? 0]!, factors, card)
        emitPair(block)
        tdesSchedule(block, keys[card]!)
      }
    },
    macs(rows) {
      const { count, slots: cards, seeds, out } = rows
      for (let row = 0; row < count; row += 2) {
        const other = row + 1 < count ? row + 1 : row
        const [at, otherAt] = [row * BLOCK_BYTES, other * BLOCK_BYTES]
        resetDes(0)
        resetDes(1)
        absorbDes(wordAt(seeds, at), wordAt(seeds, at + 4), 0)
        absorbDes(wordAt(seeds, otherAt), wordAt(seeds, otherAt + 4), 1)
        runDesPair(keys[cards[row]!]!, keys[cards[other]!]!)
        emitPair(block)
        writeDesSchedule(session0, 0, block, 0)
        writeDesSchedule(session1, 0, block, BLOCK_BYTES)
        macPair(session0, session1, rows, row)
        emitPair(block)
        out[row] = wordAt(block, 0)
        out[other] = wordAt(block, BLOCK_BYTES)
      }
    },
    wipe: () => wipeKeys(block, session0, session1, ...issuerKeys, ...keys),
  }
}

/** Leaves both halves of a card's key in the lanes. */
function diversifyDes(issuer: DesSchedule, factors: Uint8Array, card: number): void {
  const high = wordAt(factors, card * BLOCK_BYTES)
  const low = wordAt(factors, card * BLOCK_BYTES + 4)
  resetDes(0)
  resetDes(1)
  absorbDes(high, low, 0)
  absorbDes(~high, ~low, 1)
  runDesPair(issuer, issuer)
}

/** CBC MACs of a row and the next one; at the end of an odd count that one again. */
function macPair(key0: DesSchedule, key1: DesSchedule, rows: SlotRows, row: number): void {
  const { messages, messageBytes, count } = rows
  const from0 = row * messageBytes
  const from1 = row + 1 < count ? from0 + messageBytes : from0
  resetDes(0)
  resetDes(1)
  for (let at = 0; at <= messageBytes; at += BLOCK_BYTES) {
    absorbDes(
      paddedWord(messages, from0, at, messageBytes),
      paddedWord(messages, from0, at + 4, messageBytes),
      0,
    )
    absorbDes(
      paddedWord(messages, from1, at, messageBytes),
      paddedWord(messages, from1, at + 4, messageBytes),
      1,
    )
    runDesPair(key0, key1)
  }
}

function emitPair(block: Uint8Array): void {
  emitDes(block, 0, 0)
  emitDes(block, BLOCK_BYTES, 1)
}
