import type { CardKeyColumn, SessionRows, SlotRows } from './card-key-columns.ts'
import { type DesLanes, LANE_WORDS, LANES, type LaneKey, MAX_MESSAGE_BYTES } from './des-lanes.ts'
import { requireIssuers, wipeKeys } from './key-slots.ts'

const BLOCK_BYTES = 8
/** Words of both halves of a key. */
const KEY_WORDS = 4

/** TAC keys of cards, as `desTacColumn`, 128 cards or rows at once. */
export function laneTacColumn(lanes: DesLanes, slots: number): CardKeyColumn<SlotRows> {
  const keys = laneKeys(lanes, slots)
  return {
    ...keys.column,
    derive(factors, count, issuers) {
      keys.derive(factors, count, issuers)
      // The TAC key is both halves added.
      for (let i = 0; i < count * KEY_WORDS; i += KEY_WORDS) {
        keys.cards[i]! ^= keys.cards[i + 2]!
        keys.cards[i + 1]! ^= keys.cards[i + 3]!
      }
    },
    macs(rows) {
      for (let first = 0; first < rows.count; first += LANES) {
        keys.load(0, rows, first)
        macLanes(lanes, rows, first)
      }
    },
  }
}

/** Purchase keys of cards, as `desSessionColumn`, 128 cards or rows at once. */
export function laneSessionColumn(lanes: DesLanes, slots: number): CardKeyColumn<SessionRows> {
  const keys = laneKeys(lanes, slots)
  return {
    ...keys.column,
    derive: (factors, count, issuers) => keys.derive(factors, count, issuers),
    macs(rows) {
      const { count, seeds } = rows
      for (let first = 0; first < count; first += LANES) {
        keys.load(0, rows, first)
        keys.load(1, rows, first)
        const end = Math.min(first + LANES, count)
        lanes.messages.set(seeds.subarray(first * BLOCK_BYTES, end * BLOCK_BYTES))
        lanes.take(0, BLOCK_BYTES, BLOCK_BYTES)
        lanes.transpose()
        triple(lanes)
        // The session key never leaves the planes.
        lanes.spill()
        lanes.wire(0)
        macLanes(lanes, rows, first)
      }
    },
  }
}

/** Keys of issuers and of cards in slots, as words, and the way to the lanes and back. */
function laneKeys(lanes: DesLanes, slots: number) {
  const { blocks } = lanes
  const issuerKeys: Uint32Array[] = []
  const cards = new Uint32Array(slots * KEY_WORDS)

  function loadIssuers(key: LaneKey, issuers: Uint32Array | undefined, first: number, end: number) {
    for (let card = first; card < end; card++) {
      const words = issuerKeys[issuers?.[card] ?? 0]!
      blocks[(card - first) * LANE_WORDS] = words[key * 2]!
      blocks[(card - first) * LANE_WORDS + 1] = words[key * 2 + 1]!
    }
    lanes.transpose()
    lanes.wire(key)
  }

  function deriveHalf(factors: Uint32Array, first: number, end: number, half: 0 | 1): void {
    const flip = half === 0 ? 0 : -1
    for (let i = 0; i < (end - first) * LANE_WORDS; i++) {
      blocks[i] = factors[first * LANE_WORDS + i]! ^ flip
    }
    lanes.transpose()
    triple(lanes)
    lanes.spill()
    lanes.transpose()
    for (let card = first; card < end; card++) {
      cards[card * KEY_WORDS + half * 2] = blocks[(card - first) * LANE_WORDS]!
      cards[card * KEY_WORDS + half * 2 + 1] = blocks[(card - first) * LANE_WORDS + 1]!
    }
  }

  return {
    cards,
    column: {
      addIssuer: (key16: Uint8Array) => issuerKeys.push(keyWords(key16)) - 1,
      wipe() {
        wipeKeys(cards, ...issuerKeys)
        lanes.wipe()
      },
    },
    derive(factors: Uint8Array, count: number, issuers?: Uint32Array): void {
      if (count > slots) throw new TypeError(`${count} cards for ${slots} slots`)
      requireIssuers(issuers, count, issuerKeys.length)
      const words = new Uint32Array(factors.slice(0, count * BLOCK_BYTES).buffer)
      for (let first = 0; first < count; first += LANES) {
        const end = Math.min(first + LANES, count)
        loadIssuers(0, issuers, first, end)
        loadIssuers(1, issuers, first, end)
        deriveHalf(words, first, end, 0)
        deriveHalf(words, first, end, 1)
      }
    },
    /** Takes a half of the keys of the rows' cards into the lanes. */
    load(key: LaneKey, { slots: slotOf, count }: SlotRows, first: number): void {
      const end = Math.min(first + LANES, count)
      for (let row = first; row < end; row++) {
        const from = slotOf[row]! * KEY_WORDS + key * 2
        blocks[(row - first) * LANE_WORDS] = cards[from]!
        blocks[(row - first) * LANE_WORDS + 1] = cards[from + 1]!
      }
      lanes.transpose()
      lanes.wire(key)
    },
  }
}

/** Triple DES of the planes, under both keys of the lanes. */
function triple(lanes: DesLanes): void {
  lanes.clear()
  lanes.absorb()
  lanes.encrypt(0)
  lanes.decrypt(1)
  lanes.encrypt(0)
}

/** CBC MACs of up to 128 rows under the first key of the lanes. */
function macLanes(lanes: DesLanes, rows: SlotRows, first: number): void {
  const { messages, messageBytes, count, out } = rows
  if (messageBytes > MAX_MESSAGE_BYTES) throw new TypeError(`messages of ${messageBytes} bytes`)
  const end = Math.min(first + LANES, count)
  lanes.messages.set(messages.subarray(first * messageBytes, end * messageBytes))
  lanes.clear()
  for (let at = 0; at <= messageBytes; at += BLOCK_BYTES) {
    lanes.take(at, messageBytes, messageBytes)
    lanes.transpose()
    lanes.absorb()
    lanes.encrypt(0)
  }
  lanes.spill()
  lanes.transpose()
  for (let row = first; row < end; row++) {
    const word = lanes.blocks[(row - first) * LANE_WORDS]!
    out[row] = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
  }
}

function keyWords(key16: Uint8Array): Uint32Array {
  if (key16.length !== KEY_WORDS * 4) throw new TypeError(`a key of ${key16.length} bytes`)
  return new Uint32Array(key16.slice().buffer)
}
