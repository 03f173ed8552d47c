import { UnifareError } from '@unifare/core'
import type { FaresErrorCode } from './errors.ts'

/** One fault of a file: where, which rule is broken, in words. */
export interface Fault {
  /** `rules[2].base.steps[0].widthM`; empty for the file itself. */
  readonly path: string
  /** Stable name of the broken rule: `type`, `unknown-key`, `ladder.gap` and so on. */
  readonly rule: string
  readonly message: string
}

/** Notes faults instead of stopping at the first. */
export interface Faults {
  add(path: string, rule: string, message: string): void
}

/**
 * Turns an unknown value into a typed one. After a fault its answer is not to be used: the whole
 * file is refused in the end.
 */
export type Reader<T> = (value: unknown, path: string, faults: Faults) => T

/** What a reader takes, as JSON Schema (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>

const schemas = new WeakMap<object, JsonSchema>()

/** States what a reader takes. */
export function described<T>(reader: Reader<T>, schema: JsonSchema): Reader<T> {
  schemas.set(reader, schema)
  return reader
}

/** The schema of a reader; throws `TypeError` for one that was never described. */
export function schemaOf<T>(reader: Reader<T>): JsonSchema {
  const schema = schemas.get(reader)
  if (schema === undefined) throw new TypeError('a reader has no schema')
  return schema
}

/** A reader of a field that may be left out. */
export interface OptionalReader<T> {
  readonly optional: Reader<T>
}

type Fields<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K>
    ? OptionalReader<Exclude<T[K], undefined>>
    : Reader<T[K]>
}

/** Reads a whole file; throws the code with `details.faults` when there are any. */
export function readFile<T>(value: unknown, reader: Reader<T>, code: FaresErrorCode): T {
  const found: Fault[] = []
  const result = reader(value, '', {
    add: (path, rule, message) => found.push({ path, rule, message }),
  })
  const first = found[0]
  if (first === undefined) return result
  const more = found.length === 1 ? '' : ` (and ${found.length - 1} more)`
  const place = first.path === '' ? '' : `${first.path}: `
  throw new UnifareError(code, `${place}${first.message}${more}`, { faults: found })
}

function wrong<T>(value: unknown, path: string, faults: Faults, wanted: string): T {
  const shown = value === undefined ? 'nothing' : JSON.stringify(value)
  const found = shown.length > 80 ? `${shown.slice(0, 80)}…` : shown
  faults.add(path, value === undefined ? 'missing' : 'type', `${wanted} is needed, found ${found}`)
  return undefined as T
}

/** A whole number within bounds. */
export function whole(min: number, max: number = Number.MAX_SAFE_INTEGER): Reader<number> {
  const wanted =
    max === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${min}`
      : `a whole number ${min} to ${max}`
  return described(
    (value, path, faults) =>
      Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
        ? (value as number)
        : wrong(value, path, faults, wanted),
    { type: 'integer', minimum: min, maximum: max },
  )
}

/** A text that is not empty. */
export const text: Reader<string> = described(
  (value, path, faults) =>
    typeof value === 'string' && value !== '' ? value : wrong(value, path, faults, 'a text'),
  { type: 'string', minLength: 1 },
)

export const flag: Reader<boolean> = described(
  (value, path, faults) =>
    typeof value === 'boolean' ? value : wrong(value, path, faults, 'true or false'),
  { type: 'boolean' },
)

/** A text of a form, described for the message. */
export function form(pattern: RegExp, wanted: string): Reader<string> {
  return described(
    (value, path, faults) =>
      typeof value === 'string' && pattern.test(value) ? value : wrong(value, path, faults, wanted),
    { type: 'string', pattern: pattern.source, description: wanted },
  )
}

/** One of a closed list of words. */
export function oneOf<const T extends string>(...words: readonly T[]): Reader<T> {
  return described(
    (value, path, faults) =>
      words.find((word) => word === value) ??
      wrong(value, path, faults, `one of ${words.join(', ')}`),
    words.length === 1 ? { const: words[0] } : { enum: words },
  )
}

export function nullable<T>(reader: Reader<T>): Reader<T | null> {
  return described((value, path, faults) => (value === null ? null : reader(value, path, faults)), {
    anyOf: [schemaOf(reader), { type: 'null' }],
  })
}

export function optional<T>(reader: Reader<T>): OptionalReader<T> {
  return { optional: reader }
}

/** An array with at least `min` items. */
export function list<T>(reader: Reader<T>, min = 0): Reader<readonly T[]> {
  const read: Reader<readonly T[]> = (value, path, faults) => {
    if (!Array.isArray(value)) return wrong(value, path, faults, 'an array')
    if (value.length < min)
      faults.add(path, 'too-short', `at least ${min} needed, found ${value.length}`)
    return value.map((item, index) => reader(item, `${path}[${index}]`, faults))
  }
  return described(read, {
    type: 'array',
    items: schemaOf(reader),
    ...(min > 0 ? { minItems: min } : {}),
  })
}

/** An object with these fields and no others, so that a misspelt field is found. */
export function object<T extends object>(fields: Fields<T>): Reader<T> {
  const readers = Object.entries(fields) as [string, Reader<unknown> | OptionalReader<unknown>][]
  const readObject: Reader<T> = (value, path, faults) => {
    if (!isObject(value)) return wrong(value, path, faults, 'an object')
    const at = (name: string) => (path === '' ? name : `${path}.${name}`)
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(fields, name)) faults.add(at(name), 'unknown-key', 'no such field')
    }
    const read: Record<string, unknown> = {}
    for (const [name, reader] of readers) {
      const given = Object.hasOwn(value, name) ? value[name] : undefined
      if (typeof reader === 'function') read[name] = reader(given, at(name), faults)
      else if (given !== undefined) read[name] = reader.optional(given, at(name), faults)
    }
    return read as T
  }
  const inner = ([name, reader]: (typeof readers)[number]) =>
    [name, schemaOf(typeof reader === 'function' ? reader : reader.optional)] as const
  return described(readObject, {
    type: 'object',
    properties: Object.fromEntries(readers.map(inner)),
    required: readers.flatMap(([name, reader]) => (typeof reader === 'function' ? name : [])),
    additionalProperties: false,
  })
}

/** An object whose `kind` says which fields it has. */
export function variant<T extends { readonly kind: string }>(
  kinds: Readonly<Record<T['kind'], Reader<T>>>,
): Reader<T> {
  const readers = new Map(Object.entries<Reader<T>>(kinds))
  const read: Reader<T> = (value, path, faults) => {
    if (!isObject(value)) return wrong(value, path, faults, 'an object')
    const reader = readers.get(String(value.kind))
    if (reader !== undefined) return reader(value, path, faults)
    const kind = path === '' ? 'kind' : `${path}.kind`
    return wrong(value.kind, kind, faults, `one of ${[...readers.keys()].join(', ')}`)
  }
  return described(read, { oneOf: [...new Set(readers.values())].map((each) => schemaOf(each)) })
}

/** A further check of what was read; runs only when the reading itself found nothing. */
export function checked<T>(
  reader: Reader<T>,
  check: (value: T, path: string, faults: Faults) => void,
): Reader<T> {
  const read: Reader<T> = (value, path, faults) => {
    let clean = true
    const result = reader(value, path, {
      add: (...fault) => {
        clean = false
        faults.add(...fault)
      },
    })
    if (clean) check(result, path, faults)
    return result
  }
  return described(read, schemaOf(reader))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
