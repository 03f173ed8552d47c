import { UnifareError } from './errors.ts'

/** Any value that JSON can say. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/**
 * The one text of a value: RFC 8785 (JSON Canonicalization Scheme) restricted to safe integers,
 * so that hashes and signatures never depend on how a runtime prints a float. Keys are sorted by
 * UTF-16 code units. Throws `json.not-canonical`, naming the path, for a float, `undefined`, a
 * lone surrogate, or anything that is not a plain object, array, text, boolean, number or null.
 */
export function canonicalJson(value: unknown): string {
  return print(value, [])
}

/** Prints a value; the trail names the place where it stands in the whole. */
function print(value: unknown, trail: string[]): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return printText(value, trail)
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw refusal(trail, `${value} is not a safe integer`)
    return JSON.stringify(value)
  }
  let text = ''
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      trail.push(`[${index}]`)
      text += (index === 0 ? '[' : ',') + print(value[index], trail)
      trail.pop()
    }
    return text === '' ? '[]' : `${text}]`
  }
  if (!isPlainObject(value)) throw refusal(trail, 'not a JSON value')
  for (const key of sortedKeys(value)) {
    text += `${text === '' ? '{' : ','}${printText(key, trail)}:`
    trail.push('.', key)
    text += print(value[key], trail)
    trail.length -= 2
  }
  return text === '' ? '{}' : `${text}}`
}

/** What was read from a canonical text is in order already. */
function sortedKeys(value: object): readonly string[] {
  const keys = Object.keys(value)
  for (let i = 1; i < keys.length; i++) {
    if (keys[i - 1]! > keys[i]!) return keys.sort()
  }
  return keys
}

/** Texts that stand between quotes as they are. */
const PLAIN = /^[ !#-[\]-~]*$/

function printText(text: string, trail: readonly string[]): string {
  if (PLAIN.test(text)) return `"${text}"`
  if (/\p{Surrogate}/u.test(text)) throw refusal(trail, 'text with a lone surrogate')
  return JSON.stringify(text)
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function refusal(trail: readonly string[], why: string): UnifareError {
  const path = `$${trail.join('')}`
  return new UnifareError('json.not-canonical', `${path}: ${why}`, { path })
}

const MAX_DEPTH = 64
const BLANK = /[ \t\n\r]*/y
const LITERAL = /true|false|null/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

interface Reader {
  readonly text: string
  at: number
}

/**
 * Reads JSON as RFC 8259 says, stricter where readers differ: a key given twice, a whole number
 * that is not a safe integer and nesting deeper than 64 are refused.
 * Throws `json.bad` with the position (UTF-16 offset), line and column.
 */
export function parseJson(text: string): Json {
  const reader: Reader = { text, at: 0 }
  const value = readValue(reader, 0)
  take(reader, BLANK)
  if (reader.at < text.length) throw bad(reader, 'unexpected text after the value')
  return value
}

function readValue(reader: Reader, depth: number): Json {
  take(reader, BLANK)
  const first = reader.text[reader.at]
  if (first === undefined) throw bad(reader, 'unexpected end')
  if (depth > MAX_DEPTH) throw bad(reader, 'nested too deeply')
  if (first === '{') return readObject(reader, depth)
  if (first === '[') return readArray(reader, depth)
  if (first === '"') return readText(reader)
  const literal = take(reader, LITERAL)
  if (literal !== undefined) return literal === 'null' ? null : literal === 'true'
  return readNumber(reader)
}

function readObject(reader: Reader, depth: number): Json {
  const members: Record<string, Json> = {}
  reader.at += 1
  if (punctuation(reader, '}')) return members
  for (;;) {
    take(reader, BLANK)
    const start = reader.at
    const key = readText(reader)
    if (Object.hasOwn(members, key)) throw bad({ ...reader, at: start }, `key given twice: ${key}`)
    if (!punctuation(reader, ':')) throw bad(reader, 'expected ":"')
    const value = readValue(reader, depth + 1)
    // Not a plain assignment: the key may be `__proto__`.
    const flags = { configurable: true, enumerable: true, writable: true }
    Object.defineProperty(members, key, { value, ...flags })
    if (punctuation(reader, '}')) return members
    if (!punctuation(reader, ',')) throw bad(reader, 'expected "," or "}"')
  }
}

function readArray(reader: Reader, depth: number): Json {
  const items: Json[] = []
  reader.at += 1
  if (punctuation(reader, ']')) return items
  for (;;) {
    items.push(readValue(reader, depth + 1))
    if (punctuation(reader, ']')) return items
    if (!punctuation(reader, ',')) throw bad(reader, 'expected "," or "]"')
  }
}

function readText(reader: Reader): string {
  const { text, at } = reader
  if (text[at] !== '"') throw bad(reader, 'expected a text in double quotes')
  let end = at + 1
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
  reader.at = end + 1
  try {
    return String(JSON.parse(text.slice(at, end + 1)))
  } catch {
    throw bad({ text, at }, 'text not closed, with a raw control character or a wrong escape')
  }
}

function readNumber(reader: Reader): number {
  const start = reader.at
  const token = take(reader, NUMBER)
  if (token === undefined) throw bad(reader, 'expected a value')
  const value = Number(token)
  const exact = /[.eE]/.test(token) ? Number.isFinite(value) : Number.isSafeInteger(value)
  if (!exact) throw bad({ ...reader, at: start }, `number out of range: ${token}`)
  return value
}

function punctuation(reader: Reader, character: string): boolean {
  take(reader, BLANK)
  if (reader.text[reader.at] !== character) return false
  reader.at += 1
  return true
}

function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at
  const token = pattern.exec(reader.text)?.[0]
  if (token !== undefined) reader.at += token.length
  return token
}

function bad({ text, at }: Reader, why: string): UnifareError {
  const before = text.slice(0, at).split('\n')
  const line = before.length
  const column = (before.at(-1)?.length ?? 0) + 1
  const message = `not JSON: ${why} at position ${at} (line ${line}, column ${column})`
  return new UnifareError('json.bad', message, { position: at, line, column })
}
