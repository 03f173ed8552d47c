import { acceptance } from './acceptance.ts'
import type { Answer } from './answer.ts'
import { type Facts, facts, lingnanPass } from './facts.ts'
import { MODES, type Mode, modeNames } from './modes.ts'
import { findPlaces } from './places.ts'
import { publicRow } from './public-row.ts'
import { type CoveredProvince, type RegistryRecord, registryRecords } from './record.ts'
import { acceptanceFacts } from './relation.ts'
import {
  line,
  ruleLine,
  sourceOf,
  type WhereLine,
  type WherePlace,
  type WhereSet,
} from './where-line.ts'

/** What the documents tell of riding in a place: T-Union cards by mode, its own cards, its codes. */
export function seedOfCity(city: string): WhereSet {
  const found = findPlaces(city).map(({ record }) => record)
  const members = found.filter((one) => one.network === 't-union')
  const listed = members.length > 0
  const provinces = new Set(members.map((one) => one.province))
  const provinceCards = registryRecords().filter(
    (one) => one.level === 'province' && provinces.has(one.province) && !members.includes(one),
  )
  const lines = [
    ...(members.some((one) => one.level !== 'province')
      ? modesOf(city).map((mode) => cardLine(city, mode))
      : []),
    ...[...members, ...provinceCards].flatMap(issuedLine),
    ...walletLines([...members, ...provinceCards].flatMap(({ cards }) => cards)),
    ...found.flatMap(codeLines),
    ...guangfoLines(found),
    ...found.flatMap(doubtLine),
  ]
  if (!listed)
    lines.unshift(
      line('unknown', null, {
        zh: `交通联合文件所列城市中没有“${city}”`,
        en: `the T-Union document does not list ${city}`,
      }),
    )
  return { simulated: false, lines, rows: found.map(publicRow), places: [] }
}

/** What the documents tell of a T-Union card: of a city, or of a name. */
export function seedOfCard(card: { city: string | undefined; card?: string }): WhereSet {
  const { city, card: name } = card
  const home = city === undefined ? [] : findPlaces(city).map(({ record }) => record)
  const own = home.filter((one) => one.network === 't-union')
  const lines = [
    ...(own.length === 0 && city !== undefined
      ? [
          line('unknown', null, {
            zh: `交通联合文件所列城市中没有“${city}”`,
            en: `the T-Union document does not list ${city} as an issuer`,
          }),
        ]
      : []),
    ...cardRules(),
    ...seriesLines(own),
    ...(name === undefined ? [] : [...walletLines([name]), ...lingnanLines(name)]),
    ...own.flatMap(doubtLine),
  ]
  const places =
    own.length === 0
      ? []
      : memberPlaces({ city: own[0]?.name ?? '', ...(name ? { card: name } : {}) })
  return { simulated: false, lines, rows: own.map(publicRow), places }
}

/** What the documents tell of a province: its members, mode by mode, and its own card. */
export function seedOfProvince(province: CoveredProvince): WhereSet {
  const rows = registryRecords().filter((one) => one.province === province.province)
  const members = rows.filter((one) => one.network === 't-union' && one.level !== 'province')
  const lines = [
    line(province.whole ? 'yes' : 'partly', null, {
      zh: `${province.province}：${members.length}个地方列入${province.whole ? '，注明全省' : ''}`,
      en: `${province.province}: ${members.length} places listed${province.whole ? ', marked as the whole province' : ''}`,
      source: { words: province.province, document: 't-union', sourceLine: province.sourceLine },
    }),
    ...rows.filter((one) => one.level === 'province').flatMap(issuedLine),
    ...rows.flatMap(codeLines),
    ...rows.flatMap(doubtLine),
  ]
  return { simulated: false, lines, rows: rows.map(publicRow), places: placesOf(members, {}) }
}

/** What the text tells of a virtual card or app that carries a card; undefined when of none. */
export function seedOfProduct(name: string): WhereSet | undefined {
  const products = facts().products.filter((one) => one.name === name || one.basedOn === name)
  if (products.length === 0) return undefined
  const rules = products.some((one) => one.network === 't-union') ? cardRules() : []
  const lines = [...products.map(productLine), ...rules]
  return { simulated: false, lines, rows: [], places: [] }
}

/** Wallets and apps that carry one of these cards. */
function walletLines(cards: readonly string[]): WhereLine[] {
  return facts()
    .products.filter(({ basedOn }) => basedOn !== null && cards.includes(basedOn))
    .map(productLine)
}

function productLine(one: Facts['products'][number]): WhereLine {
  return line(null, null, {
    zh: one.words,
    en: `${one.name}${one.basedOn === null ? '' : ` carries ${one.basedOn}`}, ${one.status ?? 'status not told'}${one.from === null ? '' : ` from ${one.from}`}`,
    source: one,
  })
}

/** What the documents tell of a ride code: its places and modes, and that it works nowhere else. */
export function seedOfBrand(brand: string): WhereSet {
  const rows = registryRecords().filter((one) => one.brand === brand)
  const apart = facts().rules.filter((rule) => rule.id === 'codes-apart')
  const lines = [
    ...rows.flatMap(codeLines),
    ...acceptanceFacts()
      .filter((fact) => fact.issuer.name === brand && fact.acceptor.lines !== null)
      .map((fact) =>
        line(fact.status === 'in-service' ? 'yes' : 'unknown', fact.mode, {
          zh: `${fact.acceptor.name}：${fact.acceptor.lines}`,
          en: `${fact.acceptor.name}: ${fact.acceptor.lines} (${fact.status})`,
          source: fact,
        }),
      ),
    ...apart.map((rule) => ({ ...ruleLine(rule), answer: 'no' as const, zh: '其他城市不可用' })),
    ...rows.flatMap(doubtLine),
  ]
  return { simulated: false, lines, rows: rows.map(publicRow), places: [] }
}

/** What the ride-code document tells of the regional network Lingnan Pass. */
export function seedOfLingnan(): WhereSet {
  const pass = lingnanPass()
  const facts = acceptanceFacts().filter((fact) => fact.network === pass.network)
  const lines = facts.map((fact) =>
    line(fact.acceptor.count === null ? 'yes' : 'unknown', fact.mode, {
      zh: fact.acceptor.name ?? `${pass.province}${pass.cityCount}个城市，名称未列`,
      en: fact.acceptor.name ?? `${pass.cityCount} cities of Guangdong, names not told`,
      source: fact,
    }),
  )
  return { simulated: false, lines, rows: [], places: [] }
}

function cardRules(): readonly WhereLine[] {
  return facts()
    .rules.filter((one) => CARD_RULES.includes(one.id))
    .map(ruleLine)
}

const CARD_RULES = ['mark', 'all-buses', 'bearer', 'local-policy', 'home-only']

/** Modes worth a line: bus and metro always, others where a row or the text tells of them. */
function modesOf(city: string): readonly Mode[] {
  const records = findPlaces(city).filter(({ record }) => record.network === 't-union')
  return MODES.filter(
    (mode) =>
      mode === 'bus' ||
      mode === 'metro' ||
      records.some(({ record }) => record.modes[mode] !== null),
  )
}

function cardLine(city: string, mode: Mode): WhereLine {
  const { answer, why } = acceptance({ acceptor: { city }, mode, issuer: {} })
  const { zh, en } = modeNames[mode]
  const told = why.find((one) => one.words !== null)
  return {
    answer,
    mode,
    zh: `交通联合卡，${zh}：${why.map((one) => one.zh).join('；')}`,
    en: `T-Union cards, ${en}: ${why.map((one) => one.en).join('; ')}`,
    words: told?.words ?? null,
    document: told?.document ?? null,
    sourceLine: told?.sourceLine ?? null,
  }
}

function issuedLine(record: RegistryRecord): readonly WhereLine[] {
  if (record.cards.length === 0) return []
  const limit = record.level === 'province' && record.note !== null ? `（${record.note}）` : ''
  const cards = record.cards.join('、') + limit
  return [
    line(null, null, {
      zh: `${record.name}发行的卡：${cards}`,
      en: `cards of ${record.name}: ${cards}`,
      source: sourceOf(record),
    }),
  ]
}

function codeLines(record: RegistryRecord): readonly WhereLine[] {
  if (record.brand === null) return []
  const { brand, name, modes } = record
  const told = MODES.filter((mode) => modes[mode] !== null)
  if (told.length === 0)
    return [
      line('unknown', null, {
        zh: `${name}，${brand}：未说明可用于何种交通`,
        en: `${name}, ${brand}: no mode is told`,
        source: sourceOf(record),
      }),
    ]
  return told.map((mode) =>
    line(modes[mode] === true ? 'yes' : 'no', mode, {
      zh: `${name}，${brand}：${modeNames[mode].zh}${modes[mode] === true ? '可用' : '不可用'}`,
      en: `${name}, ${brand}: ${modes[mode] === true ? '' : 'not '}on ${modeNames[mode].en}`,
      source: sourceOf(record),
    }),
  )
}

/** Codes of one city that a line in another city takes (the Guangfo line in Foshan). */
function guangfoLines(found: readonly RegistryRecord[]): readonly WhereLine[] {
  const names = new Set(found.map((one) => one.name))
  return acceptanceFacts()
    .filter(
      ({ acceptor, issuer, medium }) =>
        medium === 'code' &&
        names.has(acceptor.name ?? '') &&
        issuer.division !== null &&
        issuer.division !== acceptor.division,
    )
    .map((fact) =>
      line('yes', fact.mode, {
        zh: `${fact.acceptor.lines}（${fact.acceptor.operator}）：${fact.issuer.name}`,
        en: `${fact.acceptor.lines} (${fact.acceptor.operator}): ${fact.issuer.name}`,
        source: fact,
      }),
    )
}

function doubtLine(record: RegistryRecord): readonly WhereLine[] {
  if (record.doubtful === null) return []
  return [
    line(null, null, {
      zh: `存疑：${record.doubtful}`,
      en: `doubtful reading: ${record.doubtful}`,
      source: sourceOf(record),
    }),
  ]
}

function seriesLines(own: readonly RegistryRecord[]): readonly WhereLine[] {
  return acceptanceFacts()
    .filter(
      ({ issuer }) =>
        issuer.kind === 'series' && own.some(({ division }) => division === issuer.division),
    )
    .map((fact) =>
      line('partly', null, {
        zh: `${fact.issuer.name}中仅${fact.issuer.series}支持交通联合`,
        en: `of the card ${fact.issuer.name} only ${fact.issuer.series} works`,
        source: fact,
      }),
    )
}

/** A card that is also of the regional network. */
function lingnanLines(card: string): readonly WhereLine[] {
  return acceptanceFacts()
    .filter(({ network, issuer }) => network === 'lingnan-pass' && issuer.name === card)
    .map((fact) =>
      line('yes', fact.mode, {
        zh: `岭南通：${fact.acceptor.name}${fact.mode === null ? '' : modeNames[fact.mode].zh}`,
        en: `Lingnan Pass: ${fact.acceptor.name}, ${fact.mode}`,
        source: fact,
      }),
    )
}

/** Every member, mode by mode, for a card of an issuer. */
function memberPlaces(issuer: { city: string; card?: string }): readonly WherePlace[] {
  return placesOf(
    registryRecords().filter((one) => one.network === 't-union' && one.level !== 'province'),
    issuer,
  )
}

function placesOf(
  members: readonly RegistryRecord[],
  issuer: { city?: string; card?: string },
): readonly WherePlace[] {
  return members.map((record) => {
    const modes: Partial<Record<Mode, Answer>> = {}
    for (const mode of MODES)
      if (mode === 'bus' || mode === 'metro' || record.modes[mode] !== null)
        modes[mode] = acceptance({ acceptor: { city: record.name }, mode, issuer }).answer
    return { name: record.name, province: record.province, modes, note: record.note }
  })
}
