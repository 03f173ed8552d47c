import { toHex } from '@unifare/core'
import {
  codeDigest,
  codeFamily,
  codeRejects,
  decodeCustomField,
  parseCode,
  parseCodeV1,
  readPlatformCode,
} from '@unifare/ridecode'
import { EXIT, printJson, printLines } from '../../output.ts'
import { readCode } from './read-code.ts'

/** Tells what a code says, of whatever family; exit code 1 for bytes that no family has. */
export async function inspect(
  given: string,
  options: { readonly json?: boolean },
): Promise<number> {
  const bytes = await readCode(given)
  const family = codeFamily(bytes)
  const told = { family, bytes: bytes.length, digest: toHex(codeDigest(bytes)), ...fields(bytes) }
  if (options.json === true) printJson(told)
  else
    printLines(...Object.entries(told).map(([name, value]) => `${name.padEnd(22)} ${text(value)}`))
  return family === 'unknown' ? EXIT.differences : EXIT.ok
}

function fields(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const family = codeFamily(bytes)
  if (family === 't-union-v1') {
    const old = parseCodeV1(bytes)
    return old.ok ? withoutBytes(old.code) : refused(old.code)
  }
  const platform = readPlatformCode(family, bytes)
  if (platform !== undefined) {
    const { signatures, bytes: _bytes, ...rest } = platform
    return {
      ...rest,
      signatures: signatures.map(({ level, algorithm }) => `${level} ${algorithm}`),
    }
  }
  const parsed = parseCode(bytes)
  if (!parsed.ok) return refused(parsed.code)
  const { certificate, custom, ...code } = parsed.code
  const { caIndex, issuer, serial, lastMonth } = certificate
  return {
    ...withoutBytes(code),
    authorisedUntil: time(code.authorisationExpiryS),
    generatedAt: time(code.generationTimeS),
    validUntil: time(code.generationTimeS + code.validityS),
    certificate: { caIndex, issuer, serial, lastMonth },
    custom: toHex(custom),
    ...(decodeCustomField(custom) ? { customField: decodeCustomField(custom) } : {}),
  }
}

function refused(code: keyof typeof codeRejects) {
  const { en, zh } = codeRejects[code]
  return { refused: code, en, zh }
}

function withoutBytes(code: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(code).flatMap(([name, value]: [string, unknown]) => {
      if (name === 'bytes') return []
      return [[name, value instanceof Uint8Array ? toHex(value) : value]]
    }),
  )
}

function time(seconds: number): string {
  return new Date(seconds * 1_000).toISOString()
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
