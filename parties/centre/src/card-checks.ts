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
import type { CryptoErrorCode, KeyRef, KeyWindow } from '@unifare/crypto'
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
const ALGORITHMS: Readonly<Record<number, KeyRef['algorithm']>> = {
  [ALGORITHM_3DES]: '3des',
  [ALGORITHM_SM4]: 'sm4',
}

/** Cards whose keys are held at once: the keys of a country's issuers fit into the caches. */
const SLOTS = 64
const ISSUER_AT = EVIDENCE_AT.issuer

/** Opens the checks on the window of a clearing run, which wipes their keys when it closes. */
export function createCardChecks(options: {
  readonly window: KeyWindow
  /** Institution that owns the masters of both key systems. */
  readonly keyOwner: string
}): CardChecks {
  const opened = new Map<string, ReturnType<typeof openColumns>>()
  return async ({ bytes, at }) => {
    const good = new Uint8Array(at.length)
    const { order, starts, firsts } = rowsByKeys({ bytes, at })
    const places = new Uint32Array(at.length)
    for (let i = 0; i < at.length; i++) places[i] = at[order[i]!]!
    for (let group = 0; group < firsts.length; group++) {
      const from = places[starts[group]!]!
      const name = firsts[group]!
      const columns =
        opened.get(name) ?? openColumns(options, bytes.subarray(from, from + EVIDENCE_BYTES))
      opened.set(name, columns)
      const ready = await columns
      if (ready === undefined) continue
      const [first, end] = [starts[group]!, starts[group + 1]!]
      const own = checkEvidence(ready, { bytes, at: places.subarray(first, end) })
      for (let i = first; i < end; i++) good[order[i]!] = own[i - first]!
    }
    return good
  }
}

/** Rows by version, algorithm and issuer; group `g` are `order[starts[g]]` to before `starts[g + 1]`. */
function rowsByKeys({ bytes, at }: EvidenceRows) {
  const words = view(bytes)
  const keys = createKeyTable()
  const groupOf = new Uint32Array(at.length)
  for (let row = 0; row < at.length; row++) {
    const from = at[row]!
    groupOf[row] = keys.add(
      words.getUint32(from + ISSUER_AT),
      words.getUint32(from + ISSUER_AT + 4),
      words.getUint16(from + EVIDENCE_AT.keyVersion),
    )
  }
  const starts = new Uint32Array(keys.count + 1)
  for (const group of groupOf) starts[group + 1]! += 1
  for (let group = 0; group < keys.count; group++) starts[group + 1]! += starts[group]!
  const next = starts.slice()
  const order = new Uint32Array(at.length)
  for (let row = 0; row < at.length; row++) order[next[groupOf[row]!]!++] = row
  const firsts = Array.from(
    { length: keys.count },
    (_, group) => `${keys.third[group]}/${keys.first[group]}/${keys.second[group]}`,
  )
  return { order, starts, firsts }
}

async function openColumns(
  { window, keyOwner }: { readonly window: KeyWindow; readonly keyOwner: string },
  evidence: Uint8Array,
) {
  const { scheme = 'mot', algorithm, keyVersion, issuerId } = decodeEvidence(evidence)
  const name = ALGORITHMS[algorithm]
  if (name === undefined) return undefined
  const master = { scheme, issuer: keyOwner, version: keyVersion, algorithm: name }
  const factor = fromHex(issuerId)
  try {
    return {
      tac: await window.tacColumn({ ...master, use: 'tac', index: 0 }, factor, SLOTS),
      purchase: await window.sessionColumn({ ...master, use: 'purchase', index: 1 }, factor, SLOTS),
      slots: SLOTS,
    }
  } catch (error) {
    // Not a fault of the centre: the version is what a terminal wrote.
    if (error instanceof UnifareError && UNSERVED.has(error.code)) return undefined
    throw error
  }
}
