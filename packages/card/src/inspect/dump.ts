import { fromHex, parseJson } from '@unifare/core'
import { cardError } from '../errors.ts'
import { COMPOSITE_BYTES } from '../files/composite-records.ts'

/** Hexadecimal of one part, of several, or of parts by name. */
export type DumpPart = string | readonly string[] | Readonly<Record<string, string>>

/**
 * What somebody read from a card, in hexadecimal, with any part missing: answer to SELECT, answer
 * to GET BALANCE (or several by P1: `{ "00": .., "01": .., "03": .. }`), files by SFI. Records
 * stand newest first, those of EF 1A by their id.
 */
export interface CardDump {
  /** One FCI, or those of several applications. */
  readonly fci?: string | readonly string[]
  readonly balance?: string | Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, DumpPart>>
}

/**
 * Reads a dump: a JSON text, or bare hexadecimal with a part on each line (blanks inside a line are
 * allowed), told apart by their length and first bytes. What stands inside is judged by
 * `inspectCard`. Throws `card.bad-dump` for text that is neither.
 */
export function parseDump(text: string): CardDump {
  const trimmed = text.trim()
  return trimmed.startsWith('{') ? jsonDump(trimmed) : hexDump(trimmed)
}

function jsonDump(text: string): CardDump {
  const value = readJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw cardError('card.bad-dump')
  }
  return value as CardDump
}

function readJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw cardError('card.bad-dump', { found: text.slice(0, 40) })
  }
}

/** What a bare part can be, by its length. */
const PLACES: Readonly<Record<number, string>> = {
  30: '15',
  55: '16',
  60: '17',
  23: '18',
  48: '1E',
}

function hexDump(text: string): CardDump {
  const fci: string[] = []
  const files: Record<string, string[]> = {}
  const composites: Record<string, string> = {}
  let balance: string | undefined
  const lines = text.split(/[\n,;]/).map((line) => line.replace(/\s+/g, ''))
  for (const line of lines.filter((each) => each !== '')) {
    const bytes = hexLine(line)
    const file = PLACES[bytes.length]
    if (bytes[0] === 0x6f) fci.push(line)
    else if (bytes.length === 4) balance = line
    else if (bytes[0] === 0x27 && bytes.length === COMPOSITE_BYTES) {
      composites[line.slice(0, 4)] = line
    } else if (file !== undefined) files[file] = [...(files[file] ?? []), line]
    else throw cardError('card.bad-dump', { found: line })
  }
  const records = Object.keys(composites).length > 0 ? { '1A': composites } : {}
  return { fci, ...(balance === undefined ? {} : { balance }), files: { ...files, ...records } }
}

function hexLine(line: string): Uint8Array {
  try {
    return fromHex(line)
  } catch {
    throw cardError('card.bad-dump', { found: line })
  }
}
