import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { fromHex, requireData } from '@unifare/core'

/** Longest thing that a reader would give; codes have at most 364 bytes. */
const BYTES_MAX = 4096

/** Bytes of a code given as text, as a file, or on standard input. Throws `code.unreadable`. */
export async function readCode(given: string): Promise<Uint8Array> {
  const direct = bytesOf(given)
  if (direct !== undefined) return direct
  const content =
    given === '-' ? await buffer(process.stdin) : await readFile(given).catch(() => undefined)
  requireData(
    content !== undefined,
    'code.unreadable',
    `"${given.slice(0, 40)}" is no hexadecimal, no base64 and no file`,
  )
  requireData(
    content.length <= BYTES_MAX,
    'code.unreadable',
    `${content.length} bytes are too many for a code`,
  )
  const bytes = new Uint8Array(content)
  return bytesOf(content.toString('latin1').trim()) ?? bytes
}

function bytesOf(text: string): Uint8Array | undefined {
  if (/^([0-9A-Fa-f]{2}){8,}$/.test(text)) return fromHex(text)
  const isBase64 = /^[A-Za-z0-9+/]{16,}={0,2}$/.test(text) && text.length % 4 === 0
  return isBase64 ? new Uint8Array(Buffer.from(text, 'base64')) : undefined
}
