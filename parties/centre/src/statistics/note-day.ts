import type { Day, Tx } from '@unifare/core'
import { type Charge, chargeId, parseCharge } from '@unifare/tap'
import { charges, corrections, marks } from '../tables.ts'
import {
  addFigures,
  countEach,
  type Figures,
  figuresOf,
  NO_FIGURES,
  SEEN_KINDS,
  type SeenKind,
  type SettledRide,
} from './figures.ts'
import { dayFigures, seenNames, totalFigures } from './tables.ts'

const MARK = 'statistics'

/**
 * Keeps the figures of a day that has just closed, and those of all days up to it: a function of
 * what settled and of the figures of the day before. A day that was noted stays as it is.
 */
export async function noteStatistics(tx: Tx, day: Day): Promise<void> {
  const last = await lastNoted(tx)
  if (last !== undefined && day <= last) return
  const statistics = createDayStatistics(tx, day)
  await statistics.add(await ridesOf(tx, day))
  await statistics.end()
}

/** The figures of a day as its rides come, in parts. */
export interface DayStatistics {
  /** Rides of media that no other part has rides of: those are too many to be remembered. */
  add(rides: readonly SettledRide[]): Promise<void>
  /** Keeps the figures; the day is noted. */
  end(): Promise<void>
}

/** Opens the figures of a day that closes now. */
export function createDayStatistics(tx: Tx, day: Day): DayStatistics {
  let own = NO_FIGURES
  const fresh = countEach(() => 0)
  const known = Object.fromEntries(SEEN_KINDS.map((kind) => [kind, new Set<string>()])) as Record<
    SeenKind,
    Set<string>
  >
  return {
    async add(rides) {
      const { figures, names } = figuresOf(rides)
      const unseen = countEach(() => 0)
      for (const kind of SEEN_KINDS) {
        const added = [...names[kind]].filter((name) => !known[kind].has(name))
        unseen[kind] = added.length
        fresh[kind] += await noteNames(tx, added, { kind, day })
        if (!MEDIA_KINDS.has(kind)) for (const name of added) known[kind].add(name)
      }
      own = addFigures(own, figures, unseen)
    },
    async end() {
      const last = await lastNoted(tx)
      const [total] = last === undefined ? [] : await tx.get(totalFigures, [{ day: last }])
      const all = addFigures((total?.figures ?? NO_FIGURES) as Figures, own, fresh)
      await tx.put(dayFigures, [{ day, figures: own }])
      await tx.put(totalFigures, [{ day, figures: all }])
      await tx.put(marks, [{ name: MARK, value: day }])
    },
  }
}

/** Names of media: every part of a day brings others. */
const MEDIA_KINDS: ReadonlySet<SeenKind> = new Set(['cards', 'codeNumbers'])

/** The last day whose figures are kept. */
export async function lastNoted(tx: Tx): Promise<Day | undefined> {
  const [mark] = await tx.get(marks, [{ name: MARK }])
  return mark?.value
}

/** Keeps the names that were never seen before, and tells how many they are. */
async function noteNames(
  tx: Tx,
  names: readonly string[],
  { kind, day }: { readonly kind: SeenKind; readonly day: Day },
): Promise<number> {
  const keys = names.map((name) => ({ kind, name }))
  const known = await tx.get(seenNames, keys)
  const rows = keys.filter((_, at) => known[at] === undefined).map((key) => ({ ...key, day }))
  await tx.put(seenNames, rows)
  return rows.length
}

async function ridesOf(tx: Tx, day: Day): Promise<SettledRide[]> {
  const rows = await tx.select(charges, { day })
  const settled = rows
    .filter(({ verdict }) => verdict === 'normal')
    .map(({ raw }) => parseCharge(raw))
  const names = settled.map((charge) => ({ charge: chargeId(charge) }))
  const settledCorrections = await tx.get(corrections, names)
  const replaced = await tx.get(
    charges,
    settledCorrections.map((row) => keyOf(row?.corrects ?? '-0')),
  )
  return settled.map((charge: Charge, index) => {
    const old = settledCorrections[index] === undefined ? undefined : replaced[index]
    return { charge, replacesFen: old === undefined ? null : parseCharge(old.raw).amountFen }
  })
}

function keyOf(name: string): { readonly operator: string; readonly number: number } {
  const [operator = '', number = '0'] = name.split('-')
  return { operator, number: Number(number) }
}
