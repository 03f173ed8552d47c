import {
  ALGORITHM_3DES,
  ALGORITHM_SM4,
  checkEvidence,
  decodeEvidence,
  EVIDENCE_BYTES,
  type EvidenceRows,
} from '@unifare/card'
import { fromHex, UnifareError, view } from '@unifare/core'
import type { CryptoErrorCode, KeyRef, KeyWindow } from '@unifare/crypto'

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

/** Cards whose keys are held at once: their round keys fit into the cache of a core. */
const SLOTS = 1_024
/** Where key version with algorithm, and the halves of the issuer stand in the evidence. */
const KEYS_AT = [38, 40, 44] as const

/** Opens the checks on the window of a clearing run, which wipes their keys when it closes. */
export function createCardChecks(options: {
  readonly window: KeyWindow
  /** Institution that owns the masters of both key systems. */
  readonly keyOwner: string
}): CardChecks {
  const opened = new Map<string, ReturnType<typeof openColumns>>()
  return async ({ bytes, at }) => {
    const good = new Uint8Array(at.length)
    for (const [name, rows] of rowsByKeys({ bytes, at })) {
      const first = at[rows[0] ?? 0] ?? 0
      const columns =
        opened.get(name) ?? openColumns(options, bytes.subarray(first, first + EVIDENCE_BYTES))
      opened.set(name, columns)
      const ready = await columns
      if (ready === undefined) continue
      const own = Uint32Array.from(rows, (row) => at[row] ?? 0)
      checkEvidence(ready, { bytes, at: own }).forEach((bits, i) => {
        good[rows[i] ?? 0] = bits
      })
    }
    return good
  }
}

/** Rows by version, algorithm and issuer: those of one card mostly follow each other. */
function rowsByKeys({ bytes, at }: EvidenceRows): ReadonlyMap<string, number[]> {
  const groups = new Map<string, number[]>()
  const words = view(bytes)
  const nameOf = (from: number) => {
    const [keys, issuer, rest] = KEYS_AT
    return `${words.getUint16(from + keys)}/${words.getUint32(from + issuer)}/${words.getUint32(from + rest)}`
  }
  let last = -1
  let group: number[] = []
  at.forEach((from, row) => {
    if (last < 0 || !sameKeys(words, last, from)) {
      const name = nameOf(from)
      group = groups.get(name) ?? []
      groups.set(name, group)
    }
    last = from
    group.push(row)
  })
  return groups
}

function sameKeys(words: DataView, one: number, other: number): boolean {
  const [keys, issuer, rest] = KEYS_AT
  return (
    words.getUint16(one + keys) === words.getUint16(other + keys) &&
    words.getUint32(one + issuer) === words.getUint32(other + issuer) &&
    words.getUint32(one + rest) === words.getUint32(other + rest)
  )
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
