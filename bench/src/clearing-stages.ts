import {
  type CheckedTap,
  type Cleared,
  clearDay,
  type EvidenceVerdict,
  FIRST_ROOT,
  runDay,
  storeDay,
  verifyTaps,
} from '@unifare/centre'
import type { Repository } from '@unifare/core'
import { toHex } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import { postEntries } from '@unifare/ledger'
import { deliveryId, parseCharge, parseTap } from '@unifare/tap'
import { CENTRE } from './card-taps.ts'
import { type ClearingDay, DAY } from './clearing-day.ts'

/** Microseconds per tap by stage of a day's clearing. */
export interface Split {
  /** Charges and taps from their bytes, and the hash of every record. */
  readonly parseUs: number
  /** TAC and MAC2 of every tap. */
  readonly evidenceUs: number
  /** Verdicts, fees, netting, leaves and root. */
  readonly judgeUs: number
  /** Verdicts, identities, cards and ledger entries into the repository. */
  readonly booksUs: number
}

/** Taps over which the stages are measured. */
const STAGE_TAPS = 20_000

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

/**
 * The stages one after the other through the same public functions, outside of any repository,
 * over the day's first taps.
 */
export async function measureStages(day: ClearingDay): Promise<Omit<Split, 'booksUs'>> {
  const { rules, verifier } = day
  const tapRows = day.tapRows.slice(0, STAGE_TAPS)
  const chargeRows = day.chargeRows.slice(0, STAGE_TAPS)
  const started = performance.now()
  const charges = chargeRows.map(({ raw }) => parseCharge(raw))
  const read = tapRows.map((row) => ({ tap: parseTap(row.raw), hash: toHex(sha256(row.raw)) }))
  const parsed = performance.now()
  const taps = new Map<string, CheckedTap>()
  const ownVerifier = verifier()
  const verdicts = await verifyTaps(
    read.map(({ tap }) => tap),
    ownVerifier,
  )
  read.forEach((one, index) => {
    const verdict = verdicts[index] as EvidenceVerdict
    taps.set(deliveryId(one.tap), { ...one, ...verdict, denied: false })
  })
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
    acceptance: rules.acceptance,
    oldestDay: rules.oldestDay,
  })
  const judged = performance.now()
  return {
    parseUs: perTap(parsed - started, tapRows.length),
    evidenceUs: perTap(verified - parsed, tapRows.length),
    judgeUs: perTap(judged - verified, tapRows.length),
  }
}

/** Microseconds per tap of some milliseconds for all, to a tenth. */
export function perTap(ms: number, taps: number): number {
  return Math.round((ms * 10_000) / taps) / 10
}
