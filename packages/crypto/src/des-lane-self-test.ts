import { desSessionColumn, desTacColumn } from './des-key-columns.ts'
import { laneSessionColumn, laneTacColumn } from './des-lane-columns.ts'
import { type DesLanes, LANE_WORDS, LANES } from './des-lanes.ts'

/** Known answers of single DES as words: key, block, result (FIPS 46-3; SP 800-17, tables 1 to 4). */
const KNOWN = [
  ['133457799bbcdff1', '0123456789abcdef', '85e813540f0ab405'],
  ['0101010101010101', '95f8a5e5dd31d900', '8000000000000000'],
  ['8001010101010101', '0000000000000000', '95a8d72813daa94d'],
  ['1046913489980131', '0000000000000000', '88d55e54f54c97b4'],
  ['7ca110454a1a6e57', '01a1d6d039776742', '690f5b0d9a26939b'],
] as const

/** Cards and rows of the comparison: more than a batch, and no whole number of them. */
const CARDS = 131
const ROWS = 301
const ISSUERS = 3

/** Whether the lanes give known answers, and what the tables give for rows of many keys. */
export function agreesWithTables(lanes: DesLanes): boolean {
  return KNOWN.every((_, i) => knownAnswer(lanes, i)) && agreesOnRows(lanes)
}

/** Encrypts known blocks, each lane under another key than the next one, and decrypts them again. */
function knownAnswer(lanes: DesLanes, number: number): boolean {
  const put = (column: 0 | 1 | 2) => {
    for (let lane = 0; lane < LANES; lane++) {
      setLane(lanes, lane, KNOWN[(lane + number) % KNOWN.length]?.[column] ?? '')
    }
    lanes.transpose()
  }
  const holds = (column: 1 | 2) => {
    lanes.spill()
    lanes.transpose()
    const got = lanes.blocks.slice()
    put(column)
    lanes.transpose()
    return lanes.blocks.every((word, i) => word === got[i])
  }
  put(0)
  lanes.wire(1)
  put(1)
  lanes.clear()
  lanes.absorb()
  lanes.encrypt(1)
  if (!holds(2)) return false
  lanes.decrypt(1)
  return holds(1)
}

function setLane({ blocks }: DesLanes, lane: number, hex: string): void {
  for (let i = 0; i < LANE_WORDS; i++) {
    // Bytes in their order, so that the first one is the lowest of the word.
    const bytes = hex.slice(i * 8, i * 8 + 8).match(/../g) ?? []
    blocks[lane * LANE_WORDS + i] = Number.parseInt(bytes.toReversed().join(''), 16)
  }
}

function agreesOnRows(lanes: DesLanes): boolean {
  const bytes = countedBytes()
  const keys = Array.from({ length: ISSUERS }, () => bytes(16))
  const factors = bytes(CARDS * 8)
  const issuers = Uint32Array.from({ length: CARDS }, (_, i) => i % ISSUERS)
  const common = {
    count: ROWS,
    slots: Uint32Array.from({ length: ROWS }, (_, i) => (i * 7) % CARDS),
    seeds: bytes(ROWS * 8),
  }
  const tacRows = { ...common, messages: bytes(ROWS * 22), messageBytes: 22 }
  const sessionRows = { ...common, messages: bytes(ROWS * 4), messageBytes: 4 }
  const forms = [
    { tac: desTacColumn(CARDS), session: desSessionColumn(CARDS) },
    { tac: laneTacColumn(lanes, CARDS), session: laneSessionColumn(lanes, CARDS) },
  ]
  const [tables = [], ours = []] = forms.map(({ tac, session }) => {
    for (const column of [tac, session]) {
      for (const key of keys) column.addIssuer(key)
      column.derive(factors, CARDS, issuers)
    }
    const out = [new Uint32Array(ROWS), new Uint32Array(ROWS)] as const
    tac.macs({ ...tacRows, out: out[0] })
    session.macs({ ...sessionRows, out: out[1] })
    tac.wipe()
    session.wipe()
    return [...out[0], ...out[1]]
  })
  return tables.every((word, i) => word === ours[i])
}

/** Bytes that look random and are the same every time. */
function countedBytes(): (length: number) => Uint8Array {
  let word = 1
  return (length) =>
    Uint8Array.from({ length }, () => {
      word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0
      return word >>> 24
    })
}
