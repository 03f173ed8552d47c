import { fromHex, toHex, utf8 } from '@unifare/core'
import {
  type SignatureEngine,
  SM2_DEFAULT_ID,
  type Sm2VerifyInput,
  sm2KeyPair,
  sm2SignedBytes,
  sm3,
} from '@unifare/crypto'
import { TABLE_SHAPES } from './key-tables.ts'
import { EDGE_MESSAGE, EDGE_ROWS, type EdgeVerdict, isEdgeVerdict } from './self-test-cases.ts'
import type { KeyTable, WasmAnswer, WasmVerifier } from './wasm-verifier.ts'

interface Case {
  readonly input: Sm2VerifyInput
  readonly verdict: EdgeVerdict
}

/** Example of GM/T 0003.5-2012, A.2: "message digest" under the default id. */
const PUBLISHED: Case = {
  input: {
    publicKey: fromHex('0309F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020'),
    id: SM2_DEFAULT_ID,
    message: utf8('message digest'),
    signature: fromHex(
      'F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3' +
        'B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA',
    ),
  },
  verdict: 'good',
}

/** Keys drawn for the random part; each signs one message, which is then tampered with. */
const RANDOM_KEYS = 4

/** Cases that the formulas must leave to the reference; more would mean that they fail. */
const MAX_UNDECIDED = 3 * 3

/**
 * Whether a compiled verifier gives the verdict of the edge cases, and the reference's verdict on
 * random and tampered signatures: without a table, with a rider's and with an issuer's. What it
 * leaves undecided, which only the special cases may be, the reference must answer rightly.
 */
export function agreesWithReference(options: {
  readonly verifier: WasmVerifier
  readonly reference: SignatureEngine
  /** Repeatable bytes when not given. */
  readonly random?: ((length: number) => Uint8Array) | undefined
}): boolean {
  const { verifier, reference, random = counted() } = options
  const answersOf = createAsker(verifier)
  let undecided = 0
  const agrees = ({ input, verdict }: Case): boolean =>
    answersOf(input).every((answer) => {
      if (answer !== 'undecided') return answer === verdict
      undecided += 1
      return reference.sm2Verify(input) === (verdict === 'good')
    })
  const fixed = [PUBLISHED, ...EDGE_ROWS.map(edgeCase)]
  const drawn = randomInputs(reference, random).map(
    (input): Case => ({ input, verdict: reference.sm2Verify(input) ? 'good' : 'bad' }),
  )
  return (
    new Set(drawn.map(({ verdict }) => verdict)).size === 2 &&
    [...fixed, ...drawn].every(agrees) &&
    undecided <= MAX_UNDECIDED
  )
}

/** Asks a verifier in all its ways. */
function createAsker(verifier: WasmVerifier): (input: Sm2VerifyInput) => (WasmAnswer | 'no key')[] {
  const tables = Object.values(TABLE_SHAPES).map(
    (shape): KeyTable => ({ ...shape, at: verifier.allocate(verifier.tableBytes(shape)) }),
  )
  let tabled = ''
  return ({ publicKey, id, message, signature }) => {
    const point = verifier.openKey(publicKey)
    if (!point) return ['no key']
    // Tables take most of the time, and cases of one key follow each other.
    if (tabled !== toHex(point)) tables.forEach((table) => verifier.makeTable(table))
    tabled = toHex(point)
    const signed = { digest: sm3(sm2SignedBytes(id, point, message)), signature }
    return [
      verifier.verifyNew(signed),
      ...tables.map((table) => verifier.verifyKnown(signed, table)),
    ]
  }
}

function edgeCase(row: string): Case {
  const [, key = '', signature = '', verdict = ''] = row.split('|')
  if (!isEdgeVerdict(verdict)) throw new TypeError(`an edge case without verdict: ${row}`)
  return {
    input: {
      publicKey: fromHex(key),
      id: null,
      message: EDGE_MESSAGE,
      signature: fromHex(signature),
    },
    verdict,
  }
}

/** Signatures under random keys, each also with one bit changed in r, s and the message. */
function randomInputs(
  reference: SignatureEngine,
  random: (length: number) => Uint8Array,
): Sm2VerifyInput[] {
  return Array.from({ length: RANDOM_KEYS }, (_, i) => {
    const pair = sm2KeyPair(random)
    const message = random(30)
    const id = i % 2 === 0 ? SM2_DEFAULT_ID : null
    const signature = reference.sm2Sign({ ...pair, id, message, random })
    const good = { publicKey: pair.publicKey, id, message, signature }
    const [atR = 0, atS = 0, atMessage = 0] = random(3)
    return [
      good,
      { ...good, signature: flipped(signature, atR) },
      { ...good, signature: flipped(signature, 256 + atS) },
      { ...good, message: flipped(message, atMessage % 240) },
    ]
  }).flat()
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = bytes.slice()
  changed[bit >> 3]! ^= 1 << (bit & 7)
  return changed
}

/** SM3 of a counter. */
function counted(): (length: number) => Uint8Array {
  let count = 0
  return (length) => sm3(utf8(`self-test ${count++}`)).slice(0, length)
}
