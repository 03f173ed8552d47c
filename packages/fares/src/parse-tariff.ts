import { parseDay, UnifareError } from '@unifare/core'
import {
  division,
  mode,
  readAccumulation,
  readCap,
  readDiscount,
  readEntryCheck,
  readIncomplete,
  readMaximum,
  readPass,
  readRounding,
  readRule,
  readSameStation,
  readTable,
  readTimeLimit,
  readTransfer,
  readWhen,
} from './parse-policies.ts'
import {
  checked,
  type Faults,
  form,
  type JsonSchema,
  list,
  nullable,
  object,
  oneOf,
  optional,
  type Reader,
  readFile,
  schemaOf,
  text,
  whole,
} from './reader.ts'
import {
  type FareRule,
  type Policy,
  PRICING_STEPS,
  type Source,
  TARIFF_FORMAT,
  type Tariff,
} from './tariff.ts'
import { SOURCE_MARKS } from './words.ts'

const day: Reader<string> = checked(form(/^\d{4}-\d\d-\d\d$/, 'a day YYYY-MM-DD'), checkDay)

const readSource: Reader<Source> = object<Source>({
  text,
  date: form(/^\d{4}(-\d\d(-\d\d)?)?$/, 'a date YYYY[-MM[-DD]]'),
  mark: oneOf(...SOURCE_MARKS),
})

const readTariff: Reader<Tariff> = checked(
  object<Tariff>({
    format: oneOf(TARIFF_FORMAT),
    id: form(/^[a-z][a-z0-9-]{0,63}$/, 'an id of lower-case letters, digits and hyphens'),
    version: whole(1, 0xffff_ffff),
    nameZh: text,
    nameEn: text,
    validFrom: day,
    validTo: nullable(day),
    zone: oneOf('Asia/Shanghai'),
    currency: oneOf('CNY'),
    operator: nullable(form(/^\d{8}$/, 'an operator code of eight digits')),
    city: division,
    modes: list(mode, 1),
    network: nullable(text),
    account: optional(
      form(/^[a-z][a-z0-9-]{0,63}$/, 'an id of lower-case letters, digits and hyphens'),
    ),
    accountOver: optional(oneOf('linked-media')),
    rounding: readRounding,
    sources: list(readSource, 1),
    tables: optional(list(readTable, 1)),
    holidays: optional(list(day)),
    rules: list(readRule, 1),
    sameStation: nullable(readSameStation),
    stacking: oneOf('first-match', 'in-order', 'cheapest'),
    discounts: list(readDiscount),
    transfers: optional(list(readTransfer)),
    caps: optional(list(readCap)),
    passes: optional(list(readPass)),
    order: optional(list(oneOf(...PRICING_STEPS))),
    accumulation: list(readAccumulation),
    timeLimits: list(readTimeLimit),
    incomplete: optional(list(readIncomplete)),
    maximum: readMaximum,
    entry: readEntryCheck,
  }),
  checkTariff,
)

/**
 * The format of a tariff as JSON Schema (draft 2020-12), made from the readers themselves. What
 * a schema cannot say (ladders without gaps, tables that are square) `parseTariff` still checks.
 */
export function tariffSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Unifare tariff',
    description: `One dated version of a tariff, ${TARIFF_FORMAT}. Amounts in fen, lengths in metres, times in seconds, shares in millionths.`,
    ...(withReferences(schemaOf(readTariff)) as JsonSchema),
    $defs: Object.fromEntries(SHARED.map(([name, reader]) => [name, schemaOf(reader)])),
  }
}

/** What stands in many places of the format. */
const SHARED: readonly (readonly [string, Reader<unknown>])[] = [
  ['when', readWhen],
  ['rounding', readRounding],
]

function withReferences(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map(withReferences)
  const shared = SHARED.find(([, reader]) => schemaOf(reader) === schema)
  if (shared !== undefined) return { $ref: `#/$defs/${shared[0]}` }
  return Object.fromEntries(
    Object.entries(schema).map(([name, inner]) => [name, withReferences(inner)]),
  )
}

/**
 * Reads a tariff whole: every shape and every rule is checked, so that pricing needs no further
 * check. Throws `fares.bad-tariff` with all faults in `details.faults`.
 */
export function parseTariff(json: unknown): Tariff {
  return readFile(json, readTariff, 'fares.bad-tariff')
}

function checkDay(value: string, path: string, faults: Faults): void {
  try {
    parseDay(value)
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    faults.add(path, 'no-such-day', error.message)
  }
}

function checkTariff(tariff: Tariff, _path: string, faults: Faults): void {
  const { validFrom, validTo, modes, rules } = tariff
  if (validTo !== null && validTo <= validFrom) {
    faults.add('validTo', 'validity.empty', `ends on ${validTo}, not after ${validFrom}`)
  }
  checkPolicies(tariff, faults)
  for (const one of modes) {
    if (!rules.some(({ when }) => when.modes?.includes(one) ?? true)) {
      faults.add('rules', 'rules.gap', `no rule prices ${one}`)
    }
  }
  for (const [index, rule] of rules.entries()) checkRule(tariff, rule, index, faults)
  checkNames(tariff, faults)
}

/** Tables and discounts that rules name are there, and every step of the order once. */
function checkNames(
  { tables = [], discounts, transfers = [], accumulation, rules, order }: Tariff,
  faults: Faults,
): void {
  const ids = new Set(tables.map(({ id }) => id))
  if (ids.size < tables.length) faults.add('tables', 'id.duplicate', 'two tables have one id')
  for (const [index, { base }] of rules.entries()) {
    if (base.kind === 'table' && !ids.has(base.table)) {
      faults.add(`rules[${index}].base.table`, 'table.unknown', `there is no table ${base.table}`)
    }
  }
  for (const [index, { instead = [] }] of transfers.entries()) {
    for (const name of instead) {
      if (discounts.some(({ id }) => id === name)) continue
      faults.add(`transfers[${index}].instead`, 'discount.unknown', `there is no discount ${name}`)
    }
  }
  for (const [index, { instead = [] }] of discounts.entries()) {
    for (const name of instead) {
      if (accumulation.some(({ id }) => id === name)) continue
      faults.add(`discounts[${index}].instead`, 'steps.unknown', `there are no steps ${name}`)
    }
  }
  if (order !== undefined && new Set(order).size !== PRICING_STEPS.length) {
    faults.add('order', 'order.incomplete', `each once: ${PRICING_STEPS.join(', ')}`)
  }
}

/** Ids are unique, sources exist. */
function checkPolicies(tariff: Tariff, faults: Faults): void {
  const { rules, discounts, accumulation, timeLimits, sameStation, maximum, entry } = tariff
  const named = (name: string, items: readonly Policy[]): [string, Policy][] =>
    items.map((item, index) => [`${name}[${index}]`, item])
  const policies: [string, Policy][] = [
    ...named('rules', rules),
    ...named('discounts', discounts),
    ...named('accumulation', accumulation),
    ...named('timeLimits', timeLimits),
    ...named('transfers', tariff.transfers ?? []),
    ...named('caps', tariff.caps ?? []),
    ...named('passes', tariff.passes ?? []),
    ...named('incomplete', tariff.incomplete ?? []),
    ...(sameStation === null ? [] : [['sameStation', sameStation] as [string, Policy]]),
    ['maximum', maximum],
    ['entry', entry],
  ]
  const seen = new Set<string>()
  for (const [path, { id, source }] of policies) {
    if (seen.has(id)) faults.add(`${path}.id`, 'id.duplicate', `${id} is used twice`)
    seen.add(id)
    if (source >= tariff.sources.length) {
      faults.add(`${path}.source`, 'source.unknown', `there is no source ${source}`)
    }
  }
}

function checkRule(tariff: Tariff, { base, when }: FareRule, index: number, faults: Faults): void {
  const path = `rules[${index}]`
  const last = index === tariff.rules.length - 1
  if (!last && Object.keys(when).length === 0) {
    faults.add(path, 'rules.dead', 'always holds, so the rules behind it can never price a ride')
  }
  const byNetwork =
    (base.kind === 'distance-ladder' && base.distance === 'shortest-path') ||
    (base.kind === 'stop-ladder' && base.stops === 'network')
  if (byNetwork && tariff.network === null) {
    faults.add(
      'network',
      'ladder.no-network',
      `${path} goes by the shortest path and needs a network`,
    )
  }
  const unbounded =
    (base.kind === 'elapsed-ladder' ||
      (base.kind === 'distance-ladder' && !byNetwork) ||
      (base.kind === 'stop-ladder' && base.stops === 'ride')) &&
    base.capFen === null
  if (unbounded && tariff.maximum.kind !== 'fixed') {
    faults.add('maximum', 'maximum.unbounded', `${path} grows for ever: the maximum must be fixed`)
  }
}
