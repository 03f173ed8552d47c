import { ALGORITHM_3DES, ALGORITHM_SM4, checkEvidence, decodeEvidence } from '@unifare/card'
import { fromHex, toHex, UnifareError } from '@unifare/core'
import type { CryptoErrorCode, KeyRef, KeyWindow } from '@unifare/crypto'

/**
 * Checks the codes of many card purchases, bytes of evidence in: bits as `checkEvidence` gives
 * them; none where no master serves the version that the evidence names.
 */
export type CardChecks = (evidence: readonly Uint8Array[]) => Promise<Uint8Array>

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
/** Key version, algorithm and issuer stand together in the evidence. */
const KEYS_AT = [38, 48] as const

/** Opens the checks on the window of a clearing run, which wipes their keys when it closes. */
export function createCardChecks(options: {
  readonly window: KeyWindow
  /** Institution that owns the masters of both key systems. */
  readonly keyOwner: string
}): CardChecks {
  const opened = new Map<string, ReturnType<typeof openColumns>>()
  return async (evidence) => {
    const good = new Uint8Array(evidence.length)
    for (const [name, rows] of rowsByKeys(evidence)) {
      const first = evidence[rows[0] ?? 0] as Uint8Array
      const columns = opened.get(name) ?? openColumns(options, first)
      opened.set(name, columns)
      const ready = await columns
      if (ready === undefined) continue
      const own = rows.map((row) => evidence[row] as Uint8Array)
      checkEvidence(ready, own).forEach((bits, i) => {
        good[rows[i] ?? 0] = bits
      })
    }
    return good
  }
}

function rowsByKeys(evidence: readonly Uint8Array[]): ReadonlyMap<string, number[]> {
  const groups = new Map<string, number[]>()
  evidence.forEach((bytes, row) => {
    const name = toHex(bytes.subarray(...KEYS_AT))
    const known = groups.get(name)
    if (known === undefined) groups.set(name, [row])
    else known.push(row)
  })
  return groups
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
