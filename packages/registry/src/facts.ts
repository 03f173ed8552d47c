import factsFile from '../data/facts.json' with { type: 'json' }
import lingnanFile from '../data/lingnan-pass.json' with { type: 'json' }
import {
  date,
  division,
  exactly,
  list,
  mark,
  nullable,
  object,
  once,
  oneOf,
  optional,
  text,
  whole,
} from './parse.ts'

const documentId = oneOf('t-union', 'ride-code')
const source = { words: text, document: documentId, sourceLine: whole(1) }

const readFacts = object({
  about: text,
  /** Numbers with their date; `value` null: the source gives an order of magnitude only. */
  counts: list(
    object({
      id: text,
      date: nullable(date),
      value: nullable(whole(0)),
      unit: text,
      status: oneOf('told', 'expected'),
      ...source,
    }),
  ),
  /** The timeline. */
  events: list(
    object({
      date,
      en: text,
      places: list(text),
      status: oneOf('done', 'trial', 'planned'),
      ...source,
    }),
  ),
  /** What holds for every card or code of a network. */
  rules: list(object({ id: text, en: text, ...source })),
  /** Virtual cards and apps that carry a card or code. */
  products: list(
    object({
      name: text,
      kind: oneOf('virtual-card', 'ride-code-app'),
      basedOn: nullable(text),
      network: nullable(documentId),
      province: nullable(text),
      channel: nullable(text),
      from: nullable(date),
      status: nullable(oneOf('trial', 'in-service')),
      ...source,
    }),
  ),
})

/** Counts, timeline, rules and products of the running texts, each with the source's words. */
export type Facts = ReturnType<typeof readFacts>

/** Reads the facts file; throws `registry.bad-data` with the place of the fault. */
export function parseFacts(file: unknown): Facts {
  return readFacts(file, 'facts')
}

/** What the running text of the two documents tells, dated where it is. */
export const facts: () => Facts = once(() => parseFacts(factsFile))

const readLingnan = object({
  network: exactly('lingnan-pass'),
  name: text,
  printed: text,
  province: text,
  cityCount: whole(1),
  cities: nullable(list(text)),
  asOf: date,
  document: documentId,
  about: text,
  members: list(
    object({
      name: text,
      division,
      card: nullable(text),
      modes: object({
        bus: optional(mark, null),
        metro: optional(mark, null),
        ferry: optional(mark, null),
      }),
      words: text,
      sourceLine: whole(1),
    }),
  ),
})

/** Lingnan Pass: a regional network of its own; `cities` null means their names are not told. */
export type LingnanPass = ReturnType<typeof readLingnan>

/** Reads the Lingnan Pass file; throws `registry.bad-data` with the place of the fault. */
export function parseLingnanPass(file: unknown): LingnanPass {
  return readLingnan(file, 'lingnan-pass')
}

/** The regional network Lingnan Pass (岭南通) as the ride-code document tells of it. */
export const lingnanPass: () => LingnanPass = once(() => parseLingnanPass(lingnanFile))
