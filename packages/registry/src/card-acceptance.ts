import {
  type Acceptance,
  type AcceptanceQuery,
  type Answer,
  both,
  type Reason,
  reason,
} from './answer.ts'
import { facts } from './facts.ts'
import { modeNames } from './modes.ts'
import { findPlaces, type PlaceMatch } from './places.ts'
import { type RegistryRecord, registryRecords } from './record.ts'
import { type AcceptanceFact, acceptanceFacts } from './relation.ts'

interface Part {
  readonly answer: Answer
  readonly why: readonly Reason[]
  readonly rows: readonly AcceptanceFact[]
}

const NOTHING: Part = { answer: 'yes', why: [], rows: [] }

/** A T-Union card at a member city, by the T-Union document. */
export function cardAcceptance(query: AcceptanceQuery): Acceptance {
  const members = registryRecords().filter(
    (one) => one.network === 't-union' && one.level !== 'province',
  )
  const [place] = findPlaces(query.acceptor.city, members)
  if (place === undefined) return unlisted(query.acceptor.city)
  const issuer = issuerPart(query, members)
  const acceptor = acceptorPart(query, place, issuer.record)
  return {
    answer: both(acceptor.answer, issuer.part.answer),
    why: [...acceptor.why, ...issuer.part.why, dated(place.record)],
    rows: [...acceptor.rows, ...issuer.part.rows],
  }
}

function unlisted(city: string): Part {
  const why = reason(
    `文件所列城市中没有“${city}”`,
    `${city} is not among the places that the document lists`,
  )
  return { answer: 'unknown', why: [why], rows: [] }
}

function dated({ asOf }: RegistryRecord): Reason {
  return reason(`资料时间：${asOf}，其后变化未知`, `as of ${asOf}; later changes are not known`)
}

/** Whether the card itself belongs to the network. */
function issuerPart(
  query: AcceptanceQuery,
  members: readonly RegistryRecord[],
): { readonly record: RegistryRecord | undefined; readonly part: Part } {
  const { city, card } = query.issuer
  if (city === undefined && card === undefined) return { record: undefined, part: NOTHING }
  const record =
    city === undefined
      ? members.find((one) => card !== undefined && one.cards.includes(card))
      : findPlaces(city, members)[0]?.record
  if (record !== undefined) return { record, part: seriesPart(query, record) }
  const known = card !== undefined && isProvinceCard(card)
  return { record, part: known ? NOTHING : unlisted(city ?? card ?? '') }
}

function isProvinceCard(card: string): boolean {
  return registryRecords().some((one) => one.level === 'province' && one.cards.includes(card))
}

/** Of one Shanghai card only a series works; other numbers of it do not. */
function seriesPart(query: AcceptanceQuery, record: RegistryRecord): Part {
  const fact = acceptanceFacts().find(
    (one) => one.issuer.kind === 'series' && one.issuer.division === record.division,
  )
  const { card, series } = query.issuer
  if (fact === undefined || (card !== undefined && card !== fact.issuer.name)) return NOTHING
  if (card !== undefined && series === fact.issuer.series) return { ...NOTHING, rows: [fact] }
  const name = fact.issuer.name ?? ''
  const limit = reason(
    `${name}中仅${fact.issuer.series}支持交通联合`,
    `of the card ${name} only ${fact.issuer.series} works`,
    fact,
  )
  if (card === undefined || series === undefined)
    return { answer: 'partly', why: [limit], rows: [fact] }
  // TJ01-19 may be one number or a range: of another TJ number the text does not clearly tell.
  const answer = series.startsWith('TJ') ? 'unknown' : 'no'
  return { answer, why: [limit], rows: [fact] }
}

/** What the acceptor's row and the text say of the mode. */
function acceptorPart(
  query: AcceptanceQuery,
  place: PlaceMatch,
  issuer: RegistryRecord | undefined,
): Part {
  const { record, part } = place
  if (part === 'excluded')
    return told('no', record, `${record.name}不含此地`, `${record.name} leaves this place out`)
  const rows = acceptanceFacts().filter(
    (fact) =>
      fact.network === 't-union' && fact.mode === query.mode && fact.acceptor.name === record.name,
  )
  const counted = rows.find((fact) => fact.issuer.kind === 'count')
  if (counted !== undefined) return { ...countedPart(counted, record, issuer), rows }
  return { ...modePart(query, place, rows), rows }
}

/** The source gives a number of cities without their names: only the home city is certain. */
function countedPart(fact: AcceptanceFact, record: RegistryRecord, issuer?: RegistryRecord): Part {
  if (issuer === record) return told('yes', record, '本市发行的卡', 'a card of the city itself')
  const why = reason(
    `来源只给出${fact.issuer.count}个城市的数目，未列名称`,
    `the source gives a number of cities (${fact.issuer.count}), not their names`,
    fact,
  )
  return { answer: 'unknown', why: [why], rows: [] }
}

function modePart(
  query: AcceptanceQuery,
  place: PlaceMatch,
  rows: readonly AcceptanceFact[],
): Part {
  const { record, part } = place
  const { zh, en } = modeNames[query.mode]
  const planned = rows.find((fact) => fact.status === 'planned')
  if (planned !== undefined && (query.at ?? record.asOf) > (planned.to ?? ''))
    return {
      answer: 'unknown',
      why: [reason('当时计划开通，结果未知', 'it was planned; the outcome is not told', planned)],
      rows: [],
    }
  if (record.modes[query.mode] === false) return told('no', record, `${zh}不可用`, `no ${en}`)
  if (record.modes[query.mode] === null) return untold(query, record, rows)
  if (query.mode === 'bus' && record.flags.includes('partial-bus'))
    return told('partly', record, '仅部分公交线路', 'only some of the bus lines')
  if (part === 'whole' && record.limitedTo.length > 0)
    return told(
      'partly',
      record,
      `仅${record.limitedTo.join('、')}`,
      `only ${record.limitedTo.join(', ')}`,
    )
  if (part === 'whole' && record.excluding.length > 0)
    return told(
      'partly',
      record,
      `不含${record.excluding.join('、')}`,
      `without ${record.excluding.join(', ')}`,
    )
  return told('yes', record, `${zh}可用`, `${en} takes the card`)
}

/** The row is silent on the mode: a trial or the general count may still say something. */
function untold(
  query: AcceptanceQuery,
  record: RegistryRecord,
  rows: readonly AcceptanceFact[],
): Part {
  if (record.flags.includes('under-conversion'))
    return told('unknown', record, '改造中', 'under conversion')
  const trial = rows.find((fact) => fact.status === 'trial')
  if (trial !== undefined) {
    const why = reason(`${trial.from}起试行`, `on trial since ${trial.from}`, trial)
    return { answer: 'partly', why: [why], rows: [] }
  }
  const { zh, en } = modeNames[query.mode]
  const why = [reason(`文件未说明${zh}`, `the document does not tell of ${en}`)]
  const general = facts().counts.find((count) => count.id === 'metro-cities-2019-06')
  if (query.mode === 'metro' && general !== undefined)
    why.push(reason('来源只给出城市数目', 'the source gives a number of cities only', general))
  return { answer: 'unknown', why, rows: [] }
}

/** A row speaks by its note; without one its buses stand on what the document says of all members. */
function told(answer: Answer, record: RegistryRecord, zh: string, en: string): Part {
  const rule = facts().rules.find((one) => one.id === 'all-buses')
  const { note, network: document, sourceLine } = record
  const source = note === null ? rule : { words: note, document, sourceLine }
  return { answer, why: [reason(zh, en, source)], rows: [] }
}
