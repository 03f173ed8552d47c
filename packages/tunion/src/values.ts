import {
  type Day,
  type Fen,
  type Instant,
  parseDay,
  SHANGHAI_OFFSET_MS,
  shanghaiDigits,
  UnifareError,
} from '@unifare/core'
import type { TunionErrorCode } from './errors.ts'
import { readFee, writeFee } from './fee-text.ts'
import { fromGbk, toGbk } from './gbk.ts'
import { type FieldObject, readObjects, writeObjects } from './objects.ts'

/** What the values of a field are for a program, by the type of the field. */
export interface ValueOf {
  /** Zero-padded whole number. */
  readonly count: number
  /** Zero-padded whole fen. */
  readonly fen: Fen
  /** Digits that fill the field: serials, types, codes. */
  readonly digits: string
  /** Printable ASCII, padded with spaces behind; may be empty. */
  readonly code: string
  /** Upper-case hexadecimal that fills the field. */
  readonly hex: string
  /** Exact micro-fen, written as a decimal of fen. */
  readonly fee: bigint
  /** `YYYYMMDD`. */
  readonly date: Day
  /** `YYYYMMDDHHMMSS`, Asia/Shanghai: whole seconds. */
  readonly time: Instant
  /** `YYYYMMDDHHMMSSmmm`, Asia/Shanghai; nines are null: no end. */
  readonly moment: Instant | null
  /** `0` or `1`. */
  readonly flag: boolean
  /** GBK, padded with spaces behind. */
  readonly text: string
  /** Hexadecimal TLV behind its length. */
  readonly objects: readonly FieldObject[]
  /** Reserve: text that is left out where it is blank. */
  readonly spare: string
}

export type ValueType = keyof ValueOf

/**
 * How a type is read from the characters of a field (undefined: not valid), and written. `line` and
 * `from` are for text: where its bytes stand.
 */
interface Codec<T> {
  readonly code: TunionErrorCode
  readonly read: (text: string, line: Uint8Array, from: number) => T | undefined
  /** Characters before padding, undefined for what is no value of the type. */
  readonly write: (value: T, width: number) => string | Uint8Array | undefined
}

const OPEN = '9'.repeat(17)
/** For types that need no bytes. */
export const NOTHING: Uint8Array = new Uint8Array(0)

const whole: Codec<number> = {
  code: 'tunion.bad-number',
  read: (text) => {
    let value = 0
    for (let i = 0; i < text.length; i++) {
      const digit = text.charCodeAt(i) - 48
      if (digit < 0 || digit > 9) return undefined
      value = value * 10 + digit
    }
    return Number.isSafeInteger(value) ? value : undefined
  },
  write: (value, width) =>
    Number.isSafeInteger(value) && value >= 0 ? String(value).padStart(width, '0') : undefined,
}

const text: Codec<string> = {
  code: 'tunion.bad-text',
  read: (characters, line, from) =>
    isPlain(characters)
      ? characters.trimEnd()
      : fromGbk(line.subarray(from, from + characters.length))?.replace(/ +$/, ''),
  write: (value) => (value.endsWith(' ') ? undefined : toGbk(value)),
}

/** The codec of every type: the one place where characters become values. */
export const CODECS: { readonly [T in ValueType]: Codec<ValueOf[T]> } = {
  count: whole,
  fen: whole,
  digits: {
    code: 'tunion.bad-number',
    read: (characters) => (isDigits(characters) ? characters : undefined),
    write: (value, width) => (isDigits(value) && value.length === width ? value : undefined),
  },
  code: {
    code: 'tunion.bad-code',
    read: (characters) =>
      isPlain(characters) && (characters.charCodeAt(0) !== 32 || characters.trim() === '')
        ? characters.trimEnd()
        : undefined,
    write: (value) => (isPlain(value) && value.trim() === value ? value : undefined),
  },
  hex: {
    code: 'tunion.bad-hex',
    read: (characters) => (/^[0-9A-F]*$/.test(characters) ? characters : undefined),
    write: (value, width) =>
      /^[0-9A-F]*$/.test(value) && value.length === width ? value : undefined,
  },
  fee: { code: 'tunion.bad-fee', read: readFee, write: writeFee },
  date: {
    code: 'tunion.bad-date',
    read: (digits) =>
      orUndefined(() => {
        const day = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
        parseDay(day)
        return day
      }),
    write: (day) =>
      orUndefined(() => {
        parseDay(day)
        return day.replaceAll('-', '')
      }),
  },
  time: {
    code: 'tunion.bad-time',
    read: instantOf,
    write: (at) => (at % 1000 === 0 ? digitsOf(at) : undefined),
  },
  moment: {
    code: 'tunion.bad-time',
    read(digits) {
      if (digits === OPEN) return null
      const [second, ms] = [
        instantOf(digits.slice(0, 14)),
        whole.read(digits.slice(14), NOTHING, 0),
      ]
      return second === undefined || ms === undefined ? undefined : second + ms
    },
    write: (at) => (at === null ? OPEN : momentOf(at)),
  },
  flag: {
    code: 'tunion.bad-flag',
    read: (character) => (character === '0' || character === '1' ? character === '1' : undefined),
    write: (value) => (value ? '1' : '0'),
  },
  text,
  objects: {
    code: 'tunion.bad-tlv',
    read: (characters) => readObjects(characters),
    write: (objects) => writeObjects(objects),
  },
  spare: text,
}

/** Instant of 14 digits in Asia/Shanghai, years 1000 to 9999; undefined when there is no such time. */
function instantOf(digits: string): Instant | undefined {
  const [year, month, day] = [number(digits, 0, 4), number(digits, 4, 6), number(digits, 6, 8)]
  const [hour, minute, second] = [
    number(digits, 8, 10),
    number(digits, 10, 12),
    number(digits, 12, 14),
  ]
  const fits =
    year >= 1000 && month >= 1 && month <= 12 && day >= 1 && hour < 24 && minute < 60 && second < 60
  if (!fits || day > (day > 28 ? daysOf(year, month) : 28)) return undefined
  return Date.UTC(year, month - 1, day, hour, minute, second) - SHANGHAI_OFFSET_MS
}

/** Number of some digits; not a number, which compares to nothing, for anything else. */
function number(digits: string, from: number, end: number): number {
  let value = 0
  for (let i = from; i < end; i++) {
    const digit = digits.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** 14 digits of an instant, in the years that are read again. */
function digitsOf(at: Instant): string | undefined {
  const digits = orUndefined(() => shanghaiDigits(at))
  return digits !== undefined && isDigits(digits) && digits[0] !== '0' ? digits : undefined
}

function momentOf(at: Instant): string | undefined {
  const ms = ((at % 1000) + 1000) % 1000
  const digits = Number.isSafeInteger(at) ? digitsOf(at - ms) : undefined
  return digits === undefined ? undefined : digits + String(ms).padStart(3, '0')
}

function isDigits(characters: string): boolean {
  for (let i = 0; i < characters.length; i++) {
    const code = characters.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return true
}

function isPlain(characters: string): boolean {
  for (let i = 0; i < characters.length; i++) {
    const code = characters.charCodeAt(i)
    if (code < 32 || code > 126) return false
  }
  return true
}

function orUndefined<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof UnifareError || error instanceof RangeError) return undefined
    throw error
  }
}
