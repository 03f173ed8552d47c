import { encodeEvidence } from '@unifare/card'
import {
  type ChargeRow,
  type ClosingRules,
  charges,
  createCardChecks,
  DEMONSTRATION_FEES,
  type TapRow,
  taps,
  type Verdict,
  type Verifier,
} from '@unifare/centre'
import {
  businessDayStart,
  createMemoryRepository,
  type Day,
  type Repository,
  UnifareError,
} from '@unifare/core'
import { openKeyWindow, pureEngine } from '@unifare/crypto'
import { createCodeCaches } from '@unifare/ridecode'
import { type Charge, chargeId, encodeCharge, encodeTap, mediumId, type Tap } from '@unifare/tap'
import {
  type CardTap,
  CENTRE,
  issuerIds,
  makeCardTaps,
  makeKeys,
  operatorIds,
} from './card-taps.ts'

export const DAY: Day = '2026-11-20'
const TAPS_MIN = 100
/** One fault of each class in so many taps. */
const TAPS_PER_FAULT = 1_000

/** Classes of faults that are put into the day, by the verdict with which clearing must answer. */
export const FAULTS = [
  'card.bad-tac',
  'card.bad-mac2',
  'tap.conflict',
  'tap.missing',
  'tap.charged',
] as const satisfies readonly Verdict[]
export type FaultCode = (typeof FAULTS)[number]

/** A generated day, ready to be cleared. */
export interface ClearingDay {
  readonly taps: readonly CardTap[]
  readonly tapRows: readonly TapRow[]
  readonly chargeRows: readonly ChargeRow[]
  readonly cards: number
  /** Charges that must be refused, by verdict; all others must settle. */
  readonly injected: ReadonlyMap<FaultCode, ReadonlySet<string>>
  /** A verifier of a run's own, as a close makes one: it has derived no card key yet. */
  readonly verifier: () => Verifier
  readonly rules: ClosingRules
}

/** Generates a day of card taps with their charges and puts known faults in. */
export async function makeClearingDay(count: number, seed: string): Promise<ClearingDay> {
  if (count < TAPS_MIN) {
    throw new UnifareError('bench.too-few', `${count} taps: at least ${TAPS_MIN} are needed`)
  }
  const keys = await makeKeys(seed)
  const startAt = businessDayStart(DAY)
  const made = await makeCardTaps({ taps: count, startAt, seed, keys })
  const records = injectFaults(made.taps)
  return {
    ...made,
    ...records,
    verifier: () => ({
      cardChecks: createCardChecks({
        window: openKeyWindow({ store: keys.store, refs: keys.store.list() }),
        keyOwner: CENTRE,
      }),
      issuerKeys: undefined,
      engine: pureEngine,
      caches: createCodeCaches({ maxCertificates: 1, maxAuthorisations: 1 }),
    }),
    rules: {
      acceptance: {
        rows: operatorIds().flatMap((operator) =>
          issuerIds().map((issuer) => ({
            operator,
            issuer,
            mode: 'bus',
            medium: 'card' as const,
            division: '',
            status: 'in-service' as const,
            from: 0,
          })),
        ),
      },
      issuers: issuerIds(),
      fees: DEMONSTRATION_FEES,
      oldestDay: '2026-10-21',
      issuerKeys: null,
      missing: [],
    },
  }
}

/** A repository in memory with the day's taps and charges, as intake leaves them. */
export async function loadDay(day: ClearingDay): Promise<Repository> {
  const repository = createMemoryRepository()
  await repository.transaction(async (tx) => {
    await tx.put(taps, day.tapRows)
    await tx.put(charges, day.chargeRows)
  })
  return repository
}

function injectFaults(
  made: readonly CardTap[],
): Pick<ClearingDay, 'tapRows' | 'chargeRows' | 'injected'> {
  const faults = faultPlaces(made.length)
  const injected = new Map(FAULTS.map((code) => [code, new Set<string>()]))
  const tapRows: TapRow[] = []
  const chargeRows: ChargeRow[] = []
  const numbers = new Map<string, number>()
  const charge = (tap: Tap, fault?: FaultCode) => {
    const number = (numbers.get(tap.operator) ?? 0) + 1
    numbers.set(tap.operator, number)
    const asked = chargeOf(tap, number)
    chargeRows.push({
      operator: tap.operator,
      number,
      raw: encodeCharge(asked),
      day: '',
      verdict: '',
    })
    if (fault !== undefined) injected.get(fault)?.add(chargeId(asked))
  }
  made.forEach((one, index) => {
    const fault = faults.get(index)
    const damaged = fault === undefined ? one : damage(one, fault)
    const settles = fault === undefined || fault === 'tap.conflict' || fault === 'tap.charged'
    if (fault !== 'tap.missing') tapRows.push(tapRow(damaged.tap))
    charge(damaged.tap, settles ? undefined : fault)
    if (fault === 'tap.charged') charge(damaged.tap, fault)
    if (fault === 'tap.conflict') {
      const replay = replayed(one)
      tapRows.push(tapRow(replay))
      charge(replay, fault)
    }
  })
  return { tapRows, chargeRows, injected }
}

/** Faults at even distances, no tap with two. */
function faultPlaces(count: number): ReadonlyMap<number, FaultCode> {
  const each = Math.max(1, Math.floor(count / TAPS_PER_FAULT))
  const distance = Math.floor(count / (each * FAULTS.length))
  return new Map(
    Array.from({ length: each * FAULTS.length }, (_, i) => [
      i * distance,
      FAULTS[i % FAULTS.length] as FaultCode,
    ]),
  )
}

function damage({ tap, evidence }: CardTap, fault: FaultCode): CardTap {
  if (fault !== 'card.bad-tac' && fault !== 'card.bad-mac2') return { tap, evidence }
  const field = fault === 'card.bad-tac' ? 'tac' : 'mac2'
  const [first = 0, ...rest] = evidence[field]
  const changed = { ...evidence, [field]: Uint8Array.of(first ^ 1, ...rest) }
  return { tap: { ...tap, evidence: encodeEvidence(changed) }, evidence: changed }
}

/** The same good TAC once more, under the card's next counter: what a cheating operator would send. */
function replayed({ tap, evidence }: CardTap): Tap {
  const next = { ...evidence, offlineNumber: evidence.offlineNumber + 1 }
  return {
    ...tap,
    // Behind everything that the terminal sent itself.
    sequence: tap.sequence + 1_000_000,
    counter: tap.counter + 1,
    evidence: encodeEvidence(next),
  }
}

function tapRow(tap: Tap): TapRow {
  const { terminal, sequence, operator, at, kind } = tap
  const identity = mediumId(tap)
  return { terminal, sequence, operator, identity, at, kind, denyVersion: 0, raw: encodeTap(tap) }
}

function chargeOf(tap: Tap, number: number): Charge {
  const { terminal, sequence, amountFen } = tap
  return {
    version: 1,
    operator: tap.operator,
    number,
    corrects: 0,
    medium: 'card',
    mode: tap.mode,
    issuer: tap.issuer,
    account: tap.account,
    city: tap.city,
    tapDay: DAY,
    startAt: tap.at,
    endAt: tap.at,
    line: tap.line,
    from: 0,
    to: 0,
    distanceM: 0,
    amountFen,
    currency: 156,
    tariff: 'bench-flat',
    tariffVersion: 1,
    test: false,
    taps: [{ terminal, sequence, amountFen }],
    parts: [{ rule: 'flat', amountFen }],
  }
}
