import {
  ALGORITHM_3DES,
  ALGORITHM_SM4,
  checkEvidence,
  decodeEvidence,
  EVIDENCE_AT,
  EVIDENCE_BYTES,
  type EvidenceRows,
} from '@unifare/card'
import { fromHex, UnifareError, view } from '@unifare/core'
import type { CardColumns, CryptoErrorCode, KeyWindow, SymmetricAlgorithm } from '@unifare/crypto'
import { createKeyTable } from './engine/key-table.ts'

/**
 * Checks the codes of many card purchases, bytes of evidence in: bits as `checkEvidence` gives
 * them; none where no master serves the version that the evidence names.
 */
export type CardChecks = (evidence: EvidenceRows) => Promise<Uint8Array>

/** What a store says of versions that verify nothing: unknown, not in use yet, destroyed. */
const UNSERVED: ReadonlySet<string> = new Set<CryptoErrorCode>([
  'key.not-found',
  'key.not-active',
  'key.destroyed',
])

/** Algorithm of a master by the byte that its cards answer INIT with. */
const ALGORITHMS: Readonly<Record<number, SymmetricAlgorithm>> = {
  [ALGORITHM_3DES]: '3des',
  [ALGORITHM_SM4]: 'sm4',
}

/** Cards whose keys are held at once: thousands of rows fill the lanes of the ciphers. */
const SLOTS = 1_024
const ISSUER_AT = EVIDENCE_AT.issuer

/** An issuer's keys of one version: columns of its algorithm, and its number in them. */
interface Issuer {
  readonly columns: CardColumns
  readonly number: number
}

/** Opens the checks on the window of a clearing run, which wipes their keys when it closes. */
export function createCardChecks(options: {
  readonly window: KeyWindow
  /** Institution that owns the masters of both key systems. */
  readonly keyOwner: string
}): CardChecks {
  const opened = new Map<string, Promise<Issuer | undefined>>()
  const columns = new Map<SymmetricAlgorithm, CardColumns>()
  const columnsOf = (algorithm: SymmetricAlgorithm): CardColumns => {
    const own = columns.get(algorithm) ?? options.window.cardColumns(algorithm, SLOTS)
    columns.set(algorithm, own)
    return own
  }
  return async ({ bytes, at }) => {
    const { groupOf, names, firsts } = rowsByKeys({ bytes, at })
    const issuers: (Issuer | undefined)[] = []
    for (const [group, name] of names.entries()) {
      const from = at[firsts[group]!]!
      const issuer =
        opened.get(name) ??
        openIssuer({ ...options, columnsOf }, bytes.subarray(from, from + EVIDENCE_BYTES))
      opened.set(name, issuer)
      issuers.push(await issuer)
    }
    return checkAll({ bytes, at }, issuers, groupOf)
  }
}

/** Checks rows by the columns of their issuers: mostly all are of one algorithm, and go as they stand. */
function checkAll(
  { bytes, at }: EvidenceRows,
  issuers: readonly (Issuer | undefined)[],
  groupOf: Uint32Array,
): Uint8Array {
  const numbers = groupOf.map((group) => issuers[group]?.number ?? 0)
  const columns = new Set(issuers.map((issuer) => issuer?.columns))
  const [only] = columns
  if (columns.size === 1) {
    return only === undefined
      ? new Uint8Array(at.length)
      : checkEvidence(only, { bytes, at, issuers: numbers })
  }
  const good = new Uint8Array(at.length)
  for (const one of columns) {
    if (one === undefined) continue
    const isOwn = (_: number, row: number) => issuers[groupOf[row]!]?.columns === one
    const index = at.map((_, row) => row).filter(isOwn)
    const rows = { bytes, at: at.filter(isOwn), issuers: numbers.filter(isOwn) }
    const bits = checkEvidence(one, rows)
    for (let i = 0; i < index.length; i++) good[index[i]!] = bits[i]!
  }
  return good
}

/** Rows by version, algorithm and issuer: a group's name, and the first row of it. */
function rowsByKeys({ bytes, at }: EvidenceRows) {
  const words = view(bytes)
  const keys = createKeyTable()
  const groupOf = new Uint32Array(at.length)
  const firsts: number[] = []
  const last = { high: 0, low: 0, version: -1, group: 0 }
  for (let row = 0; row < at.length; row++) {
    const from = at[row]!
    const high = words.getUint32(from + ISSUER_AT)
    const low = words.getUint32(from + ISSUER_AT + 4)
    const version = words.getUint16(from + EVIDENCE_AT.keyVersion)
    // Rows of one card mostly stand together.
    if (last.low !== low || last.high !== high || last.version !== version) {
      last.high = high
      last.low = low
      last.version = version
      last.group = keys.add(high, low, version)
      if (last.group === firsts.length) firsts.push(row)
    }
    groupOf[row] = last.group
  }
  const names = firsts.map(
    (_, group) => `${keys.third[group]}/${keys.first[group]}/${keys.second[group]}`,
  )
  return { groupOf, names, firsts }
}

async function openIssuer(
  options: {
    readonly keyOwner: string
    readonly columnsOf: (algorithm: SymmetricAlgorithm) => CardColumns
  },
  evidence: Uint8Array,
): Promise<Issuer | undefined> {
  const { scheme = 'mot', algorithm, keyVersion, issuerId } = decodeEvidence(evidence)
  const name = ALGORITHMS[algorithm]
  if (name === undefined) return undefined
  const master = { scheme, issuer: options.keyOwner, version: keyVersion, algorithm: name }
  const columns = options.columnsOf(name)
  try {
    const number = await columns.addIssuer({
      tac: { ...master, use: 'tac', index: 0 },
      purchase: { ...master, use: 'purchase', index: 1 },
      factor: fromHex(issuerId),
    })
    return { columns, number }
  } catch (error) {
    // Not a fault of the centre: the version is what a terminal wrote.
    if (error instanceof UnifareError && UNSERVED.has(error.code)) return undefined
    throw error
  }
}
