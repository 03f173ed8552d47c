import { formatYuan } from '@unifare/core'
import {
  CARD_KINDS,
  type CodeTable,
  TRANSACTION_TYPES,
  TRIP_MODES,
  TRIP_TYPES,
  textOf,
} from './code-tables.ts'
import type { OpenTrip } from './composites.ts'
import type { Inspection } from './inspect-card.ts'
import type { CodeName } from './names.ts'
import { inspectionProblems } from './problems.ts'
import { INSPECTION_TEXTS } from './render-texts.ts'
import { alignRows } from './text-table.ts'
import type { InspectedTransaction } from './transactions.ts'
import type { InspectedTrip } from './trips.ts'

/** Languages of the readable form. */
export type InspectionLanguage = 'en' | 'zh'

/** Readable lines of an inspection. Money in yuan; an unknown code stands as the code itself. */
export function renderInspection(
  inspection: Inspection,
  language: InspectionLanguage,
): readonly string[] {
  return [
    ...cardLines(inspection, language),
    ...openLines(inspection, language),
    '',
    ...tripLines(inspection.trips, language),
    '',
    ...transactionLines(inspection.transactions, language),
    ...compositeLines(inspection, language),
    ...otherLines(inspection, language),
    ...problemLines(inspection, language),
  ]
}

function cardLines(card: Inspection, language: InspectionLanguage): readonly string[] {
  const words = INSPECTION_TEXTS[language]
  const told = (value: string | null) => value ?? words.unknown
  const yes = (value: boolean | null) =>
    value === null ? words.unknown : value ? words.yes : words.no
  const luhn = card.luhn === 'failed' ? ` ${words.luhnFailed}` : ''
  const kind = card.kindCode === null ? null : textOf(CARD_KINDS, card.kindCode, language)
  const applications = card.applications.map(({ aid, label }) => (label ? `${label} ${aid}` : aid))
  const rows: [string, string][] = [
    [words.number, told(card.number) + luhn],
    [words.scheme, card.scheme === null ? words.unknown : words.schemes[card.scheme]],
    [words.issuer, told(coded(card.issuer, card.issuerName, language))],
    [words.home, told(coded(card.city, card.cityName, language))],
    [words.valid, `${told(card.validFrom)} – ${told(card.validTo)}`],
    [words.enabled, yes(card.enabled)],
    [words.kind, told(kind)],
    [words.interoperable, yes(card.interoperable)],
    [words.balance, card.balanceFen === null ? words.unknown : money(card.balanceFen)],
  ]
  if (applications.length > 0) rows.push([words.applications, applications.join(', ')])
  return alignRows(rows)
}

function openLines(card: Inspection, language: InspectionLanguage): readonly string[] {
  const words = INSPECTION_TEXTS[language]
  const open: (readonly [string, OpenTrip | null])[] = [
    [words.openRail, card.openRailTrip],
    [words.openBus, card.openBusTrip],
    ...card.openHires.map((hire) => [words.openHire, hire] as const),
  ]
  return alignRows(
    open.flatMap(([name, trip]) =>
      trip
        ? [
            [
              name,
              `${words.since} ${clock(trip.time) || words.unknown}`,
              coded(trip.city, trip.cityName, language) ?? '',
              coded(trip.acceptor, trip.acceptorName, language) ?? '',
              `${words.atMost} ${money(trip.maxFareFen)}`,
            ],
          ]
        : [],
    ),
  )
}

function tripLines(trips: readonly InspectedTrip[], language: InspectionLanguage) {
  const { trips: title, tripHead: head } = INSPECTION_TEXTS[language]
  const rows = trips.map((trip) => {
    const types: CodeTable = trip.layout === 'old' ? TRANSACTION_TYPES : TRIP_TYPES
    return [
      String(trip.record),
      clock(trip.time),
      textOf(types, trip.typeCode, language),
      trip.mode === null || trip.modeCode === null
        ? ''
        : textOf(TRIP_MODES, trip.modeCode, language),
      coded(trip.city, trip.cityName, language) ?? '',
      coded(trip.acceptor, trip.acceptorName, language) ?? '',
      placeText(trip, language),
      trip.terminal,
      money(trip.amountFen),
      money(trip.balanceFen),
    ]
  })
  return section(title, rows, { head, right: [8, 9] })
}

function placeText({ way }: InspectedTrip, language: InspectionLanguage): string {
  const { line, station } = INSPECTION_TEXTS[language]
  if (way === null || /^0*$/.test(way.raw)) return ''
  return way.form === 'standard' ? `${line} ${way.line} ${station} ${way.station}` : way.raw
}

function transactionLines(
  transactions: readonly InspectedTransaction[],
  language: InspectionLanguage,
) {
  const { transactions: title, transactionHead: head } = INSPECTION_TEXTS[language]
  const rows = transactions.map((entry) => [
    String(entry.record),
    String(entry.number),
    clock(entry.time),
    textOf(TRANSACTION_TYPES, entry.typeCode, language),
    entry.terminal,
    money(entry.amountFen),
    entry.trip === null ? '' : `#${entry.trip}`,
  ])
  return section(title, rows, { head, right: [1, 5] })
}

function compositeLines(card: Inspection, language: InspectionLanguage): readonly string[] {
  const words = INSPECTION_TEXTS[language]
  const used = card.composites.filter(({ status, locked }) => status !== 0 || locked)
  const rows = used.map(({ id, status, locked }) => [
    id,
    `${words.status} ${status.toString(16).padStart(2, '0').toUpperCase()}`,
    locked ? words.locked : '',
  ])
  const months = card.localRecords.flatMap(({ record, month }) =>
    month ? [[`19/${record}`, month.month, `${month.metroRides} / ${month.rides}`]] : [],
  )
  return [
    ...(rows.length > 0 ? ['', ...section(words.composites, rows)] : []),
    ...(months.length > 0 ? ['', ...section(words.month, months)] : []),
  ]
}

function otherLines(card: Inspection, language: InspectionLanguage): readonly string[] {
  if (card.otherFiles.length === 0) return []
  const rows = card.otherFiles.map(({ file, raw }) => [file, raw])
  return ['', ...section(INSPECTION_TEXTS[language].others, rows)]
}

function problemLines(card: Inspection, language: InspectionLanguage): readonly string[] {
  if (card.problems.length === 0) return []
  const rows = card.problems.map(({ code, where, found }) => [
    where,
    inspectionProblems[code][language],
    found.length > 40 ? `${found.slice(0, 40)}…` : found,
  ])
  return ['', ...section(INSPECTION_TEXTS[language].problems, rows)]
}

function section(
  title: string,
  rows: readonly (readonly string[])[],
  form: { readonly head?: readonly string[]; readonly right?: readonly number[] } = {},
): readonly string[] {
  const { head, right = [] } = form
  const table = head && rows.length > 0 ? [head, ...rows] : rows
  return [`${title} (${rows.length})`, ...alignRows(table, right)]
}

/** `广州市 5810`; the code alone where nobody knows its name, null where there is none. */
function coded(
  code: string | null,
  name: CodeName | null,
  language: InspectionLanguage,
): string | null {
  return code === null || name === null ? code : `${name[language]} ${code}`
}

/** `2026-11-21 08:30:00`, the card's own clock, which is that of China. */
function clock(time: string | null): string {
  return time === null ? '' : time.slice(0, 19).replace('T', ' ')
}

function money(amountFen: number): string {
  return formatYuan(amountFen)
}
