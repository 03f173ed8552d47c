import { UnifareError } from '@unifare/core'

/** Where a value stands in a data file, as a person writes it: `simulated.institutions[3].id`. */
export type Place = string

/** Turns an unknown value into a typed one or throws `registry.bad-data` with its place. */
export type Reader<T> = (value: unknown, place: Place) => T

type Shape = Readonly<Record<string, Reader<unknown>>>
type Shaped<S extends Shape> = { readonly [K in keyof S]: S[K] extends Reader<infer T> ? T : never }

function refuse(place: Place, value: unknown, wanted: string): never {
  const found = value === undefined ? 'nothing' : JSON.stringify(value)
  throw new UnifareError('registry.bad-data', `${place}: ${wanted} is needed, found ${found}`, {
    place,
  })
}

/** A text that is not empty. */
export const text: Reader<string> = (value, place) =>
  typeof value === 'string' && value !== '' ? value : refuse(place, value, 'a text')

/** True, false or (not told) null. */
export const mark: Reader<boolean | null> = (value, place) =>
  value === null || typeof value === 'boolean' ? value : refuse(place, value, 'true, false or null')

/** Exactly true or false. */
export const flag: Reader<boolean> = (value, place) =>
  typeof value === 'boolean' ? value : refuse(place, value, 'true or false')

/** A finite number, at least `min`. */
export function number(min: number): Reader<number> {
  return (value, place) =>
    typeof value === 'number' && Number.isFinite(value) && value >= min
      ? value
      : refuse(place, value, `a number from ${min}`)
}

/** A whole number, at least `min`. */
export function whole(min: number): Reader<number> {
  return (value, place) =>
    Number.isSafeInteger(value) && (value as number) >= min
      ? (value as number)
      : refuse(place, value, `a whole number from ${min}`)
}

/** A text of a form, described for the message. */
export function form(pattern: RegExp, wanted: string): Reader<string> {
  return (value, place) =>
    typeof value === 'string' && pattern.test(value) ? value : refuse(place, value, wanted)
}

/** This value and no other. */
export function exactly<const T extends string | boolean>(wanted: T): Reader<T> {
  return (value, place) => (value === wanted ? wanted : refuse(place, value, `${wanted}`))
}

/** One of a closed list of words. */
export function oneOf<const T extends string>(...words: readonly T[]): Reader<T> {
  return (value, place) =>
    words.find((word) => word === value) ?? refuse(place, value, `one of ${words.join(', ')}`)
}

/** The value or null. */
export function nullable<T>(reader: Reader<T>): Reader<T | null> {
  return (value, place) => (value === null ? null : reader(value, place))
}

/** The value, or `missing` where the file leaves the field out. */
export function optional<T, M>(reader: Reader<T>, missing: M): Reader<T | M> {
  return (value, place) => (value === undefined ? missing : reader(value, place))
}

/** An array; the place of an item is its index from 0. */
export function list<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (value, place) =>
    Array.isArray(value)
      ? value.map((item, index) => reader(item, `${place}[${index}]`))
      : refuse(place, value, 'an array')
}

/** An object with these fields and no others, so that a misspelt field is found. */
export function object<S extends Shape>(shape: S): Reader<Shaped<S>> {
  return (value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      refuse(place, value, 'an object')
    const fields = value as Record<string, unknown>
    for (const name of Object.keys(fields))
      if (!Object.hasOwn(shape, name)) refuse(`${place}.${name}`, fields[name], 'no such field')
    const read: Record<string, unknown> = {}
    for (const [name, reader] of Object.entries(shape))
      read[name] = reader(fields[name], `${place}.${name}`)
    return read as Shaped<S>
  }
}

/** Six digits of a division, GB/T 2260. */
export const division = form(/^\d{6}$/, 'a GB/T 2260 code of six digits')

/** Four digits of a clearing city, GB/T 13497 style. */
export const clearingCity = form(/^\d{4}$/, 'a clearing city code of four digits')

/** Eight digits of an institution. */
export const institutionId = form(/^\d{8}$/, 'an institution code of eight digits')

/** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`: as exact as the source tells. */
export const date = form(/^\d{4}(-\d\d(-\d\d)?)?$/, 'a date YYYY[-MM[-DD]]')

/** Runs once, at the first call: data is parsed when it is asked for, not when it is imported. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
