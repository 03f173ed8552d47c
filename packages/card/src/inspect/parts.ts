import { fromHex, toHex } from '@unifare/core'
import type { ProblemList } from './problems.ts'

/** One part of a dump as bytes, with its name for problems. */
export interface Part {
  readonly where: string
  /** Its name among its like: `2701`, or the record number from 1; empty when it stands alone. */
  readonly key: string
  readonly bytes: Uint8Array
}

/** A dump as bytes: what was no hexadecimal is told and left out. */
export interface Parts {
  readonly fci: readonly Part[]
  readonly balance: readonly Part[]
  /** Parts of a file, by two hexadecimal digits of its SFI. */
  readonly files: ReadonlyMap<string, readonly Part[]>
}

/** Names that a dump may have at its top. */
const TOP = ['fci', 'balance', 'files']

/** Reads the hexadecimal of a dump, whatever its shape. */
export function readParts(dump: unknown, problems: ProblemList): Parts {
  const top = isRecord(dump) ? dump : {}
  if (!isRecord(dump)) problems.add('inspect.not-text', 'dump', dump)
  for (const name of Object.keys(top)) {
    if (!TOP.includes(name)) problems.add('inspect.unknown-part', name, top[name])
  }
  const given = top['files'] ?? {}
  if (!isRecord(given)) problems.add('inspect.not-text', 'files', given)
  const files = new Map<string, readonly Part[]>()
  for (const [name, value] of Object.entries(isRecord(given) ? given : {})) {
    files.set(
      name.toUpperCase().padStart(2, '0').slice(-2),
      partsOf(value, `files.${name}`, problems),
    )
  }
  return {
    fci: partsOf(top['fci'], 'fci', problems),
    balance: partsOf(top['balance'], 'balance', problems),
    files,
  }
}

/** Every piece of hexadecimal in a text, a list or an object of texts. Null and absent are none. */
function partsOf(value: unknown, where: string, problems: ProblemList): readonly Part[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) {
    return value.flatMap((each, index) =>
      partOf(each, { where: `${where}[${index}]`, key: String(index + 1) }, problems),
    )
  }
  if (isRecord(value)) {
    return Object.entries(value).flatMap(([key, each]) =>
      partOf(each, { where: `${where}.${key}`, key: key.toUpperCase() }, problems),
    )
  }
  return partOf(value, { where, key: '' }, problems)
}

function partOf(
  value: unknown,
  name: { readonly where: string; readonly key: string },
  problems: ProblemList,
): readonly Part[] {
  if (value === null || value === '') return []
  if (typeof value !== 'string') {
    problems.add('inspect.not-text', name.where, value)
    return []
  }
  try {
    return [{ ...name, bytes: fromHex(value) }]
  } catch {
    problems.add('inspect.not-hex', name.where, value)
    return []
  }
}

/**
 * Bytes of a part at the length it should have. Behind that length zeros, FF or a status word 9000
 * are dropped in silence; anything else is told and dropped. Null, and told, when it is too short.
 */
export function fitted(part: Part, length: number, problems: ProblemList): Uint8Array | null {
  const { bytes, where } = part
  const rest = bytes.subarray(length)
  const harmless = toHex(rest) === '9000' || /^(0*|F*)$/.test(toHex(rest))
  if (bytes.length < length || !harmless) {
    problems.add('inspect.wrong-length', where, toHex(bytes))
  }
  return bytes.length < length ? null : bytes.slice(0, length)
}

/** Place of a record in its file: as the dump numbers it, else its place in the list. */
export function recordNumber({ key }: Part, index: number): number {
  return /^\d+$/.test(key) ? Number(key) : index + 1
}

/** A file that was given as one text: cut into its records. */
export function recordsOf(parts: readonly Part[], length: number): readonly Part[] {
  const [only] = parts
  if (parts.length !== 1 || only === undefined || only.bytes.length < 2 * length) return parts
  const count = Math.floor(only.bytes.length / length)
  return Array.from({ length: count }, (_, i) => ({
    where: `${only.where}[${i}]`,
    key: String(i + 1),
    // What is left over goes with the last record, where it is told.
    bytes: only.bytes.slice(i * length, i + 1 === count ? undefined : (i + 1) * length),
  }))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
