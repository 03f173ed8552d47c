import type { AcceptanceContent } from '@unifare/bundle'
import { businessDay, fromHex, type Instant, type Tx, toHex } from '@unifare/core'
import {
  CHAIN_START,
  type Charge,
  chainNext,
  deliveryId,
  encodeCharge,
  encodeChargeBatch,
  parseCharge,
  parseTap,
  type Tap,
} from '@unifare/tap'
import { type Paired, pairTaps } from './pairing.ts'
import { type PriceBook, type PricedRide, priceRide } from './pricing.ts'
import {
  type ChargeRow,
  charges,
  type JourneyRow,
  type JourneyState,
  journeys,
  marks,
  type OpeningRow,
  openings,
  type TapRow,
  type TapState,
  taps,
} from './tables.ts'

const CNY = 156
/** Charges of one batch; far below the limit of bytes. */
const BATCH_CHARGES = 1_000

/** What an hour's charging did. */
export interface ChargingResult {
  readonly charges: number
  readonly voided: number
}

/**
 * Makes journeys and charges of all open taps up to an instant. Repeatable: a tap is charged once,
 * and a tap that still waits for its other end stays open until `giveUpBefore`.
 */
export async function makeCharges(
  tx: Tx,
  options: {
    readonly book: PriceBook
    readonly acceptance: AcceptanceContent
    readonly operator: string
    readonly upTo: Instant
    readonly giveUpBefore: Instant
  },
): Promise<ChargingResult> {
  const open = (await tx.select(taps, { state: 'open' })).filter((row) => row.at <= options.upTo)
  const paired = await pairAll(tx, open, options.giveUpBefore)
  const rows = new Map(open.map((row) => [deliveryId(row), row]))
  const [mark] = await tx.get(marks, [{ name: 'charges' }])
  let number = mark === undefined ? 1 : Number(mark.value) + 1
  const changes = { taps: [] as TapRow[], journeys: [] as JourneyRow[], charges: [] as ChargeRow[] }
  for (const item of paired) {
    const ride = priceRide(options.book, options.acceptance, item)
    if (ride !== undefined) changes.charges.push(chargeRow(options.operator, number, ride))
    changes.journeys.push(journeyRow(item, ride === undefined ? 0 : number))
    changes.taps.push(...settledTaps(item, rows, ride !== undefined))
    if (ride !== undefined) number += 1
  }
  await tx.put(taps, changes.taps)
  await tx.put(journeys, changes.journeys)
  await tx.put(charges, changes.charges)
  await tx.put(openings, changes.journeys.flatMap(openingOf))
  await tx.put(marks, [{ name: 'charges', value: String(number - 1) }])
  return { charges: changes.charges.length, voided: paired.length - changes.charges.length }
}

/** Seals all charges that were not sent yet into batches for the centre. */
export async function sealCharges(
  tx: Tx,
  options: {
    readonly operator: string
    readonly at: Instant
    readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  },
): Promise<Uint8Array[]> {
  const unsent = await tx.select(charges, { sent: false })
  const [mark] = await tx.get(marks, [{ name: 'charge-chain' }])
  let previous = mark === undefined ? CHAIN_START : fromHex(mark.value)
  const batches: Uint8Array[] = []
  for (let at = 0; at < unsent.length; at += BATCH_CHARGES) {
    const part = unsent.slice(at, at + BATCH_CHARGES)
    batches.push(
      await encodeChargeBatch({
        operator: options.operator,
        previous,
        charges: part.map((row) => parseCharge(row.raw)),
        day: businessDay(options.at),
        sign: options.sign,
      }),
    )
    previous = part.reduce((chain, row) => chainNext(chain, row.raw), previous)
  }
  await tx.put(
    charges,
    unsent.map((row) => ({ ...row, sent: true })),
  )
  await tx.put(marks, [{ name: 'charge-chain', value: toHex(previous) }])
  return batches
}

async function pairAll(tx: Tx, open: readonly TapRow[], giveUpBefore: Instant): Promise<Paired[]> {
  const byRider = new Map<string, TapRow[]>()
  for (const row of open) byRider.set(row.rider, [...(byRider.get(row.rider) ?? []), row])
  const entries = open.filter(({ kind, medium }) => kind === 'entry' && medium === 'card')
  const charged = await tx.get(
    openings,
    entries.map(({ rider, at }) => ({ rider, openedS: second(at) })),
  )
  const paired = [...byRider].flatMap(([rider, rows]) =>
    pairTaps(
      rows.map((row) => ({ tap: parseTap(row.raw), passed: row.note === 'passed' })),
      {
        giveUpBefore,
        chargedOpenings: new Set(
          charged.flatMap((opening) => (opening?.rider === rider ? [opening.openedS] : [])),
        ),
      },
    ),
  )
  return paired.sort((a, b) => {
    const [first, second] = [lastTap(a), lastTap(b)]
    return (
      first.at - second.at ||
      (first.terminal < second.terminal ? -1 : first.terminal > second.terminal ? 1 : 0) ||
      first.sequence - second.sequence
    )
  })
}

function lastTap(paired: Paired): Tap {
  return 'tap' in paired ? paired.tap : 'exit' in paired ? paired.exit : paired.entry
}

function tapsOf(paired: Paired): Tap[] {
  if ('tap' in paired) return [paired.tap]
  if (paired.kind === 'journey') {
    return paired.entry === null ? [paired.exit] : [paired.entry, paired.exit]
  }
  return ['exit' in paired ? paired.exit : paired.entry]
}

function chargeRow(operator: string, number: number, ride: PricedRide): ChargeRow {
  const first = ride.taps[0] as Tap
  const last = ride.taps.at(-1) as Tap
  const day = businessDay(last.at)
  const charge: Charge = {
    version: 1,
    operator,
    number,
    corrects: 0,
    medium: last.medium === 'card' ? 'card' : 'code',
    mode: last.mode,
    issuer: last.issuer,
    account: last.account,
    city: last.city,
    tapDay: day,
    startAt: last.entry?.at ?? first.at,
    endAt: last.at,
    line: last.line,
    from: ride.from,
    to: ride.to,
    distanceM: ride.distanceM,
    amountFen: ride.amountFen,
    currency: CNY,
    tariff: ride.tariff.id,
    tariffVersion: ride.tariff.version,
    test: (last.flags & 1) !== 0,
    taps: ride.taps.map(({ terminal, sequence, amountFen }) => ({ terminal, sequence, amountFen })),
    parts: ride.parts,
  }
  return {
    number,
    rider: `${last.medium}/${last.issuer}/${last.account}`,
    day,
    amountFen: ride.amountFen,
    pricedFen: ride.pricedFen,
    endAt: last.at,
    raw: encodeCharge(charge),
    explanation: ride.explanation,
    sent: false,
  }
}

/** What a late entry of the same card journey is known by. */
function openingOf({ rider, charge, openedAt, note }: JourneyRow): OpeningRow[] {
  const counts = charge > 0 && note === 'journey' && rider.startsWith('card/')
  return counts ? [{ rider, openedS: second(openedAt) }] : []
}

/** Cards keep whole seconds. */
function second(at: Instant): number {
  return Math.floor(at / 1000)
}

const JOURNEY_STATE = {
  single: 'complete',
  journey: 'complete',
  'missing-exit': 'incomplete',
  'missing-entry': 'incomplete',
  void: 'void',
  'late-entry': 'complete',
} as const satisfies Record<Paired['kind'], JourneyState>

function journeyRow(paired: Paired, charge: number): JourneyRow {
  const all = tapsOf(paired)
  const first = all[0] as Tap
  const exit = 'exit' in paired ? paired.exit : undefined
  const entry = 'entry' in paired ? paired.entry : undefined
  return {
    id: deliveryId(first),
    rider: `${first.medium}/${first.issuer}/${first.account}`,
    state: JOURNEY_STATE[paired.kind],
    entryTerminal: entry?.terminal ?? '',
    entrySequence: entry?.sequence ?? 0,
    exitTerminal: exit?.terminal ?? '',
    exitSequence: exit?.sequence ?? 0,
    openedAt: exit?.entry?.at ?? first.at,
    charge,
    note: paired.kind,
  }
}

function settledTaps(
  paired: Paired,
  rows: ReadonlyMap<string, TapRow>,
  charged: boolean,
): TapRow[] {
  const state: TapState = charged ? 'charged' : paired.kind === 'void' ? 'void' : 'noted'
  return tapsOf(paired).flatMap((tap) => {
    const row = rows.get(deliveryId(tap))
    return row === undefined ? [] : [{ ...row, state, note: charged ? row.note : paired.kind }]
  })
}
