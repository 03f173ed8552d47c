import { type Day, fromHex, requireData, type Tx } from '@unifare/core'
import { intake } from '@unifare/institution'
import { chargeId, MEDIA, parseCharge } from '@unifare/tap'
import type { ClosingRules } from '../close.ts'
import type { Position } from '../netting.ts'
import type { OrderMove } from '../order-moves.ts'
import { charges, days, denyEntries, orders, settled, taps } from '../tables.ts'
import type { FileRecords, FileTap } from './file-records.ts'
import type { RefundedTap } from './refunded.ts'
import type { StoredRules } from './rules-file.ts'

/** What a closed day was cleared from, as a centre keeps it, and what its close came to. */
export interface StoredDay {
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
  readonly files: FileRecords
  readonly closed: ClosedOutcome
}

/** What the close of a day said. */
export interface ClosedOutcome {
  readonly root: string
  readonly settledFen: number
  readonly positions: readonly Position[]
  /** By name of the charge. */
  readonly verdicts: ReadonlyMap<string, string>
}

/** Charges that a centre makes of the lines of an upload file carry this tariff. */
const FILE_TARIFF = 'upload'

/** Closed days of a centre, oldest first. */
export async function storedDays(tx: Tx): Promise<readonly Day[]> {
  return (await tx.select(days, {})).map(({ day }) => day)
}

/** Reads what a closed day was cleared from. Throws `centre.day-open`, `clearing.tiers`. */
export async function readStoredDay(
  tx: Tx,
  { centre, day }: { readonly centre: string; readonly day: Day },
): Promise<StoredDay> {
  const [row] = await tx.get(days, [{ day }])
  requireData(row !== undefined, 'centre.day-open', `${day} is not closed`)
  const rules = row.rules as ClosingRules
  const { acceptance, issuers, fees, oldestDay, issuerKeys, holdDays } = rules
  const message = 'a centre among others cleared it, and some of its journal is cleared elsewhere'
  requireData(rules.tiers === undefined, 'clearing.tiers', message)
  const { from, until } = await placesOf(tx, centre, day)
  const judged = await tx.select(charges, { day })
  return {
    day,
    rules: {
      day,
      oldestDay,
      issuers: new Set(issuers),
      acceptance,
      fees,
      denied: await deniedMedia(tx),
      ...(holdDays !== undefined && { holdDays }),
      issuerKeys,
    },
    from,
    until,
    refused: await refusedPlaces(tx, { from, until }),
    orders: (await tx.select(orders, { day })).map(
      ({ issuer, order, kind, agent, amountFen }): OrderMove => ({
        issuer,
        order,
        kind,
        agent,
        amountFen,
      }),
    ),
    refunded: await refundedBefore(tx, day),
    files: await fileRecords(
      tx,
      judged.map(({ raw }) => raw),
    ),
    closed: {
      root: row.root,
      settledFen: row.settledFen,
      positions: row.positions as readonly Position[],
      verdicts: new Map(judged.map((one) => [chargeId(one), one.verdict] as const)),
    },
  }
}

/** Where the messages of a day stand: behind the order that closed the day before, up to its own. */
async function placesOf(tx: Tx, centre: string, day: Day) {
  const closes = new Map<string, number>()
  for (const { kind, ok, result, journalIndex } of await tx.select(intake, { sender: centre })) {
    const closed = ok && kind === 'order' ? (result as { day?: unknown; root?: unknown }) : null
    if (typeof closed?.day === 'string' && typeof closed.root === 'string') {
      closes.set(closed.day, journalIndex)
    }
  }
  const until = closes.get(day)
  requireData(until !== undefined, 'centre.day-open', `no order closed ${day}`)
  const before = [...closes.values()].filter((place) => place < until)
  return { from: before.length === 0 ? 0 : Math.max(...before) + 1, until }
}

async function refusedPlaces(
  tx: Tx,
  { from, until }: { readonly from: number; readonly until: number },
): Promise<number[]> {
  const refused = await tx.select(intake, { ok: false })
  const again = (await tx.select(intake, { kind: 'charge-batch', ok: true })).filter(
    ({ result }) => (result as { posted?: unknown } | null)?.posted === 0,
  )
  return [...refused, ...again]
    .map(({ journalIndex }) => journalIndex)
    .filter((place) => place >= from && place < until)
    .sort((a, b) => a - b)
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

const REFUNDED = /^card-(\d{8})-(\d{19})-(\d+)$/

async function refundedBefore(tx: Tx, day: Day): Promise<RefundedTap[]> {
  const rows = await tx.select(settled, {})
  return rows.flatMap((row) => {
    const [, issuer, account, counter] = REFUNDED.exec(row.identity) ?? []
    const isRefund = row.charge.startsWith('refund-') && row.day < day
    return isRefund && issuer !== undefined && account !== undefined
      ? [{ issuer, account, counter: Number(counter) }]
      : []
  })
}

async function fileRecords(tx: Tx, judged: readonly Uint8Array[]): Promise<FileRecords> {
  const raws = judged.filter((raw) => parseCharge(raw).tariff === FILE_TARIFF)
  const named = raws.flatMap((raw) => parseCharge(raw).taps)
  const rows = await tx.get(
    taps,
    named.map(({ terminal, sequence }) => ({ terminal, sequence })),
  )
  return {
    charges: raws,
    taps: rows.flatMap((row): FileTap[] => (row === undefined ? [] : [row])),
  }
}
