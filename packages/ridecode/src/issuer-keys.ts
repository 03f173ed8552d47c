import { fromHex, type UnifareError } from '@unifare/core'
import { pureEngine, type SignatureEngine } from '@unifare/crypto'
import { codeFault } from './errors.ts'
import { type IdPolicy, isIdPolicy } from './id-policy.ts'
import type { CodeFamily } from './platform.ts'
import type { ReadableFamily } from './platforms/platform-code.ts'
import { openRootRecord, type Root } from './root.ts'

/** Whose codes are taken: content of the list `issuer-keys`, as JSON. */
export interface IssuerKeysContent {
  readonly roots: readonly {
    readonly index: number
    /** Root record, 144 bytes in hexadecimal. */
    readonly record: string
  }[]
  readonly issuers: readonly IssuerEntry[]
  /** Members whose codes have a layout of their own; none when not given. */
  readonly platforms?: readonly {
    readonly family: ReadableFamily
    /** Member that the rides are charged to, 8 digits. */
    readonly institution: string
    /** Most that one ride may cost. */
    readonly capFen: number
    /** Keys by the index that codes name; points in hexadecimal. */
    readonly keys: readonly { readonly index: number; readonly publicKey: string }[]
  }[]
}

/** A platform that is a member, opened for verification. */
export interface PlatformEntry {
  readonly institution: string
  readonly capFen: number
  readonly keys: readonly { readonly index: number; readonly publicKey: Uint8Array }[]
}

/** An issuer's codes on a platform. */
export interface IssuerEntry {
  /** Card issuer, 8 digits (field 6). */
  readonly issuer: string
  /** Code platform, 8 digits (field 7). */
  readonly platform: string
  /** Versions taken, 128 to 255. */
  readonly versions: readonly number[]
  readonly idPolicy: IdPolicy
  /** Whose certificate signs for the issuer, 8 digits; the issuer's own when not given. */
  readonly certificateIssuer?: string
  /** Roots that may certify it; any of the list when not given. */
  readonly roots?: readonly number[]
  /** Certificates below this serial are withdrawn. */
  readonly minSerial?: number
  readonly revokedSerials?: readonly number[]
}

/** The list opened for verification. */
export interface IssuerKeys {
  /** Root by its index. */
  root(index: number): Root | undefined
  entry(asked: {
    readonly issuer: string
    readonly platform: string
    readonly version: number
  }): IssuerEntry | undefined
  /** Platform that is a member, by the family of its codes. */
  platform(family: CodeFamily): PlatformEntry | undefined
}

/**
 * Reads the list whole and checks every root record, or throws `code.bad-issuer-keys` with the
 * place of the fault, so that a terminal keeps its last good list.
 */
export function parseIssuerKeys(
  content: unknown,
  engine: SignatureEngine = pureEngine,
): IssuerKeys {
  const lists = content as Partial<Record<keyof IssuerKeysContent, unknown>> | null
  const roots = new Map<number, Root>()
  listOf(lists?.roots, 'roots').forEach((row, at) => {
    const root = openRoot(row, `roots[${at}]`, engine)
    need(!roots.has(root.index), `roots[${at}].index ${root.index} is there twice`)
    roots.set(root.index, root)
  })
  const entries = new Map<string, IssuerEntry>()
  listOf(lists?.issuers, 'issuers').forEach((row, at) => {
    const entry = readEntry(row, `issuers[${at}]`)
    for (const version of entry.versions) {
      const name = nameOf({ ...entry, version })
      need(!entries.has(name), `issuers[${at}] repeats ${name}`)
      entries.set(name, entry)
    }
  })
  const platforms = new Map<string, PlatformEntry>()
  listOf(lists?.platforms ?? [], 'platforms').forEach((row, at) => {
    const { family } = row
    need(isReadable(family), `platforms[${at}].family is none whose codes can be verified`)
    need(!platforms.has(family), `platforms[${at}] repeats ${family}`)
    platforms.set(family, readPlatform(row, `platforms[${at}]`))
  })
  return {
    root: (index) => roots.get(index),
    entry: (asked) => entries.get(nameOf(asked)),
    platform: (family) => platforms.get(family),
  }
}

function nameOf({ issuer, platform, version }: Parameters<IssuerKeys['entry']>[0]): string {
  return `${issuer}.${platform}.${version}`
}

type Row = Readonly<Record<string, unknown>>

function openRoot(row: Row, place: string, engine: SignatureEngine): Root {
  const { record, index } = row
  need(typeof record === 'string', `${place}.record is not a text`)
  let root: Root
  try {
    root = openRootRecord(fromHex(record), engine)
  } catch (error) {
    throw codeFault('code.bad-issuer-keys', `${place}: ${(error as UnifareError).message}`)
  }
  need(root.index === index, `${place}.index is not that of its record`)
  return root
}

const isId = (value: unknown) => typeof value === 'string' && /^[0-9]{8}$/.test(value)
const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0
const isVersion = (value: unknown) => isCount(value) && Number(value) >= 128 && Number(value) < 256
const optional = (check: (value: unknown) => boolean) => (value: unknown) =>
  value === undefined || check(value)
const listOfAll = (check: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(check)

const ENTRY_CHECKS = {
  issuer: isId,
  platform: isId,
  versions: listOfAll(isVersion),
  idPolicy: isIdPolicy,
  certificateIssuer: optional(isId),
  roots: optional(listOfAll(isCount)),
  minSerial: optional(isCount),
  revokedSerials: optional(listOfAll(isCount)),
} as const satisfies Record<keyof IssuerEntry, (value: unknown) => boolean>

function readEntry(row: Row, place: string): IssuerEntry {
  for (const [field, check] of Object.entries(ENTRY_CHECKS)) {
    need(check(row[field]), `${place}.${field} is missing or does not fit`)
  }
  return row as unknown as IssuerEntry
}

const READABLE: readonly unknown[] = ['tencent', 'alipay', 'city-card', 'unionpay']

function isReadable(value: unknown): value is ReadableFamily {
  return READABLE.includes(value)
}

function readPlatform(row: Row, place: string): PlatformEntry {
  const { institution, capFen } = row
  need(isId(institution) && isCount(capFen), `${place} lacks institution or cap`)
  const keys = listOf(row['keys'], `${place}.keys`).map(({ index, publicKey }, at) => {
    const good =
      isCount(index) && typeof publicKey === 'string' && /^([0-9A-Fa-f]{2})+$/.test(publicKey)
    need(good, `${place}.keys[${at}] is none`)
    return { index: Number(index), publicKey: fromHex(String(publicKey)) }
  })
  return { institution: String(institution), capFen: Number(capFen), keys }
}

function listOf(value: unknown, name: string): readonly Row[] {
  need(Array.isArray(value), `there is no list ${name}`)
  const rows: readonly unknown[] = value
  for (const row of rows) need(typeof row === 'object' && row !== null, `a row of ${name} is none`)
  return rows as readonly Row[]
}

function need(condition: boolean, what: string): asserts condition {
  if (!condition) throw codeFault('code.bad-issuer-keys', what)
}
