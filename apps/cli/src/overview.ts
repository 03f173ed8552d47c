import { type ChargeRow, chargesOf, judgedOn } from '@unifare/centre'
import type { Overview, OverviewRide } from '@unifare/console'
import { type Day, requireData, type Tx } from '@unifare/core'
import { charges, taps } from '@unifare/operator'
import { institution } from '@unifare/registry'
import { parseCharge, REASONS } from '@unifare/tap'
import type { DayOutcome, DayProgress, Plan } from '@unifare/twin'
import type { Running } from './running.ts'

const RIDES_SHOWN = 40

/** Keeps what the page shows while a day is ridden. */
export interface OverviewKeeper {
  overview(): Overview
  preparing(): void
  progress(progress: DayProgress): Promise<void>
  closing(): void
  settled(outcome: DayOutcome): Promise<void>
  onChange(listener: () => void): () => void
}

type Recent = DayProgress['recent'][number]

/** Opens the keeper of a running network; an unwatched one spares the look-up of every ride shown. */
export function createOverviewKeeper(
  running: Running,
  { seed, watched }: { readonly seed: string; readonly watched: boolean },
): OverviewKeeper {
  const { plan, day } = running
  const listeners = new Set<() => void>()
  let recent: Recent[] = []
  let overview = firstOverview(plan, seed, day.script.riders.length)
  const change = (next: Partial<Overview>) => {
    overview = { ...overview, ...next }
    for (const listener of listeners) listener()
  }
  return {
    overview: () => overview,
    preparing: () => change({ phase: 'preparing' }),
    async progress(progress) {
      recent = [...recent, ...progress.recent].slice(-RIDES_SHOWN)
      const rides = watched ? await ridesOf(running, recent) : []
      change({
        phase: 'riding',
        at: new Date(progress.at).toISOString(),
        progress: { done: progress.done, steps: progress.steps },
        accepted: progress.accepted,
        refused: { ...progress.refused } as Record<string, number>,
        cities: citiesWith(overview.cities, running, progress.recent),
        rides,
      })
    },
    closing: () => change({ phase: 'closing' }),
    async settled(outcome) {
      change({
        phase: 'settled',
        rides: await ridesOf(running, recent),
        settlement: await settlementOf(running, outcome),
      })
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function firstOverview(plan: Plan, seed: string, riders: number): Overview {
  const divisions = [...new Set(plan.operators.map(({ institution: { division } }) => division))]
  return {
    seed,
    day: plan.day,
    phase: 'preparing',
    at: new Date(0).toISOString(),
    progress: { done: 0, steps: 0 },
    accepted: 0,
    refused: {},
    riders,
    cities: divisions.map((division) => {
      const own = plan.operators.filter((o) => o.institution.division === division)
      const place = plan.issuers.find((issuer) => issuer.division === division)
      const first = own[0]?.institution
      return {
        division,
        nameZh: cityName(place?.nameZh ?? first?.nameZh ?? division, '发卡机构（模拟）'),
        nameEn: cityName(place?.nameEn ?? first?.nameEn ?? division, ' issuer (simulated)'),
        lon: first?.lon ?? 0,
        lat: first?.lat ?? 0,
        operators: own.map(({ institution: { id, nameZh, nameEn, modes } }) => ({
          id,
          nameZh,
          nameEn,
          modes: [...modes],
        })),
        accepted: 0,
        refused: 0,
        lastMinute: 0,
      }
    }),
    rides: [],
    settlement: null,
  }
}

function cityName(name: string, suffix: string): string {
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name
}

function citiesWith(
  cities: Overview['cities'],
  { plan }: Running,
  recent: readonly Recent[],
): Overview['cities'] {
  const divisionOf = new Map(
    plan.operators.flatMap(({ institution: { division }, terminals }) =>
      terminals.map(({ terminal }) => [terminal, division] as const),
    ),
  )
  return cities.map((city) => {
    const here = recent.filter(({ step }) => divisionOf.get(step.terminal) === city.division)
    const accepted = here.filter(({ decision }) => decision.ok).length
    return {
      ...city,
      accepted: city.accepted + accepted,
      refused: city.refused + here.length - accepted,
      lastMinute: here.length,
    }
  })
}

async function ridesOf(running: Running, recent: readonly Recent[]): Promise<OverviewRide[]> {
  const rides: OverviewRide[] = []
  for (const item of recent.toReversed()) rides.push(await rideOf(running, item))
  return rides
}

async function rideOf(running: Running, { step, decision }: Recent): Promise<OverviewRide> {
  const planned = running.plan.operators.find(({ terminals }) =>
    terminals.some(({ terminal }) => terminal === step.terminal),
  )
  const config = planned?.terminals.find(({ terminal }) => terminal === step.terminal)
  requireData(
    planned !== undefined && config !== undefined,
    'twin.unknown-party',
    `no terminal ${step.terminal}`,
  )
  const rider = running.day.script.riders.find(({ id }) => id === step.rider)
  const issuer = rider && institution(rider.issuer)
  const { id, nameZh, nameEn, division } = planned.institution
  const charge = decision.ok
    ? await running.network.operators
        .get(id)
        ?.read((tx) => chargeOf(tx, step.terminal, decision.sequence))
    : undefined
  return {
    tap: `${step.terminal}-${decision.sequence}`,
    at: new Date(step.at).toISOString(),
    city: division,
    operator: id,
    operatorZh: nameZh,
    operatorEn: nameEn,
    mode: config.mode,
    line: config.line,
    medium: rider?.medium ?? 'card',
    issuerZh: issuer?.nameZh ?? '',
    issuerEn: issuer?.nameEn ?? '',
    ...(issuer === undefined ? {} : { issuerCity: issuer.division }),
    kind: decision.ok ? decision.kind : 'refused',
    ok: decision.ok,
    ...(decision.ok
      ? {}
      : {
          reason: decision.reason,
          reasonZh: REASONS[decision.reason].zh,
          reasonEn: REASONS[decision.reason].en,
        }),
    amountFen: charge?.amountFen ?? (decision.ok ? decision.amountFen : null),
    ...(charge === undefined ? {} : { charge }),
  }
}

async function chargeOf(
  tx: Tx,
  terminal: string,
  sequence: number,
): Promise<NonNullable<OverviewRide['charge']> | undefined> {
  const [row] = await tx.get(taps, [{ terminal, sequence }])
  if (row?.state !== 'charged') return undefined
  for (const own of await tx.select(charges, { rider: row.rider })) {
    const charge = parseCharge(own.raw)
    if (!charge.taps.some((tap) => tap.terminal === terminal && tap.sequence === sequence)) continue
    return {
      id: `${charge.operator}-${charge.number}`,
      amountFen: charge.amountFen,
      parts: own.explanation as { rule: string; amountFen: number; zh: string; en: string }[],
      from: String(charge.from),
      to: String(charge.to),
      distanceM: charge.distanceM,
      tariff: { id: charge.tariff, version: charge.tariffVersion },
    }
  }
  return undefined
}

/** The charges that a day judged, with their verdicts. */
async function judgedRows(tx: Tx, day: Day): Promise<ChargeRow[]> {
  const rows: ChargeRow[] = []
  for await (const page of judgedOn(tx, day)) {
    for (const row of await chargesOf(tx, page)) if (row !== undefined) rows.push(row)
  }
  return rows
}

async function settlementOf(
  { network, plan }: Running,
  outcome: DayOutcome,
): Promise<NonNullable<Overview['settlement']>> {
  const cleared = await network.centre.rerun(outcome.day)
  const rows = await network.centre.read((tx) => judgedRows(tx, outcome.day))
  const issuers = plan.issuers.map(({ id }) => id)
  const operators = plan.operators.map((planned) => planned.institution.id)
  const amountsFen = issuers.map(() => operators.map(() => 0))
  const rejected: Record<string, number> = {}
  for (const row of rows) {
    if (row.verdict !== 'normal') {
      rejected[row.verdict] = (rejected[row.verdict] ?? 0) + 1
      continue
    }
    const charge = parseCharge(row.raw)
    const line = amountsFen[issuers.indexOf(charge.issuer)]
    const column = operators.indexOf(charge.operator)
    if (line !== undefined) line[column] = (line[column] ?? 0) + charge.amountFen
  }
  return {
    day: outcome.day,
    root: (outcome.result as { root: string }).root,
    rerunRoot: outcome.rerunRoot,
    settledFen: cleared.settledFen,
    sumFen: cleared.positions.reduce((sum, { netFen }) => sum + netFen, 0),
    members: cleared.positions.map((position) => {
      const member = institution(position.id)
      return {
        ...position,
        nameZh: member?.nameZh ?? position.id,
        nameEn: member?.nameEn ?? position.id,
        role: member?.role ?? 'issuer',
        ...(member === undefined ? {} : { division: member.division }),
      }
    }),
    matrix: { issuers, operators, amountsFen },
    rejected,
    collected: outcome.collected,
  }
}
