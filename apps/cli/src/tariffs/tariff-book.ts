import type { TariffDetail, TariffEntry, TariffList } from '@unifare/console'
import { createSeededRandom, UnifareError } from '@unifare/core'
import {
  type BaseFare,
  type CompiledTariff,
  compileTariff,
  type FarePicture,
  farePicture,
  generateNetwork,
  lintTariff,
  modeWords,
  riderClassWords,
  type StationNetwork,
  type Tariff,
  tariffs,
  tariffWords,
} from '@unifare/fares'
import type { Plan } from '@unifare/twin'
import { cityName } from './city-names.ts'
import { exampleRides } from './ride-query.ts'

/** A network's tariffs and those of all other cities, as a page shows them. */
export interface TariffBook {
  list(): TariffList
  detail(id: string): TariffDetail
  /** Throws `fares.no-tariff` for an id that nobody publishes. */
  compiled(id: string): CompiledTariff
}

/** Opens the tariffs that a planned network prices with, and the catalogue's others beside them. */
export function openTariffBook({ operators }: Pick<Plan, 'operators'>): TariffBook {
  const running = new Map(
    operators.flatMap((operator) => operator.tariffs.map(({ id }) => [id, operator] as const)),
  )
  const own = [...running.values()].flatMap((operator) => operator.tariffs)
  const known = new Map([...tariffs(), ...own].map((tariff) => [tariff.id, tariff]))
  const ready = new Map<string, CompiledTariff>()
  const networks = operators.flatMap((operator) => operator.networks)
  const found = (id: string) => {
    const tariff = known.get(id)
    if (tariff === undefined) throw new UnifareError('fares.no-tariff', `no tariff is named ${id}`)
    return tariff
  }
  const compiled = (id: string) => {
    const one = ready.get(id) ?? compileTariff(found(id), networkOf(found(id), networks))
    ready.set(id, one)
    return one
  }
  const entry = (tariff: Tariff) => entryOf(tariff, running.get(tariff.id)?.institution)
  return {
    compiled,
    list: () => ({ tariffs: [...known.values()].map(entry) }),
    detail: (id) => ({
      ...entry(found(id)),
      ...detailOf(compiled(id)),
      comparable: [...known.values()]
        .filter((other) => alike(found(id), other))
        .map((one) => one.id),
    }),
  }
}

/** The network of the running operator, else one that is made up. */
function networkOf(
  tariff: Tariff,
  networks: readonly StationNetwork[],
): StationNetwork | undefined {
  if (tariff.network === null) return undefined
  const known = networks.find(({ id }) => id === tariff.network)
  if (known !== undefined) return known
  const random = createSeededRandom(`unifare/${tariff.network}`)
  return generateNetwork({
    id: tariff.network,
    operator: tariff.operator,
    tariff,
    random: (length) => random.bytes(length),
  })
}

function entryOf(
  tariff: Tariff,
  operator: { readonly nameZh: string; readonly nameEn: string } | undefined,
): TariffEntry {
  const pictures = tariff.rules.map(({ base }) => farePicture(tariff, base))
  const [picture] = pictures
  if (picture === undefined) throw new TypeError(`${tariff.id} has no rule`)
  const amounts = pictures.flatMap(amountsOf)
  const highest = tariff.rules.map(({ base }) => highestFen(tariff, base))
  const bounds = highest.filter((fen) => fen !== null)
  return {
    id: tariff.id,
    version: tariff.version,
    name: { zh: tariff.nameZh, en: tariff.nameEn },
    city: tariff.city,
    cityName: cityName(tariff.city),
    modes: tariff.modes,
    running: operator !== undefined,
    operator: operator === undefined ? null : { zh: operator.nameZh, en: operator.nameEn },
    lowestFen: Math.min(...amounts),
    highestFen: bounds.length < highest.length ? null : Math.max(...bounds),
    picture,
  }
}

/** The highest amount that a base fare can come to; null where it grows for ever. */
function highestFen(tariff: Tariff, base: BaseFare): number | null {
  // The picture of a meter ends long before its bound.
  if (base.kind === 'metered') return base.maxFen
  const picture = farePicture(tariff, base)
  return picture.kind === 'steps' && picture.goesOn ? null : Math.max(...amountsOf(picture))
}

function amountsOf(picture: FarePicture): readonly number[] {
  switch (picture.kind) {
    case 'flat':
      return [picture.amountFen]
    case 'steps':
      return picture.steps.map(({ amountFen }) => amountFen)
    case 'table':
      return picture.amountsFen
  }
}

function detailOf(compiled: CompiledTariff): Omit<TariffDetail, keyof TariffEntry | 'comparable'> {
  const { tariff, network } = compiled
  const pictures = tariff.rules.map((rule) => ({
    rule: rule.id,
    text: { zh: rule.textZh, en: rule.textEn },
    picture: farePicture(tariff, rule.base),
  }))
  const [first] = pictures
  const policies = tariffWords(tariff)
  const { discounts, rules, transfers = [], accumulation, caps = [], passes = [] } = tariff
  const free = discounts.filter(({ effect }) => effect.kind === 'free-rides')
  const classes = [...rules, ...discounts].flatMap(({ when }) => when.riderClasses ?? [])
  const from = transfers.flatMap((transfer) => transfer.from.modes ?? tariff.modes)
  return {
    validFrom: tariff.validFrom,
    validTo: tariff.validTo,
    sources: tariff.sources,
    pictures,
    policies,
    classes: [...new Set(['adult', ...classes])].map((id) => ({ id, name: riderClassWords(id) })),
    changesFrom: [...new Set(from)].map((mode) => ({ mode, name: modeWords(mode) })),
    hasMonth: accumulation.length > 0,
    monthMatters: [accumulation, caps, passes, free].some((list) => list.length > 0),
    examples: first === undefined ? [] : exampleRides(compiled, first.picture),
    findings: lintTariff(tariff, network),
  }
}

/** Whether two tariffs price the same kind of ride, so that one could stand in the other's place. */
function alike(one: Tariff, other: Tariff): boolean {
  return one.id !== other.id && one.modes.some((mode) => other.modes.some(sameAs(mode)))
}

function sameAs(mode: string): (other: string) => boolean {
  const rail = ['metro', 'light-rail']
  return (other) => other === mode || (rail.includes(mode) && rail.includes(other))
}
