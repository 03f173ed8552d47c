import { type AcceptanceContent, parseAcceptance, shelfKey } from '@unifare/bundle'
import { type Day, parseDay, type Tx, toHex, UnifareError } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import { loadShelf } from '@unifare/institution'
import { type Charge, deliveryId, mediumId, parseCharge, parseTap, type Tap } from '@unifare/tap'
import {
  type CheckedTap,
  type Cleared,
  type ClearingInput,
  clearDay,
  serialKey,
} from './clearing.ts'
import { correctedBefore } from './corrected-before.ts'
import { openLiability } from './deny-liability.ts'
import { type EvidenceVerdict, type Verifier, verifyTaps } from './evidence.ts'
import type { FeeRow } from './fees.ts'
import { waitingCharges } from './judged/judged-charges.ts'
import type { OrderMove } from './order-moves.ts'
import { storeLines } from './proof/line-table.ts'
import { waits } from './rules/hold-rules.ts'
import { fromHistory, type SettledHistory } from './settled/from-history.ts'
import { doubtfulSerials } from './settled/serial-owners.ts'
import { settledMarks } from './settled/settled-marks.ts'
import {
  type CardRow,
  type ChargeRow,
  cards,
  charges,
  corrections,
  days,
  type OrderRow,
  orders,
  serials,
  settled,
  type TapRow,
  taps,
} from './tables.ts'
import type { TierRules } from './tiers/money.ts'
import { goneUp } from './tiers/routing.ts'

/** Root before the first day. */
export const FIRST_ROOT = '0'.repeat(64)
/** Taps older than this many days are overdue: a parameter of the scheme, ours. */
const OVERDUE_DAYS = 30
const DAY_MS = 86_400_000

/** What is fixed when a day closes, so that it can be run again: part of the day's row. */
export interface ClosingRules {
  readonly acceptance: AcceptanceContent
  readonly issuers: readonly string[]
  readonly fees: readonly FeeRow[]
  readonly oldestDay: Day
  /** Content of the issuer keys in force; null before the first list. */
  readonly issuerKeys: unknown
  /** Deliveries that the charges name and that had not come: for this day they never do. */
  readonly missing: readonly string[]
  /** Days that a charge waits for a missing record; not told where it is judged at once. */
  readonly holdDays?: number
  /** Of a centre among others. */
  readonly tiers?: TierRules
  /** Of a day that was closed by segments: its places in the intake journal, from and before. */
  readonly segments?: { readonly from: number; readonly until: number }
}

/** Reads the rules in force now. */
export async function currentRules(
  tx: Tx,
  options: {
    readonly centre: string
    readonly day: Day
    readonly issuers: readonly string[]
    readonly fees: readonly FeeRow[]
    readonly holdDays?: number
    readonly tiers?: TierRules | undefined
    readonly segments?: ClosingRules['segments']
  },
): Promise<ClosingRules> {
  const shelf = await loadShelf(tx)
  const bundle = shelf.get(shelfKey('acceptance', options.centre))
  const content = bundle === undefined ? { rows: [] } : parseAcceptance(bundle.content)
  return {
    acceptance: content,
    issuers: options.issuers,
    fees: options.fees,
    oldestDay: new Date(parseDay(options.day) - OVERDUE_DAYS * DAY_MS).toISOString().slice(0, 10),
    issuerKeys: shelf.get(shelfKey('issuer-keys', options.centre))?.content ?? null,
    // By segments, what was delivered is known from the journal, where all of it is cleared here.
    missing:
      options.segments && !options.tiers ? [] : await missingTaps(tx, options.tiers !== undefined),
    ...(options.holdDays !== undefined && options.holdDays > 0 && { holdDays: options.holdDays }),
    ...(options.tiers && { tiers: options.tiers }),
    ...(options.segments && { segments: options.segments }),
  }
}

async function missingTaps(tx: Tx, tiered: boolean): Promise<string[]> {
  const rows = await waitingRows(tx, tiered)
  const named = rows.flatMap((row) => parseCharge(row.raw).taps)
  const found = await tx.get(
    taps,
    named.map(({ terminal, sequence }) => ({ terminal, sequence })),
  )
  // What a centre above clears is none of this one's.
  const gone = tiered ? await goneUp(tx, named) : new Set()
  const missing = named.filter(
    (one, index) => found[index] === undefined || gone.has(deliveryId(one)),
  )
  return [...new Set(missing.map(deliveryId))].sort()
}

/**
 * Gathers a day's input and clears it. Works for the day that closes now (charges without a day)
 * and for any closed day (charges of that day, state before it): the output must be the same bytes.
 */
export async function runDay(
  tx: Tx,
  options: {
    readonly day: Day
    readonly centre: string
    readonly previousRoot: string
    readonly rules: ClosingRules
    readonly verifier: Verifier
    /** Of days that were closed by segments. */
    readonly history: SettledHistory
    /** True to run a closed day again. */
    readonly again: boolean
  },
): Promise<Cleared> {
  const { day, rules } = options
  const rows = options.again
    ? await tx.select(charges, { day })
    : await waitingRows(tx, rules.tiers !== undefined)
  // A charge of a later day, come in before this one closed, waits for its own close.
  const held = { day, holdDays: rules.holdDays ?? 0, missing: new Set(rules.missing) }
  // A closed day runs again with what it judged.
  const asked = rows
    .map((row) => parseCharge(row.raw))
    .filter((charge) => charge.tapDay <= day && (options.again || !waits(charge, held)))
  const { checked, unreadable } = await checkTaps(tx, asked, options)
  const input: ClearingInput = {
    day,
    centre: options.centre,
    previousRoot: options.previousRoot,
    charges: asked,
    taps: checked,
    unreadable,
    ...(await stateBefore(tx, checked, options)),
    ...(await correctedBefore(tx, asked, day)),
    fees: rules.fees,
    issuers: new Set(rules.issuers),
    acceptance: rules.acceptance,
    oldestDay: rules.oldestDay,
    orders: (await ordersOf(tx, options)).map(moveOf),
  }
  return clearDay(input)
}

async function waitingRows(tx: Tx, hasGaps: boolean): Promise<ChargeRow[]> {
  const rows: ChargeRow[] = []
  for await (const part of waitingCharges(tx, { hasGaps })) rows.push(...part)
  return rows
}

/** Orders of the day that closes now, or of a closed one. */
async function ordersOf(
  tx: Tx,
  { day, again }: { readonly day: Day; readonly again: boolean },
): Promise<OrderRow[]> {
  const rows = await tx.select(orders, { day: again ? day : '' })
  return rows.filter(({ tapDay }) => tapDay <= day)
}

function moveOf({ issuer, order, kind, agent, amountFen }: OrderRow): OrderMove {
  return { issuer, order, kind, agent, amountFen }
}

/** Root of the last closed day before a day. */
export async function rootBefore(tx: Tx, day: Day): Promise<string> {
  const closed = (await tx.select(days, {})).filter((row) => row.day < day)
  return closed.at(-1)?.root ?? FIRST_ROOT
}

/** Writes the outcome of a day that closes now: verdicts, orders, identities, serials, lines, cards. */
export async function storeDay(tx: Tx, cleared: Cleared): Promise<void> {
  const { day, closing } = cleared
  const rows = await tx.get(
    charges,
    cleared.charges.map(({ charge: { operator, number } }) => ({ operator, number })),
  )
  await tx.put(
    charges,
    rows.flatMap((row, i) => {
      const judged = cleared.charges[i]
      return row === undefined || judged === undefined
        ? []
        : [{ ...row, day, verdict: judged.verdict }]
    }),
  )
  await tx.put(
    orders,
    (await ordersOf(tx, { day, again: false })).map((row) => ({ ...row, day })),
  )
  await tx.put(
    settled,
    [...closing.settled].map(([identity, { charge, hash }]) => ({ identity, charge, hash, day })),
  )
  await tx.put(
    serials,
    [...closing.serials].map(([serial, identity]) => ({ serial, identity, day })),
  )
  await tx.put(
    corrections,
    [...closing.corrections].map(([charge, one]) => ({ charge, ...one, day })),
  )
  await storeLines(tx, { day, form: 'json-line', lines: cleared.leaves })
  await storeCards(tx, cleared)
}

/** A card's shadow only goes forward: a late tap of an older counter leaves it alone. */
async function storeCards(tx: Tx, cleared: Cleared): Promise<void> {
  const seen = [...cleared.closing.cards]
  const known = await tx.get(
    cards,
    seen.map(([card]) => ({ card })),
  )
  const rows = seen.flatMap(([card, state], index): CardRow[] =>
    state.counter > (known[index]?.counter ?? -1) ? [{ card, ...state }] : [],
  )
  await tx.put(cards, rows)
}

async function checkTaps(
  tx: Tx,
  asked: readonly Charge[],
  { rules, verifier }: { readonly rules: ClosingRules; readonly verifier: Verifier },
): Promise<{
  readonly checked: ReadonlyMap<string, CheckedTap>
  readonly unreadable: ReadonlySet<string>
}> {
  const missing = new Set(rules.missing)
  const keys = asked
    .flatMap((charge) => charge.taps)
    .filter((named) => !missing.has(deliveryId(named)))
    .map(({ terminal, sequence }) => ({ terminal, sequence }))
  const found = (await tx.get(taps, keys)).filter((row) => row !== undefined)
  const denied = await openLiability(tx, rules.tiers?.lists)
  const read = found.flatMap((row) => {
    const tap = readTap(row)
    return tap === undefined ? [] : [{ row, tap }]
  })
  const verdicts = await verifyTaps(
    read.map(({ tap }) => tap),
    verifier,
  )
  const checked = new Map<string, CheckedTap>()
  read.forEach(({ row, tap }, index) => {
    checked.set(deliveryId(row), {
      tap,
      hash: toHex(sha256(row.raw)),
      ...(verdicts[index] as EvidenceVerdict),
      denied: denied(row, tap),
    })
  })
  const came = found.map(deliveryId)
  return { checked, unreadable: new Set(came.filter((delivery) => !checked.has(delivery))) }
}

/** The record; undefined where it cannot be read, or claims another place than its delivery's. */
export function readTap(row: TapRow): Tap | undefined {
  try {
    const tap = parseTap(row.raw)
    return deliveryId(tap) === deliveryId(row) ? tap : undefined
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    return undefined
  }
}

async function stateBefore(
  tx: Tx,
  checked: ReadonlyMap<string, CheckedTap>,
  {
    day,
    history,
    again,
  }: { readonly day: Day; readonly history: SettledHistory; readonly again: boolean },
): Promise<Pick<ClearingInput, 'settled' | 'serials'>> {
  const all = [...checked.values()].map(({ tap }) => tap)
  const { known, owners } = await fromHistory(history, async () => ({
    known: await settledMarks(tx, history.storage, all.map(mediumId)),
    ...(await doubtfulSerials(tx, history.storage, { before: day, keep: !again })),
  }))
  const keys = all.flatMap((tap) => serialKey(tap) ?? [])
  const marks = await tx.get(
    serials,
    keys.map((serial) => ({ serial })),
  )
  return {
    settled: new Map(
      known.flatMap((row) =>
        row !== undefined && row.day < day
          ? [[row.identity, { charge: row.charge, hash: row.hash }] as const]
          : [],
      ),
    ),
    serials: new Map([
      ...owners,
      ...marks.flatMap((row) =>
        row !== undefined && row.day < day ? [[row.serial, row.identity] as const] : [],
      ),
    ]),
  }
}
