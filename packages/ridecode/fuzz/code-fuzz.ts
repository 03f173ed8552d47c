import { createSeededRandom, fromHex, toHex, UnifareError } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import {
  checkCap,
  codeFamily,
  decodeCustomField,
  type IssuerKeys,
  parseCode,
  parseCodeV1,
  readPlatformCode,
  verifyCode,
} from '../src/index.ts'

/** One input for every way through the readers that was found: hexadecimal by the way's name. */
export type Corpus = Readonly<Record<string, string>>

/** A broken rule, with the input that broke it. */
export interface CodeFault {
  readonly rule: string
  readonly input: string
}

/** What a run did. */
export interface CodeFuzzSummary {
  readonly runs: number
  readonly accepted: number
  readonly corpus: Corpus
  readonly slowestMs: number
  readonly fault: CodeFault | null
}

/** Most bytes that a QR symbol of any reader gives. */
const LENGTH_MAX = 2_953
/** Values that fields with a meaning in them like to break at. */
const EDGES = [0x00, 0x01, 0x7f, 0x80, 0x15, 0x20, 0x21, 0x24, 0xfe, 0xff] as const

/**
 * Mutates codes and lets those that find a new way through parser and verifier have offspring.
 * The rules: nothing throws but our own errors; only bytes that an honest phone has signed are
 * accepted; what is accepted reads the same twice. The same seed tries the same inputs.
 */
export function fuzzCodes(options: {
  readonly seed: string
  readonly runs: number
  /** Codes that honest phones made; the only ones that may be accepted. */
  readonly honest: readonly Uint8Array[]
  /** Codes of others, to begin from. */
  readonly foreign: readonly Uint8Array[]
  readonly corpus: Corpus
  readonly keys: IssuerKeys
  readonly engine: SignatureEngine
  readonly atS: number
  readonly nowMs: () => number
}): CodeFuzzSummary {
  const { honest, foreign, runs, nowMs } = options
  const random = createSeededRandom(options.seed)
  const below = (limit: number) => {
    const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4)
    return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % limit
  }
  const good = new Set(honest.map(toHex))
  const found = new Map<string, Uint8Array>(
    Object.entries(options.corpus).map(([way, hex]) => [way, fromHex(hex)]),
  )
  const seeds = [...honest, ...foreign]
  let pool = [...seeds, ...found.values()]
  let accepted = 0
  let slowestMs = 0
  for (let run = 0; run < runs; run++) {
    const input = mutate(pool[below(pool.length)] ?? new Uint8Array(0), pool, below)
    const started = nowMs()
    const walked = walk(input, options)
    slowestMs = Math.max(slowestMs, nowMs() - started)
    const rule = walked.broken ?? (walked.accepted && !good.has(toHex(input)) ? 'unsigned' : null)
    if (rule !== null) {
      const fault = { rule, input: toHex(input) }
      return { runs: run + 1, accepted, corpus: corpusOf(found), slowestMs, fault }
    }
    if (walked.accepted) accepted += 1
    if (found.has(walked.way)) continue
    found.set(walked.way, input)
    pool = [...seeds, ...found.values()]
  }
  return { runs, accepted, corpus: corpusOf(found), slowestMs, fault: null }
}

/** The way of an input through everything that reads foreign codes. */
export function walk(
  input: Uint8Array,
  {
    keys,
    engine,
    atS,
  }: { readonly keys: IssuerKeys; readonly engine: SignatureEngine; readonly atS: number },
): { readonly way: string; readonly accepted: boolean; readonly broken: string | null } {
  try {
    const family = codeFamily(input)
    const steps: string[] = [family]
    for (const read of [parseCode, parseCodeV1]) {
      const parsed = read(input)
      steps.push(parsed.ok ? 'read' : parsed.code)
      if (parsed.ok && 'custom' in parsed.code) decodeCustomField(parsed.code.custom)
    }
    readPlatformCode(family, input)
    const verdict = verifyCode({ bytes: input, atS, keys, engine })
    steps.push(verdict.ok ? 'accepted' : verdict.code)
    if (verdict.ok) checkCap(verdict.code, 1)
    return { way: steps.join(' / '), accepted: verdict.ok, broken: null }
  } catch (error) {
    const known = error instanceof UnifareError
    return { way: 'thrown', accepted: false, broken: known ? `threw ${error.code}` : String(error) }
  }
}

/** One to four changes: bits, edges, cuts, growth, parts of another code. */
function mutate(
  parent: Uint8Array,
  pool: readonly Uint8Array[],
  below: (limit: number) => number,
): Uint8Array {
  let bytes: Uint8Array = parent.slice()
  for (let left = 1 + below(4); left > 0; left--) {
    const at = bytes.length === 0 ? 0 : below(bytes.length)
    switch (below(7)) {
      case 0:
        if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8))
        break
      case 1:
        if (bytes.length > 0) bytes[at] = EDGES[below(EDGES.length)] ?? 0
        break
      case 2:
        bytes = bytes.slice(0, at)
        break
      case 3:
        bytes = bytes.slice(at)
        break
      case 4:
        bytes = joined(bytes, new Uint8Array(1 + below(40)).fill(below(256)))
        break
      case 5: {
        const other = pool[below(pool.length)] ?? bytes
        bytes = joined(bytes.slice(0, at), other.slice(at))
        break
      }
      default: {
        const other = pool[below(pool.length)] ?? bytes
        const from = other.length === 0 ? 0 : below(other.length)
        bytes = joined(bytes.slice(0, at), other.slice(from, from + 64), bytes.slice(at + 64))
      }
    }
  }
  return bytes
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part])).slice(0, LENGTH_MAX)
}

function corpusOf(found: ReadonlyMap<string, Uint8Array>): Corpus {
  return Object.fromEntries(
    [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([way, bytes]) => [way, toHex(bytes)]),
  )
}
