import acceptanceFile from '../data/acceptance.json' with { type: 'json' }
import { facts } from './facts.ts'
import { acceptanceStatus, MEDIA, MODES, mode } from './modes.ts'
import { date, division, list, nullable, object, once, oneOf, text, whole } from './parse.ts'
import { type RegistryRecord, registryRecords } from './record.ts'

const readFact = object({
  id: text,
  network: oneOf('t-union', 'ride-code', 'lingnan-pass'),
  /** Who accepts. `count`: so many, names not told. `lines` null: not limited to some lines. */
  acceptor: object({
    name: nullable(text),
    division: nullable(division),
    count: nullable(whole(1)),
    operator: nullable(text),
    lines: nullable(text),
  }),
  /** null: every mode. */
  mode: nullable(mode),
  medium: oneOf(...MEDIA),
  /**
   * Whose medium: every member's; so many cities' (names not told); some numbers of one card;
   * one brand of card or code.
   */
  issuer: object({
    kind: oneOf('members', 'count', 'series', 'brand'),
    name: nullable(text),
    division: nullable(division),
    series: nullable(text),
    count: nullable(whole(1)),
  }),
  status: acceptanceStatus,
  from: nullable(date),
  to: nullable(date),
  asOf: date,
  words: text,
  document: oneOf('t-union', 'ride-code'),
  sourceLine: whole(1),
})

const readAcceptance = object({ about: text, rows: list(readFact) })

/** One line of the relation acceptor × mode × issuer, dated, with the source's words. */
export type AcceptanceFact = ReturnType<typeof readFact>

/** Reads the acceptance file; throws `registry.bad-data` with the place of the fault. */
export function parseAcceptanceFacts(file: unknown): readonly AcceptanceFact[] {
  return readAcceptance(file, 'acceptance').rows
}

/** Lines that the documents tell in words, beyond the rows of their tables. */
export const toldFacts = once(() => parseAcceptanceFacts(acceptanceFile))

/** The whole relation of both documents: lines told in words, then those that follow from rows. */
export const acceptanceFacts: () => readonly AcceptanceFact[] = once(() => [
  ...toldFacts(),
  ...registryRecords().flatMap(factsOfRecord),
])

const PART_OF_LINES = '部分公交线路'

/** What a row says by itself; nothing where the text says more about the same place and mode. */
export function factsOfRecord(record: RegistryRecord): readonly AcceptanceFact[] {
  if (record.level === 'province') return []
  const converting = record.flags.includes('under-conversion')
  return MODES.filter((one) => record.modes[one] === true || (converting && one === 'bus'))
    .filter((one) => !toldInWords(record, one))
    .map((one) => ({
      id: `${record.id}/${one}`,
      network: record.network,
      acceptor: {
        name: record.name,
        division: record.division,
        count: null,
        operator: null,
        lines: one === 'bus' && record.flags.includes('partial-bus') ? PART_OF_LINES : null,
      },
      mode: one,
      medium: record.network === 't-union' ? 'card' : 'code',
      issuer: {
        kind: record.brand === null ? 'members' : 'brand',
        name: record.brand,
        division: record.brand === null ? null : record.division,
        series: null,
        count: null,
      },
      status: converting ? 'converting' : 'in-service',
      from: null,
      to: null,
      asOf: record.asOf,
      ...sourceOf(record),
    }))
}

function toldInWords(record: RegistryRecord, mode: AcceptanceFact['mode']): boolean {
  return toldFacts().some(
    (fact) =>
      fact.network === record.network &&
      fact.acceptor.division === record.division &&
      fact.mode === mode &&
      fact.status === 'in-service' &&
      (record.brand === null || fact.issuer.name === record.brand),
  )
}

/** A row without a note stands on what its document says of all members, or on its tick. */
function sourceOf(
  record: RegistryRecord,
): Pick<AcceptanceFact, 'words' | 'document' | 'sourceLine'> {
  const { network: document, note, sourceLine, brandPrinted } = record
  const rule = facts().rules.find((one) => one.id === 'all-buses')
  if (note === null && document === 't-union' && rule !== undefined)
    return { words: rule.words, document: rule.document, sourceLine: rule.sourceLine }
  return { words: note ?? `${brandPrinted} ✔`, document, sourceLine }
}
