import { businessDay, type Tx, wholeSecond } from '@unifare/core'
import { deliveryId, type Tap } from '@unifare/tap'
import { type Paired, tapsOf } from './pairing.ts'
import {
  type JourneyRow,
  type JourneyState,
  journeys,
  type LoneEnd,
  type LoneEndsRow,
  loneEnds,
  type OpeningRow,
} from './tables.ts'

const JOURNEY_STATE = {
  single: 'complete',
  journey: 'complete',
  repaired: 'complete',
  'missing-exit': 'incomplete',
  'missing-entry': 'incomplete',
  void: 'void',
  'late-entry': 'complete',
  'late-exit': 'complete',
} as const satisfies Record<Paired['kind'], JourneyState>

/** A journey as it is kept. */
export function journeyRow(paired: Paired, charge: number): JourneyRow {
  const first = tapsOf(paired)[0] as Tap
  const exit = 'exit' in paired ? paired.exit : undefined
  const entry = 'entry' in paired ? paired.entry : undefined
  return {
    id: deliveryId(first),
    rider: riderOf(first),
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

/** What late entries of charged card journeys are known by. */
export function openingRows(rows: readonly JourneyRow[]): OpeningRow[] {
  return rows.flatMap(({ rider, charge, openedAt, note }) => {
    const counts = charge > 0 && note === 'journey' && rider.startsWith('card/')
    return counts ? [{ rider, openedS: wholeSecond(openedAt) }] : []
  })
}

/** A late end of a journey that was charged as incomplete. */
export interface LateEnd {
  readonly item: Extract<Paired, { kind: 'late-entry' | 'late-exit' }>
  /** The end that was known. */
  readonly completes: LoneEnd
  /** The journey with both ends; `incomplete` until its charge is corrected. */
  readonly row: JourneyRow
}

/** Journeys that were charged as incomplete and are whole now. */
export async function lateRows(tx: Tx, paired: readonly Paired[]): Promise<LateEnd[]> {
  const late = paired.flatMap((item) =>
    'completes' in item && item.completes !== null
      ? [{ item, completes: item.completes, tap: tapsOf(item)[0] as Tap }]
      : [],
  )
  const known = await tx.get(
    journeys,
    late.map(({ completes }) => ({ id: deliveryId(completes) })),
  )
  return late.flatMap(({ item, completes, tap: { terminal, sequence } }, index): LateEnd[] => {
    const row = known[index]
    if (row === undefined) return []
    const end =
      item.kind === 'late-exit'
        ? { exitTerminal: terminal, exitSequence: sequence }
        : { entryTerminal: terminal, entrySequence: sequence }
    return [{ item, completes, row: { ...row, ...end, note: item.kind } }]
  })
}

/** The lone ends that are left after these journeys: new ones, and none that was completed. */
export async function loneEndRows(tx: Tx, paired: readonly Paired[]): Promise<LoneEndsRow[]> {
  const changes = new Map<string, Pick<LoneEndsRow, 'rider' | 'day'> & { added: LoneEnd[] }>()
  const lost = new Set<string>()
  for (const item of paired) {
    const completed = 'completes' in item ? item.completes : null
    const end = completed ?? loneEndOf(item)
    if (end === null) continue
    const rider = riderOf(tapsOf(item)[0] as Tap)
    const day = businessDay(end.at)
    const change = changes.get(`${rider}/${day}`) ?? { rider, day, added: [] }
    changes.set(`${rider}/${day}`, change)
    if (completed === null) change.added.push(end)
    else lost.add(deliveryId(end))
  }
  const known = await tx.get(
    loneEnds,
    [...changes.values()].map(({ rider, day }) => ({ rider, day })),
  )
  return [...changes.values()].map(({ rider, day, added }, index) => {
    const before = (known[index]?.ends ?? []) as readonly LoneEnd[]
    return { rider, day, ends: [...before, ...added].filter((end) => !lost.has(deliveryId(end))) }
  })
}

function loneEndOf(paired: Paired): LoneEnd | null {
  if (paired.kind !== 'missing-exit' && paired.kind !== 'missing-entry') return null
  const { terminal, sequence, at, mode, medium } = tapsOf(paired)[0] as Tap
  if (medium !== 'code') return null
  const missing = paired.kind === 'missing-exit' ? 'exit' : 'entry'
  return { terminal, sequence, at, mode, missing }
}

function riderOf({ medium, issuer, account }: Tap): string {
  return `${medium}/${issuer}/${account}`
}
