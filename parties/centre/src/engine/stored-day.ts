import { type Day, requireData, type Storage, type Tx } from '@unifare/core'
import { intake } from '@unifare/institution'
import { chargeId } from '@unifare/tap'
import type { ClosingRules } from '../close.ts'
import { judgedOn } from '../judged/judged-charges.ts'
import type { Position } from '../netting.ts'
import { days } from '../tables.ts'
import { type DayInput, readDayInput } from './day-input.ts'

/** What a closed day was cleared from, as a centre keeps it, and what its close came to. */
export interface StoredDay extends DayInput {
  readonly closed: ClosedOutcome
}

/** What the close of a day said. */
export interface ClosedOutcome {
  readonly root: string
  /** Root of the day before, where it was closed by segments: then its own root is comparable. */
  readonly previousRoot?: string
  readonly settledFen: number
  readonly positions: readonly Position[]
  /** By name of the charge. */
  readonly verdicts: ReadonlyMap<string, string>
}

/** Closed days of a centre and the roots of their closes, oldest first. */
export async function storedDays(
  tx: Tx,
): Promise<readonly { readonly day: Day; readonly root: string }[]> {
  return (await tx.select(days, {})).map(({ day, root }) => ({ day, root }))
}

/** Reads what a closed day was cleared from; `storage` is the centre's own. Throws `centre.day-open`. */
export async function readStoredDay(
  tx: Tx,
  {
    centre,
    day,
    storage,
  }: { readonly centre: string; readonly day: Day; readonly storage: Storage },
): Promise<StoredDay> {
  const [row] = await tx.get(days, [{ day }])
  requireData(row !== undefined, 'centre.day-open', `${day} is not closed`)
  const rules = row.rules as ClosingRules
  const places = placesOf(await closingPlaces(tx, centre), day)
  const verdicts = new Map<string, string>()
  for await (const page of judgedOn(tx, day)) {
    for (const one of page) verdicts.set(chargeId(one), one.verdict)
  }
  return {
    ...(await readDayInput(tx, { day, rules, ...places, isClosed: true, storage })),
    closed: {
      root: row.root,
      ...(rules.segments && { previousRoot: row.previousRoot }),
      settledFen: row.settledFen,
      positions: row.positions as readonly Position[],
      verdicts,
    },
  }
}

/** Where the messages of a closed day stand: behind the order that closed the day before, up to its own. */
export function placesOf(
  closes: ReadonlyMap<Day, number>,
  day: Day,
): { readonly from: number; readonly until: number } {
  const until = closes.get(day)
  requireData(until !== undefined, 'centre.day-open', `no order closed ${day}`)
  return { from: placeBehind(closes, until), until }
}

/** Where the messages of a day begin whose closing order stands at a place. */
export async function beginOfDay(tx: Tx, centre: string, until: number): Promise<number> {
  return placeBehind(await closingPlaces(tx, centre), until)
}

function placeBehind(closes: ReadonlyMap<Day, number>, until: number): number {
  const before = [...closes.values()].filter((place) => place < until)
  return before.length === 0 ? 0 : Math.max(...before) + 1
}

/** Places of the orders that closed days. */
export async function closingPlaces(tx: Tx, centre: string): Promise<ReadonlyMap<Day, number>> {
  const closes = new Map<Day, number>()
  for (const { kind, ok, result, journalIndex } of await tx.select(intake, { sender: centre })) {
    const closed = ok && kind === 'order' ? (result as { day?: unknown; root?: unknown }) : null
    if (typeof closed?.day === 'string' && typeof closed.root === 'string') {
      closes.set(closed.day, journalIndex)
    }
  }
  return closes
}
