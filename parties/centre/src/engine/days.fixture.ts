import {
  createMemoryStorage,
  type Day,
  fromHex,
  listSegments,
  openJournal,
  pureHashes,
  type Storage,
  toHex,
} from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import {
  CHAIN_START,
  type Charge,
  chargeId,
  deliveryId,
  encodeBatch,
  encodeChargeBatch,
  encodeMessage,
  encodeTap,
  MEDIA,
  type MessageKind,
  parseCharge,
  parseTap,
} from '@unifare/tap'
import { CENTRE, createVerifier, DAY, dayOf } from '../clearing.fixture.ts'
import { type CheckedTap, type Cleared, type ClearingInput, clearDay } from '../clearing.ts'
import { FIRST_ROOT } from '../close.ts'
import type { PastCharge, SettledCorrection } from '../corrections.ts'
import { type EvidenceVerdict, verifyTaps } from '../evidence.ts'
import type { FeeRow } from '../fees.ts'
import type { OrderMove } from '../order-moves.ts'
import { waits } from '../rules/hold-rules.ts'
import { type ClearTools, createShardClearer } from './clear-job.ts'
import { type ClearedSegments, type ClearingWorkers, clearSegments } from './clear-segments.ts'
import { type Denied, type HeldTap, verdictsOfRows } from './engine.fixture.ts'
import { type FileRecords, fileJournal, writeFileRecords } from './file-records.ts'
import type { RefundedTap } from './refunded.ts'
import { storeRules } from './rules-file.ts'
import { createScatterer } from './scatter-job.ts'
import { openClosedDay } from './shard-file.ts'
import { createMemorySpill } from './spill.ts'

/** A fee row of one rate for everybody, whose shares do not come out even. */
export const PLAIN: FeeRow = {
  id: 'plain',
  mode: 'any',
  acquirer: 'any',
  issuer: 'any',
  ratePpm: 6_000,
  acquirerSharePpm: 333_333,
  issuerSharePpm: 500_001,
  validFrom: '2026-01-01',
  validTo: null,
  source: 'test',
}

/** What came in during one business day, before its close. */
export interface DayIntake {
  readonly day?: Day
  readonly charges?: readonly Charge[]
  readonly taps?: readonly HeldTap[]
  readonly orders?: readonly OrderMove[]
  /** Purchases that were paid out so far. */
  readonly refunded?: readonly RefundedTap[]
  /** Delivered and asked for by file. */
  readonly files?: FileRecords
  readonly fees?: readonly FeeRow[]
  readonly acceptance?: ClearingInput['acceptance']
  readonly issuers?: ClearingInput['issuers']
  /** Into how many pieces it is cut on columns; those of all days when not given. */
  readonly shards?: number
}

/** What both ways of clearing must agree on. */
export interface DayOutcome {
  readonly verdicts: Readonly<Record<string, string>>
  readonly positions: Cleared['positions']
  readonly settledFen: number
}

/** The rules that hold on all days of a test. */
export interface DaysOptions {
  readonly denied?: readonly Denied[]
  readonly holdDays?: number
  readonly verifier?: ReturnType<typeof createVerifier>
}

/** How days are cleared on columns. */
export interface ColumnOptions extends DaysOptions {
  readonly shards?: number
  readonly storage?: Storage
  readonly run?: string
  /** Who does the jobs; one worker for all of them when not given. */
  readonly workersOf?: (tools: ClearTools) => ClearingWorkers
}

function oneWorker(tools: ClearTools): ClearingWorkers {
  return { scatter: createScatterer(tools), clear: createShardClearer(tools) }
}

/** Clears days from the segments of an intake journal, on columns, in so many shards. */
export async function clearDaysOnColumns(
  days: readonly DayIntake[],
  options: ColumnOptions = {},
): Promise<(DayOutcome & { readonly cleared: ClearedSegments; readonly storage: Storage })[]> {
  const { verifier = createVerifier(), shards = 4, denied = [], holdDays } = options
  const { storage = createMemoryStorage(), workersOf = oneWorker } = options
  const spill = createMemorySpill()
  const workers = workersOf({ storage, spill, hashes: pureHashes, verifier })
  const outcomes: (DayOutcome & { cleared: ClearedSegments; storage: Storage })[] = []
  const closedDays: Day[] = []
  for (const one of days) {
    const { day, fees, oldestDay, issuers, acceptance } = inputOf(one)
    const journal = `intake-${day}`
    await writeJournal(storage, journal, one)
    const marks = denied.map(({ issuer, account, medium, version, until }) => ({
      account: fromHex(`${issuer}${account}F`),
      medium: MEDIA[medium],
      version,
      until,
    }))
    await writeFileRecords(storage, one.files ?? { taps: [], charges: [] }, {
      day,
      until: 0,
      centre: CENTRE,
    })
    await storeRules(storage, {
      day,
      oldestDay,
      issuers,
      acceptance,
      fees,
      denied: marks,
      ...(holdDays !== undefined && { holdDays }),
    })
    const before = outcomes.at(-1)?.cleared
    const cleared = await clearSegments(
      {
        day,
        centre: CENTRE,
        ...(options.run !== undefined && { run: options.run }),
        previousRoot: before?.root ?? FIRST_ROOT,
        closedDays: [...closedDays],
        segments: [
          ...(await segmentsOf(storage, journal)),
          ...(await segmentsOf(storage, fileJournal(day, 0))),
        ],
        shards: one.shards ?? shards,
        orders: one.orders ?? [],
        refunded: one.refunded ?? [],
        ...(before && { deliveredBefore: before.delivered }),
      },
      { workers, spill },
    )
    closedDays.push(day)
    outcomes.push({
      verdicts: verdictsOfRows(await allRows(storage, day)),
      positions: cleared.positions,
      settledFen: Number(cleared.settledFen),
      cleared,
      storage,
    })
  }
  return outcomes
}

/** Clears the same days by the specification, with objects. */
export async function clearDaysOnObjects(
  days: readonly DayIntake[],
  options: DaysOptions = {},
): Promise<DayOutcome[]> {
  const { verifier = createVerifier(), denied = [], holdDays = 0 } = options
  const taps = new Map<string, CheckedTap>()
  const settled = new Map<string, { charge: string; hash: string }>()
  const serials = new Map<string, string>()
  const past = new Map<string, PastCharge>()
  const corrections = new Map<string, SettledCorrection>()
  let asked: readonly Charge[] = []
  const outcomes: DayOutcome[] = []
  for (const one of days) {
    const { orders = [], files = { taps: [], charges: [] }, refunded = [] } = one
    const delivered = [
      ...(one.taps ?? []),
      ...files.taps.map(({ raw, denyVersion }) => ({ tap: parseTap(raw), held: denyVersion })),
    ]
    const charges = [...(one.charges ?? []), ...files.charges.map(parseCharge)]
    for (const { issuer, account, counter } of refunded) {
      settled.set(`card-${issuer}-${account}-${counter}`, { charge: 'refund-1', hash: '' })
    }
    const day = one.day ?? DAY
    const fresh = delivered.filter(({ tap }) => !taps.has(deliveryId(tap)))
    const verdicts = await verifyTaps(
      fresh.map(({ tap }) => tap),
      verifier,
    )
    fresh.forEach(({ tap, held }, i) => {
      const isDenied = denied.some(
        (entry) =>
          entry.medium === tap.medium &&
          entry.issuer === tap.issuer &&
          entry.account === tap.account &&
          held >= entry.version &&
          (entry.until === 0 || held < entry.until),
      )
      // What comes again is the same, and the list that counts is the one of the first delivery.
      if (taps.has(deliveryId(tap))) return
      const hash = toHex(sha256(encodeTap(tap)))
      const checked = { tap, hash, ...(verdicts[i] as EvidenceVerdict), denied: isDenied }
      taps.set(deliveryId(tap), checked)
    })
    asked = [...asked, ...charges]
    const named = asked.flatMap((charge) => charge.taps.map(deliveryId))
    const missing = new Set(named.filter((delivery) => !taps.has(delivery)))
    const waiting = asked.filter(
      (charge) => charge.tapDay > day || waits(charge, { day, holdDays, missing }),
    )
    const judged = asked.filter((charge) => !waiting.includes(charge))
    const ownTaps = new Set(judged.flatMap((charge) => charge.taps.map(deliveryId)))
    const cleared = clearDay({
      ...inputOf(one),
      charges: judged,
      taps: new Map([...taps].filter(([delivery]) => ownTaps.has(delivery))),
      settled: new Map(settled),
      serials: new Map(serials),
      past: new Map(past),
      corrections: new Map(corrections),
      orders,
    })
    asked = waiting
    for (const [key, value] of cleared.closing.settled) settled.set(key, value)
    for (const [key, value] of cleared.closing.serials) serials.set(key, value)
    for (const [key, value] of cleared.closing.corrections) corrections.set(key, value)
    for (const { id, charge, verdict, fee } of cleared.charges) {
      past.set(id, { charge, verdict, fee })
    }
    outcomes.push({
      verdicts: Object.fromEntries(
        cleared.charges.map(({ charge, verdict }) => [chargeId(charge), verdict]),
      ),
      positions: cleared.positions,
      settledFen: cleared.settledFen,
    })
  }
  return outcomes
}

/** What both ways must agree on, day by day. */
export function outcomesOf(outcomes: readonly DayOutcome[]): DayOutcome[] {
  return outcomes.map(({ verdicts, positions, settledFen }) => ({
    verdicts,
    positions,
    settledFen,
  }))
}

/** Verdict rows of a cleared day, bucket by bucket. */
export async function allRows(storage: Storage, day: Day): Promise<Uint8Array> {
  const closed = await openClosedDay(storage, day)
  const parts: Uint8Array[] = []
  for (let bucket = 0; bucket < 256; bucket++) parts.push(await closed.read('rows', bucket))
  const rows = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    rows.set(part, at)
    at += part.length
  }
  return rows
}

async function segmentsOf(storage: Storage, journal: string) {
  const place = { journal, from: 0, until: Number.MAX_SAFE_INTEGER, refused: [] }
  return (await listSegments(storage, journal)).map((segment) => ({ ...place, segment }))
}

function inputOf({ day, fees, acceptance, issuers }: DayIntake): ClearingInput {
  return dayOf([], [], {
    ...(day !== undefined && { day }),
    ...(fees !== undefined && { fees }),
    ...(acceptance !== undefined && { acceptance }),
    ...(issuers !== undefined && { issuers }),
  })
}

/** Messages as an intake journals them; nobody looks at signatures behind it. */
async function writeJournal(
  storage: Storage,
  name: string,
  { taps = [], charges = [], day = DAY }: DayIntake,
): Promise<void> {
  const sign = async () => new Uint8Array(64)
  const journal = await openJournal({ storage, name })
  const append = async (kind: MessageKind, sender: string, body: Uint8Array) => {
    const message = { kind, sender, receiver: CENTRE, sentAt: 0, body, sign }
    journal.append(new Uint8Array(6), await encodeMessage(message))
  }
  for (const { tap, held } of taps) {
    const { terminal, operator, sequence } = tap
    const bundles = held === 0 ? [] : [{ kind: 'deny', publisher: CENTRE, version: held }]
    const batch = { terminal, operator, first: sequence, previous: CHAIN_START, bundles }
    const body = await encodeBatch({ ...batch, records: [encodeTap(tap)], createdAt: 0, sign })
    await append('tap-batch', operator, body)
  }
  for (const charge of charges) {
    const { operator } = charge
    const batch = { operator, previous: CHAIN_START, charges: [charge], day, sign }
    await append('charge-batch', operator, await encodeChargeBatch(batch))
  }
  await journal.close()
}
