import { VERIFIER_BYTES } from '../../wasm/verifier-bytes.ts'

/** Answers of the compiled verifier; `undecided` leaves the question to the reference path. */
export type WasmAnswer = 'bad' | 'good' | 'undecided'

/**
 * Shape of a table: windows of `width` bits; a larger `spread` needs less memory and more
 * doublings.
 */
export interface TableShape {
  readonly width: number
  readonly spread: number
}

/** A table of multiples of one key, at a place that the caller manages. */
export interface KeyTable extends TableShape {
  readonly at: number
}

/** What is signed, as numbers: SM3 digest of 32 bytes, r || s of 64. */
export interface DigestSignature {
  readonly digest: Uint8Array
  readonly signature: Uint8Array
}

/**
 * The compiled verifier with its memory. It knows points, digests and signatures, and nothing of
 * messages and ids; no function of it takes or makes anything secret.
 */
export interface WasmVerifier {
  /** Opens a key of 33 or 65 bytes; 65 bytes of it, or undefined when it is no point. */
  readonly openKey: (publicKey: Uint8Array) => Uint8Array | undefined
  /** Verifies under the key opened last. */
  readonly verifyNew: (signed: DigestSignature) => WasmAnswer
  /** Verifies under the key of a table. */
  readonly verifyKnown: (signed: DigestSignature, table: KeyTable) => WasmAnswer
  /** Makes the table of the key opened last. */
  readonly makeTable: (table: KeyTable) => void
  readonly tableBytes: (shape: TableShape) => number
  /** Takes memory for good. */
  readonly allocate: (bytes: number) => number
}

interface Exports {
  readonly memory: WebAssembly.Memory
  digestAt(): number
  signatureAt(): number
  keyAt(): number
  coordinatesAt(): number
  freeAt(): number
  useBaseTable(table: number): void
  openKey(length: number): number
  makeTable(table: number, width: number, spread: number): void
  verifyNew(): number
  verifyKnown(table: number, width: number, spread: number): number
  tableBytes(width: number, spread: number): number
}

const ANSWERS = ['bad', 'good', 'undecided'] as const satisfies readonly WasmAnswer[]
const PAGE_BYTES = 65_536
const POINT_BYTES = 65
/** Shape of the generator's table, as the compiled side has it. */
const BASE_SHAPE: TableShape = { width: 8, spread: 1 }

/**
 * Starts the compiled verifier; throws where there is no WebAssembly. It takes some milliseconds,
 * mostly for the generator's table.
 */
export function openWasmVerifier(): WasmVerifier {
  const binary = Uint8Array.from(atob(VERIFIER_BYTES), (character) => character.charCodeAt(0))
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binary))
  const wasm = instance.exports as unknown as Exports
  const [digestAt, signatureAt] = [wasm.digestAt(), wasm.signatureAt()]
  const [keyAt, coordinatesAt] = [wasm.keyAt(), wasm.coordinatesAt()]
  let free = wasm.freeAt()
  let memory = new Uint8Array(wasm.memory.buffer)

  const allocate = (bytes: number): number => {
    const at = free
    free += bytes
    const missing = free - memory.length
    if (missing > 0) {
      wasm.memory.grow(Math.ceil(missing / PAGE_BYTES))
      memory = new Uint8Array(wasm.memory.buffer)
    }
    return at
  }
  const put = ({ digest, signature }: DigestSignature): void => {
    memory.set(digest, digestAt)
    memory.set(signature, signatureAt)
  }
  wasm.useBaseTable(allocate(wasm.tableBytes(BASE_SHAPE.width, BASE_SHAPE.spread)))

  return {
    openKey(publicKey) {
      if (publicKey.length > POINT_BYTES) return undefined
      memory.set(publicKey, keyAt)
      if (wasm.openKey(publicKey.length) === 0) return undefined
      const point = new Uint8Array(POINT_BYTES)
      point[0] = 4
      point.set(memory.subarray(coordinatesAt, coordinatesAt + POINT_BYTES - 1), 1)
      return point
    },
    verifyNew(signed) {
      put(signed)
      return ANSWERS[wasm.verifyNew()] ?? 'undecided'
    },
    verifyKnown(signed, { at, width, spread }) {
      put(signed)
      return ANSWERS[wasm.verifyKnown(at, width, spread)] ?? 'undecided'
    },
    makeTable({ at, width, spread }) {
      wasm.makeTable(at, width, spread)
    },
    tableBytes: ({ width, spread }) => wasm.tableBytes(width, spread),
    allocate,
  }
}
