import { concat, fromHex, requireData, type Tx, toHex } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import { type FileRow, fileParts, files } from './tables.ts'

/** Parts of one file at most, and bytes of one: a file goes in messages of at most 1 MiB. */
export const FILE_PARTS_MAX = 64
export const FILE_PART_BYTES = 480 * 1024
/** Files of one sender whose parts are still coming. */
const OPEN_MAX = 4

/** Part of a file as an order of its sender carries it. */
export interface FileOrder {
  readonly name: string
  readonly part: number
  readonly parts: number
  /** SHA-256 of the whole content, hexadecimal. */
  readonly hash: string
  readonly bytes: Uint8Array
}

/** Orders that carry a file, part by part: bodies for `order` messages. */
export function fileOrders(name: string, content: Uint8Array): Readonly<Record<string, unknown>>[] {
  const parts = Math.max(1, Math.ceil(content.length / FILE_PART_BYTES))
  requireData(parts <= FILE_PARTS_MAX, 'tunion.too-large', `${content.length} bytes in one file`)
  const hash = toHex(sha256(content))
  return Array.from({ length: parts }, (_, part) => {
    const bytes = content.subarray(part * FILE_PART_BYTES, (part + 1) * FILE_PART_BYTES)
    return { do: 'file', name, part, parts, hash, bytes: toHex(bytes) }
  })
}

/** Reads an order; throws `message.malformed`. */
export function readFileOrder(order: Readonly<Record<string, unknown>>): FileOrder {
  const { name, part, parts, hash, bytes } = order
  const whole = (value: unknown): value is number => Number.isSafeInteger(value)
  const fits =
    typeof name === 'string' &&
    typeof hash === 'string' &&
    /^[0-9A-F]{64}$/.test(hash) &&
    whole(part) &&
    whole(parts) &&
    part >= 0 &&
    part < parts &&
    parts <= FILE_PARTS_MAX &&
    typeof bytes === 'string' &&
    bytes.length <= 2 * FILE_PART_BYTES &&
    /^([0-9A-F]{2})*$/.test(bytes)
  requireData(fits, 'message.malformed', 'a file has name, part, parts, hash and bytes')
  return { name, part, parts, hash, bytes: fromHex(bytes) }
}

/**
 * Keeps a part. Returns the content when it was the last one that missed, else undefined. A file
 * that never became whole is replaced by another content of its name: nothing of it was taken.
 */
export async function keepPart(
  tx: Tx,
  order: FileOrder,
  row: FileRow,
): Promise<Uint8Array | undefined> {
  const { sender, name } = row
  const [known] = await tx.get(files, [{ sender, name }])
  if (known === undefined) {
    const open = (await tx.select(files, { state: 'open' })).filter((one) => one.sender === sender)
    requireData(open.length < OPEN_MAX, 'tunion.too-large', `${sender} has too many open files`)
  }
  const before = await tx.select(fileParts, { sender, name })
  if (known !== undefined && known.hash !== order.hash) await tx.remove(fileParts, before)
  const { part, bytes } = order
  await tx.put(fileParts, [{ sender, name, part, bytes }])
  const held = await tx.select(fileParts, { sender, name })
  if (held.length < order.parts) {
    await tx.put(files, [row])
    return undefined
  }
  await tx.remove(fileParts, held)
  const content = concat(...held.map((one) => one.bytes))
  requireData(
    toHex(sha256(content)) === order.hash,
    'message.malformed',
    `${name} does not match its hash`,
  )
  return content
}
