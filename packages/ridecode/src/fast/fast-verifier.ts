import { type SignatureEngine, type Sm2VerifyInput, sm2SignedBytes, sm3 } from '@unifare/crypto'
import {
  createKeyTables,
  DEFAULT_KEY_LIMITS,
  type KeyCounts,
  type KeyLimits,
  type KeyTables,
} from './key-tables.ts'
import { agreesWithReference } from './self-test.ts'
import { openWasmVerifier, type WasmAnswer, type WasmVerifier } from './wasm-verifier.ts'

/** What a fast verifier has done and holds. */
export interface FastVerifierCounts extends KeyCounts {
  /** SM2 signatures asked about. */
  readonly asked: number
  /** Of these, under a key with a table. */
  readonly withTable: number
  /** Of these, left to the reference path: special cases of the point formulas. */
  readonly undecided: number
}

/** An engine whose SM2 verification is compiled to WebAssembly. Everything else is the reference's. */
export interface FastVerifier extends SignatureEngine {
  /** `reference` when WebAssembly is missing or the self-test found a difference. */
  readonly kind: 'wasm' | 'reference'
  counts(): FastVerifierCounts
}

export interface FastVerifierOptions {
  /** Path that the fast one must agree with, that decides special cases, and that signs. */
  readonly reference: SignatureEngine
  /** Bounds that differ from `DEFAULT_KEY_LIMITS`. */
  readonly limits?: Partial<KeyLimits>
  /** Adds random signatures to the self-test's fixed cases. */
  readonly random?: (length: number) => Uint8Array
  /** Another compiled verifier; it too must pass the self-test. */
  readonly open?: () => WasmVerifier
}

/** Longest SM2 id: its length in bits must fit two bytes. */
const MAX_ID_BYTES = 8191

const NOTHING: FastVerifierCounts = {
  keys: 0,
  riderTables: 0,
  issuerTables: 0,
  asked: 0,
  withTable: 0,
  undecided: 0,
}

/**
 * SM2 verification of our own, for terminals and centres (reference ridecode 4.2). It is a
 * verifier only: it takes no time to hide anything, so signing stays with the reference. Before it
 * is used it must give the reference's verdict on random, edge and tampered signatures; otherwise,
 * and where there is no WebAssembly, the reference verifies.
 */
export function createFastVerifier(options: FastVerifierOptions): FastVerifier {
  const { reference, open = openWasmVerifier } = options
  const limits = { ...DEFAULT_KEY_LIMITS, ...options.limits }
  let verifier: WasmVerifier
  try {
    verifier = open()
    if (!agreesWithReference({ verifier, reference, random: options.random })) throw new Error()
  } catch {
    return { ...reference, kind: 'reference', counts: () => NOTHING }
  }
  const keys = createKeyTables(verifier, limits)
  const count = { asked: 0, withTable: 0, undecided: 0 }
  return {
    ...reference,
    kind: 'wasm',
    sm2Verify(input) {
      count.asked += 1
      const asked = ask(verifier, keys, input)
      if (asked.withTable) count.withTable += 1
      if (asked.answer !== 'undecided') return asked.answer === 'good'
      count.undecided += 1
      return reference.sm2Verify(input)
    },
    counts: () => ({ ...keys.counts(), ...count }),
  }
}

function ask(
  verifier: WasmVerifier,
  keys: KeyTables,
  { publicKey, id, message, signature, isFrequentKey: isFrequent = false }: Sm2VerifyInput,
): { readonly answer: WasmAnswer; readonly withTable: boolean } {
  const bad = { answer: 'bad', withTable: false } as const
  if (signature.length !== 64 || (id?.length ?? 0) > MAX_ID_BYTES) return bad
  const known = keys.find(publicKey)
  const point = known?.point ?? verifier.openKey(publicKey)
  if (!point) return bad
  const signed = { digest: sm3(sm2SignedBytes(id, point, message)), signature }
  const withTable = known?.table !== undefined
  if (known && !withTable) verifier.openKey(known.point)
  const answer = known?.table
    ? verifier.verifyKnown(signed, known.table)
    : verifier.verifyNew(signed)
  // Only good signatures are worth memory: nobody else can push returning riders out.
  if (answer === 'good') keys.used({ publicKey, point, isFrequent })
  return { answer, withTable }
}
