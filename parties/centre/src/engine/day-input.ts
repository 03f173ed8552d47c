import { type Day, fromHex, type Storage, type Tx } from '@unifare/core'
import { intake } from '@unifare/institution'
import { deliveryId, MEDIA, parseCharge } from '@unifare/tap'
import type { ClosingRules } from '../close.ts'
import { openLiability } from '../deny-liability.ts'
import { uploadingOperators } from '../files/take-upload.ts'
import { chargesOfDay, waitingCharges } from '../judged/judged-charges.ts'
import type { OrderMove } from '../order-moves.ts'
import { pagesOf } from '../row-pages.ts'
import { waits } from '../rules/hold-rules.ts'
import { doubtfulSerials } from '../settled/serial-owners.ts'
import { type ChargeRow, charges, denyEntries, orders, refunds, taps } from '../tables.ts'
import type { FileRecords, FileTap } from './file-records.ts'
import type { RefundedTap } from './refunded.ts'
import { openRoutedTaps, type RoutedTaps } from './routed-taps.ts'
import type { StoredRules } from './rules-file.ts'
import type { RecordName } from './serial-owners.ts'

/** What a day is cleared from, beside the closing state of the day before. */
export interface DayInput {
  readonly day: Day
  readonly rules: StoredRules
  /** Places in the intake journal: from the first to before the second. */
  readonly from: number
  readonly until: number
  /** Places in it that count for nothing: refused, or charges that came again. */
  readonly refused: readonly number[]
  readonly orders: readonly OrderMove[]
  /** Purchases that were paid out before the day closed. */
  readonly refunded: readonly RefundedTap[]
  /** Records under a serial that stands for another debit since an earlier day. */
  readonly conflicts: readonly RecordName[]
  readonly files: FileRecords
  /**
   * Of a centre among others: all that it clears stands in `files`, for its journal has what others
   * clear, too.
   */
  readonly isRouted: boolean
}

/** Charges that a centre makes of the lines of an upload file carry this tariff. */
const FILE_TARIFF = 'upload'

/** Reads what a day is cleared from: one that closes now, or one that is closed. */
export async function readDayInput(
  tx: Tx,
  options: {
    readonly day: Day
    readonly rules: ClosingRules
    readonly from: number
    readonly until: number
    readonly isClosed: boolean
    /** The centre's own: has the verdict rows of days that were closed by segments. */
    readonly storage: Storage
  },
): Promise<DayInput> {
  const { day, from, until, isClosed, storage } = options
  const { acceptance, issuers, fees, oldestDay, issuerKeys, holdDays, tiers } = options.rules
  // What is of no day yet belongs to the one that closes, unless it is of a later one.
  const where = { day: isClosed ? day : '' }
  const moves = (await tx.select(orders, where)).filter(({ tapDay }) => tapDay <= day)
  const routed = tiers && openRoutedTaps(await openLiability(tx, tiers.lists))
  const files = await fileRecords(tx, where, { ...options, routed })
  return {
    day,
    rules: {
      day,
      oldestDay,
      issuers: new Set(issuers),
      acceptance,
      fees,
      denied: routed?.denied() ?? (await deniedMedia(tx)),
      ...(holdDays !== undefined && { holdDays }),
      issuerKeys,
    },
    from,
    until,
    refused: routed ? [] : await refusedPlaces(tx, { from, until }),
    orders: moves.map(
      ({ issuer, order, kind, agent, amountFen }): OrderMove => ({
        issuer,
        order,
        kind,
        agent,
        amountFen,
      }),
    ),
    refunded: (await tx.select(refunds, {}))
      .filter((row) => row.day < day)
      .map(({ issuer, account, counter }) => ({ issuer, account, counter })),
    conflicts: await serialConflicts(tx, storage, { day, isClosed }),
    files,
    isRouted: routed !== undefined,
  }
}

async function refusedPlaces(
  tx: Tx,
  { from, until }: { readonly from: number; readonly until: number },
): Promise<number[]> {
  const places: number[] = []
  const isOfDay = (place: number) => place >= from && place < until
  for await (const page of pagesOf(tx, intake, { ok: false })) {
    places.push(...page.map(({ journalIndex }) => journalIndex).filter(isOfDay))
  }
  for await (const page of pagesOf(tx, intake, { kind: 'charge-batch', ok: true })) {
    for (const { result, journalIndex } of page) {
      const isAgain = (result as { posted?: unknown } | null)?.posted === 0
      if (isAgain && isOfDay(journalIndex)) places.push(journalIndex)
    }
  }
  return places.sort((a, b) => a - b)
}

async function deniedMedia(tx: Tx): Promise<StoredRules['denied']> {
  return (await tx.select(denyEntries, {})).map(({ key, version, until }) => {
    const [medium, issuer, account] = key.split('/')
    return {
      account: fromHex(`${issuer}${account}F`),
      medium: medium === 'card' ? MEDIA.card : MEDIA.code,
      version,
      until,
    }
  })
}

/**
 * Records of debits whose terminal gave their serial to another debit of the card that settled on an
 * earlier day: columns keep no serials of closed days. It is the record that is in conflict: another
 * one of the same debit may be the true one.
 */
async function serialConflicts(
  tx: Tx,
  storage: Storage,
  { day, isClosed }: { readonly day: Day; readonly isClosed: boolean },
): Promise<readonly RecordName[]> {
  const asked = { before: day, keep: !isClosed }
  const { records, owners } = await doubtfulSerials(tx, storage, asked)
  return records
    .filter(({ serial, identity }) => (owners.get(serial) ?? identity) !== identity)
    .map(({ terminal, sequence }) => ({ terminal, sequence }))
}

/**
 * Records that came by file, with their charges: their taps came in the same one, so none of these
 * charges waits for a record. Of a centre among others all records of its charges.
 */
async function fileRecords(
  tx: Tx,
  where: { readonly day: string },
  {
    day,
    rules,
    routed,
  }: {
    readonly day: Day
    readonly rules: ClosingRules
    readonly routed: RoutedTaps | undefined
  },
): Promise<DayInput['files']> {
  const raws: Uint8Array[] = []
  const found: FileTap[] = []
  const missing = new Set(rules.missing)
  const held = { day, holdDays: rules.holdDays ?? 0, missing }
  const pages = routed ? routedCharges(tx, where) : uploadedCharges(tx, where)
  for await (const page of pages) {
    const asked = page
      .map(({ raw }) => ({ raw, charge: parseCharge(raw) }))
      .filter(({ charge }) => charge.tapDay <= day && (where.day === day || !waits(charge, held)))
    const filed = routed ? asked : asked.filter(({ charge }) => charge.tariff === FILE_TARIFF)
    raws.push(...filed.map(({ raw }) => raw))
    const named = filed
      .flatMap(({ charge }) => charge.taps)
      .filter((one) => !missing.has(deliveryId(one)))
    const rows = await tx.get(
      taps,
      named.map(({ terminal, sequence }) => ({ terminal, sequence })),
    )
    found.push(
      ...rows.flatMap((row): FileTap[] =>
        row === undefined ? [] : [routed ? routed.take(row) : row],
      ),
    )
  }
  return { charges: raws, taps: found }
}

function routedCharges(
  tx: Tx,
  where: { readonly day: string },
): AsyncIterable<readonly ChargeRow[]> {
  return where.day === '' ? waitingCharges(tx, { hasGaps: true }) : pagesOf(tx, charges, where)
}

/** Charges of operators that bring files. */
async function* uploadedCharges(
  tx: Tx,
  { day }: { readonly day: string },
): AsyncGenerator<readonly ChargeRow[]> {
  for (const operator of await uploadingOperators(tx)) yield* chargesOfDay(tx, day, operator)
}
