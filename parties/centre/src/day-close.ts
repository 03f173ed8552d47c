import {
  concat,
  type Day,
  fromHex,
  parseDay,
  requireData,
  type Tx,
  toHex,
  utf8,
} from '@unifare/core'
import type { Input } from '@unifare/institution'
import { postEntries } from '@unifare/ledger'
import type { CentreOptions } from './centre.ts'
import { type ClosingRules, currentRules, rootBefore, runDay } from './close.ts'
import { closeWithObjects } from './close-objects.ts'
import { createVerifying } from './closing-verifier.ts'
import type { DayResult, Rerun, Stated } from './day-outcome.ts'
import { beginOfDay } from './engine/stored-day.ts'
import type { FeeRow } from './fees.ts'
import { assignFiles } from './files/take-file.ts'
import { closeBySegments } from './segments/close-segments.ts'
import { rerunSegments } from './segments/rerun.ts'
import type { SegmentTools } from './segments/segment-clearing.ts'
import type { SettledHistory } from './settled/from-history.ts'
import type { SettlingMachine } from './settling/edge.ts'
import { textAround } from './statement-text.ts'
import { days } from './tables.ts'
import type { TierEdge } from './tiers/edge.ts'
import { oldestBefore } from './tiers/forward.ts'
import { tierEntries } from './tiers/money.ts'
import { stateFromAbove, waitingFromAbove } from './tiers/results.ts'

/** How an order says that its day is closed by segments. */
export const BY_SEGMENTS = 'segments'

/** Closes the days of a centre, and runs closed ones again. */
export interface DayClose {
  readonly close: (
    tx: Tx,
    order: Readonly<Record<string, unknown>>,
    input: Input,
  ) => Promise<DayResult>
  readonly rerun: (tx: Tx, day: Day) => Promise<Rerun>
  /** What closed days left; those by segments are cleared again where their files are not there. */
  readonly historyOf: (tx: Tx) => SettledHistory
}

/** What closing a day needs beside the centre's own options. */
export interface DayCloseOptions extends Omit<CentreOptions, 'settling'> {
  readonly fees: readonly FeeRow[]
  readonly settling: SettlingMachine
  readonly edge: TierEdge | undefined
}

/** Opens the close of a centre's days: with objects, or by segments where the order says so. */
export function createDayClose(options: DayCloseOptions): DayClose {
  const { id, engine, sign, institutions, settling, edge, fees, fileRecordsMax } = options
  const withVerifier = createVerifying(options)
  const tools: SegmentTools = {
    centre: id,
    storage: options.env.storage,
    hashes: engine,
    clearing: options.clearing ?? {},
  }

  async function rulesOf(
    tx: Tx,
    { day, bySegments }: { readonly day: Day; readonly bySegments: boolean },
    input: Input,
  ): Promise<ClosingRules> {
    const members = [...institutions.keys(), ...options.issuers]
    const above = edge === undefined ? [] : await waitingFromAbove(tx)
    const until = input.journalIndex
    return currentRules(tx, {
      centre: id,
      day,
      issuers: options.issuers,
      fees,
      holdDays: settling.holdDays(day),
      tiers: edge && {
        lists: edge.place.listsOn(day, members),
        units: edge.place.unitsOn(day, members),
        above,
      },
      ...(bySegments && { segments: { from: await beginOfDay(tx, id, until), until } }),
    })
  }

  async function close(
    tx: Tx,
    order: Readonly<Record<string, unknown>>,
    input: Input,
  ): Promise<DayResult> {
    const day = await dayOf(tx, order)
    // The order says how: it closes the day so whenever the journal is read again.
    const bySegments = order['clearing'] === BY_SEGMENTS
    const rules = await rulesOf(tx, { day, bySegments }, input)
    const previousRoot = await rootBefore(tx, day)
    const done = await withVerifier(rules, (verifier) => {
      const closing = { day, previousRoot, rules, verifier, centre: id, fileRecordsMax }
      return bySegments
        ? closeBySegments(tx, closing, tools)
        : closeWithObjects(tx, closing, historyOf(tx))
    })
    const { root, settledFen, charges, rejected, positions } = done
    await assignFiles(tx, day)
    const signature = toHex(await sign(fromHex(root)))
    const closedAt = input.acceptedAt
    await tx.put(days, [
      { day, previousRoot, root, closedAt, settledFen, positions, rules, signature },
    ])
    await settling.takeDay(tx, done.money, closedAt)
    const stated = await done.tell(tx)
    const { units = {} } = rules.tiers ?? {}
    await sendStatements(stated, day, {
      input,
      isTold: (member) => member !== id && institutions.has(member) && units[member] === undefined,
    })
    if (edge !== undefined && rules.tiers !== undefined) {
      const { above } = rules.tiers
      await postEntries(tx, tierEntries(day, { own: positions, centre: id, rules: rules.tiers }))
      await stateFromAbove(tx, above, day)
      const oldest = { from: await oldestBefore(tx, day), before: rules.oldestDay }
      await edge.dayClosed(tx, { day, root, stated, units, oldest }, input)
    }
    return { day, root, settledFen, charges, rejected }
  }

  async function rerun(tx: Tx, day: Day): Promise<Rerun> {
    const [row] = await tx.get(days, [{ day }])
    requireData(row !== undefined, 'centre.day-open', `${day} is not closed`)
    const rules = row.rules as ClosingRules
    const { previousRoot } = row
    return withVerifier(rules, (verifier) => {
      const asked = { day, previousRoot, rules, verifier }
      return rules.segments === undefined
        ? runDay(tx, { ...asked, centre: id, history: historyOf(tx), again: true })
        : rerunSegments(tx, asked, tools)
    })
  }

  function historyOf(tx: Tx): SettledHistory {
    return {
      storage: tools.storage,
      async restore() {
        const all = await tx.select(days, {})
        const last = all.findLast(({ rules }) => (rules as ClosingRules).segments !== undefined)
        if (last !== undefined) await rerun(tx, last.day)
      },
    }
  }

  return { close, rerun, historyOf }
}

/** The day that an order closes; throws `centre.day-closed`. */
async function dayOf(tx: Tx, order: Readonly<Record<string, unknown>>): Promise<Day> {
  const day = String(order['day'])
  const [closed] = await tx.get(days, [{ day }])
  parseDay(day)
  requireData(closed === undefined, 'centre.day-closed', `${day} is closed already`)
  const last = (await tx.select(days, {})).at(-1)?.day ?? ''
  requireData(day > last, 'centre.day-closed', `${last} is closed: earlier days can close no more`)
  return day
}

/** Sends statements to members that no other centre stands between. */
async function sendStatements(
  stated: readonly Stated[],
  day: Day,
  { input, isTold }: { readonly input: Input; readonly isTold: (member: string) => boolean },
): Promise<void> {
  for (const { statement, pages, lines } of stated) {
    const { member } = statement
    if (!isTold(member)) continue
    let part = 0
    for await (const page of lines()) {
      const { head, tail } = textAround(statement, (own) => ({
        day,
        part,
        parts: pages,
        statement: own,
      }))
      input.send(member, 'statement', concat(utf8(head), page, utf8(tail)))
      await input.storeSent()
      part += 1
    }
  }
}
