import {
  type CheckedTap,
  type Cleared,
  clearDay,
  FIRST_ROOT,
  runDay,
  storeDay,
  verifyTapEvidence,
} from '@unifare/centre'
import type { Repository } from '@unifare/core'
import { toHex } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import { postEntries } from '@unifare/ledger'
import { deliveryId, parseCharge, parseTap } from '@unifare/tap'
import { CENTRE } from './card-taps.ts'
import { type ClearingDay, DAY } from './clearing-day.ts'

/** Seconds by stage of a day's clearing. */
export interface Split {
  /** Charges and taps from their bytes, and the hash of every record. */
  readonly parseS: number
  /** TAC and MAC2 of every tap. */
  readonly evidenceS: number
  /** Verdicts, fees, netting, leaves and root. */
  readonly judgeS: number
  /** Verdicts, identities, cards and ledger entries into the repository. */
  readonly booksS: number
}

/** Thrown at the end of a round, so that its transaction leaves nothing behind. */
const UNDO = new Error('undo the round')

/** Clears and books the whole day as the centre does, measures it, and undoes it. */
export async function clearingRound(
  repository: Repository,
  { rules, verifier }: ClearingDay,
): Promise<{ readonly seconds: number; readonly booksS: number; readonly cleared: Cleared }> {
  let outcome: { seconds: number; booksS: number; cleared: Cleared } | undefined
  try {
    await repository.transaction(async (tx) => {
      const started = performance.now()
      const options = { day: DAY, centre: CENTRE, previousRoot: FIRST_ROOT, again: false }
      const cleared = await runDay(tx, { ...options, rules, verifier: verifier() })
      const judged = performance.now()
      await storeDay(tx, cleared)
      await postEntries(tx, cleared.entries)
      const done = performance.now()
      outcome = { seconds: (done - started) / 1000, booksS: (done - judged) / 1000, cleared }
      throw UNDO
    })
  } catch (error) {
    if (error !== UNDO) throw error
  }
  if (outcome === undefined) throw new TypeError('a round without outcome')
  return outcome
}

/** The stages one after the other through the same public functions, outside of any repository. */
export async function measureStages({
  tapRows,
  chargeRows,
  rules,
  verifier,
}: ClearingDay): Promise<Omit<Split, 'booksS'>> {
  const started = performance.now()
  const charges = chargeRows.map(({ raw }) => parseCharge(raw))
  const read = tapRows.map((row) => ({ tap: parseTap(row.raw), hash: toHex(sha256(row.raw)) }))
  const parsed = performance.now()
  const taps = new Map<string, CheckedTap>()
  const ownVerifier = verifier()
  for (const one of read) {
    const verdict = await verifyTapEvidence(one.tap, ownVerifier)
    taps.set(deliveryId(one.tap), { ...one, ...verdict, denied: false })
  }
  const verified = performance.now()
  clearDay({
    day: DAY,
    centre: CENTRE,
    previousRoot: FIRST_ROOT,
    charges,
    taps,
    settled: new Map(),
    serials: new Map(),
    fees: rules.fees,
    issuers: new Set(rules.issuers),
    acceptance: new Set(rules.acceptance),
    oldestDay: rules.oldestDay,
  })
  const judged = performance.now()
  return {
    parseS: (parsed - started) / 1000,
    evidenceS: (verified - parsed) / 1000,
    judgeS: (judged - verified) / 1000,
  }
}
