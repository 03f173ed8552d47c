import type { Tiers } from '@unifare/centre'
import { createSeededRandom, type Day, requireData } from '@unifare/core'
import {
  generateNetwork,
  type StationNetwork,
  type Tariff,
  tariffsOfOperator,
} from '@unifare/fares'
import {
  type Institution,
  institutions,
  type MembershipRow,
  simulatedMembership,
} from '@unifare/registry'
import type { Mode } from '@unifare/tap'
import type { Role, TerminalConfig } from '@unifare/terminal'
import { ladderPairs, servedStations } from './stations.ts'

/** Terminals of the modes that know no stations. */
const VEHICLES = { bus: 6, ferry: 2, taxi: 4 } as const
const DOCKS = 6
/** Metres of each stop of a bus line with distance fares: 15 stops over 25 km. */
const BUS_STOPS_M = Array.from({ length: 15 }, (_, i) => i * 1_800)

/** An operator of the twin, with everything it publishes. */
export interface PlannedOperator {
  readonly institution: Institution
  readonly tariffs: readonly Tariff[]
  readonly networks: readonly StationNetwork[]
  /** A pair of stations for every amount that a ride can cost. */
  readonly ladder: readonly (readonly [from: number, to: number])[]
  readonly terminals: readonly TerminalConfig[]
}

/** A network before it is built: who takes part, what they publish, where terminals stand. */
export interface Plan {
  readonly seed: string
  /** Business day that will be ridden. */
  readonly day: Day
  /** The national centre, or the only one. */
  readonly centre: Institution
  /** Centres of several tiers; none where there is one centre. */
  readonly tiers?: Tiers
  readonly issuers: readonly Institution[]
  readonly operators: readonly PlannedOperator[]
  readonly acceptance: readonly MembershipRow[]
}

/**
 * Plans the demonstration network from the simulated membership. `operators` and `issuers` narrow
 * it to some ids; `networks` replaces generated station networks by loaded ones, by operator.
 */
export function planNetwork(options: {
  readonly seed: string
  readonly day: Day
  readonly operators?: readonly string[]
  readonly issuers?: readonly string[]
  readonly networks?: ReadonlyMap<string, StationNetwork>
  readonly tiers?: Tiers
}): Plan {
  const chosen = (ids: readonly string[] | undefined, id: string) => ids?.includes(id) ?? true
  const all = institutions()
  const centre = all.find(({ role }) => role === 'centre')
  requireData(centre !== undefined, 'twin.no-centre', 'the simulated membership has no centre')
  const operators = all.filter(
    ({ role, id }) => role === 'operator' && chosen(options.operators, id),
  )
  const issuers = all.filter(({ role, id }) => role === 'issuer' && chosen(options.issuers, id))
  return {
    seed: options.seed,
    day: options.day,
    centre,
    ...(options.tiers && { tiers: options.tiers }),
    issuers,
    operators: operators.map((institution, index) => planOperator(institution, index, options)),
    acceptance: simulatedMembership().acceptance.filter(
      (row) => chosen(options.operators, row.operator) && chosen(options.issuers, row.issuer),
    ),
  }
}

function planOperator(
  institution: Institution,
  index: number,
  options: { readonly seed: string; readonly networks?: ReadonlyMap<string, StationNetwork> },
): PlannedOperator {
  const tariffs = tariffsOfOperator(institution.id)
  requireData(tariffs.length > 0, 'fares.no-tariff', `no tariff for ${institution.nameEn}`)
  const networks = tariffs.flatMap((tariff) => {
    if (tariff.network === null) return []
    const loaded = options.networks?.get(institution.id)
    return [loaded ?? generatedNetwork(institution, tariff, options.seed)]
  })
  const [tariff, network, first] = [tariffs[0], networks[0], institution.modes[0]]
  const ladder =
    tariff === undefined || network === undefined || first === undefined
      ? []
      : ladderPairs(tariff, network, first)
  const served = network === undefined ? [] : servedStations(ladder, network)
  const terminals = institution.modes.flatMap((mode) =>
    placesOf(mode, { network, served, tariffs }).map((place, number) =>
      terminalOf(institution, mode, place, { index, number }),
    ),
  )
  return { institution, tariffs, networks, ladder, terminals }
}

function generatedNetwork(institution: Institution, tariff: Tariff, seed: string): StationNetwork {
  const random = createSeededRandom(`${seed}/network/${institution.id}`)
  return generateNetwork({
    id: tariff.network ?? '',
    operator: institution.id,
    tariff,
    random: (length) => random.bytes(length),
  })
}

/** Where a terminal stands; terminals with the same bus ride on it together. */
interface Place {
  readonly line: number
  readonly station: number
  readonly role: Role
  readonly bus?: number
  /** GB/T 2260 code of the city, where the station lies in another one than its operator. */
  readonly division?: string
}

function placesOf(
  mode: Mode,
  {
    network,
    served,
    tariffs,
  }: Pick<PlannedOperator, 'tariffs'> & {
    readonly network: StationNetwork | undefined
    readonly served: readonly number[]
  },
): Place[] {
  switch (mode) {
    case 'bus':
      return vehicles(mode).flatMap((place) =>
        measuresBuses(tariffs)
          ? [
              { ...place, station: 1, role: 'board' as const, bus: place.line },
              { ...place, station: BUS_STOPS_M.length, role: 'alight' as const, bus: place.line },
            ]
          : [place],
      )
    case 'ferry':
    case 'taxi':
      return vehicles(mode)
    case 'bicycle':
      return Array.from({ length: DOCKS }, (_, i) => i + 1).flatMap((station) => [
        { line: 1, station, role: 'rent' as const },
        { line: 1, station, role: 'return' as const },
      ])
    case 'metro':
    case 'light-rail':
    case 'brt':
    case 'cableway':
      return served.flatMap((station) => {
        const line = network?.lines.find(({ stations }) => stations.includes(station))?.id ?? 0
        const division = network?.stations.find(({ id }) => id === station)?.division
        const place = { line, station, ...(division === undefined ? {} : { division }) }
        return [
          { ...place, role: 'entry' as const },
          { ...place, role: 'exit' as const },
        ]
      })
  }
}

function vehicles(mode: keyof typeof VEHICLES): Place[] {
  return Array.from({ length: VEHICLES[mode] }, (_, i) => ({
    line: i + 1,
    station: 0,
    role: 'single',
  }))
}

/** Whether fares go by the way that was ridden: then riders tap when they leave the bus, too. */
function measuresBuses(tariffs: readonly Tariff[]): boolean {
  return tariffs.some(
    ({ modes, rules }) =>
      modes.includes('bus') &&
      rules.some(({ base }) => base.kind === 'distance-ladder' && base.distance === 'ride'),
  )
}

function terminalOf(
  institution: Institution,
  mode: Mode,
  { line, station, role, bus, division }: Place,
  { index, number }: { readonly index: number; readonly number: number },
): TerminalConfig {
  const { id } = institution
  const abroad = institution.alsoIn.find((also) => also.division === division)
  const { city, division: here } = abroad ?? institution
  const serial = index * 1_000 + number
  const vehicle = bus === undefined ? serial : index * 1_000 + bus
  return {
    // 4131 is the national prefix of PSAM terminal numbers (reference card 2.4).
    terminal: `4131${String(serial + 1).padStart(8, '0')}`,
    operator: id,
    city,
    division: here,
    mode,
    line,
    station,
    vehicle: role === 'single' || bus !== undefined ? `V${vehicle}` : '',
    role,
    gate: role === 'entry' || role === 'exit',
    test: false,
    ...(bus === undefined ? {} : { stopsM: BUS_STOPS_M }),
  }
}
