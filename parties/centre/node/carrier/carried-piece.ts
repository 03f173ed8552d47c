import { createHash } from 'node:crypto'
import { fromHex, toHex, UnifareError, utf8, view } from '@unifare/core'

/** A file as it is announced: what receivers verify what comes against. */
export interface CarriedFile {
  readonly name: string
  /** SHA-256 of the content, hexadecimal. */
  readonly hash: string
  readonly bytes: number
  readonly pieceBytes: number
  /** SHA-256 of every piece, 32 bytes each. */
  readonly pieces: Uint8Array
}

/** A piece of a file as a message. */
export interface Piece {
  readonly name: string
  readonly hash: string
  readonly index: number
  readonly bytes: Uint8Array
}

const MAGIC = 0x55465031
const HASH_BYTES = 32
/** Magic, index, length of the name, hash of the file. */
const HEAD_BYTES = 10 + HASH_BYTES

/** Half a megabyte fits into what brokers take unasked (NATS: 1 MiB). */
export const DEFAULT_PIECE_BYTES = 512 * 1024

/** Names are plain: a file stands in the receiver's folder and nowhere else. Throws TypeError. */
export function checkName(name: string): void {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) throw new TypeError(`not a name of a file: ${name}`)
}

/** Describes a file's content, cut into pieces. */
export function describeFile(name: string, content: Uint8Array, pieceBytes: number): CarriedFile {
  const count = pieceCount({ bytes: content.length, pieceBytes })
  const pieces = new Uint8Array(count * HASH_BYTES)
  for (let index = 0; index < count; index++) {
    pieces.set(sha256(pieceOf(content, index, pieceBytes)), index * HASH_BYTES)
  }
  return { name, hash: contentHash(content), bytes: content.length, pieceBytes, pieces }
}

export function pieceCount(file: Pick<CarriedFile, 'bytes' | 'pieceBytes'>): number {
  return Math.max(1, Math.ceil(file.bytes / file.pieceBytes))
}

export function pieceOf(content: Uint8Array, index: number, pieceBytes: number): Uint8Array {
  return content.subarray(index * pieceBytes, (index + 1) * pieceBytes)
}

/** Whether these bytes are this piece of the file. */
export function isPiece(file: CarriedFile, index: number, bytes: Uint8Array): boolean {
  const at = index * HASH_BYTES
  return index < pieceCount(file) && sha256(bytes).equals(file.pieces.subarray(at, at + HASH_BYTES))
}

/** Bytes of a piece: `UFP1`, index u32, length of the name u16, hash of the file, name, content. */
export function encodePiece({ name, hash, index, bytes }: Piece): Uint8Array {
  const label = utf8(name)
  const message = new Uint8Array(HEAD_BYTES + label.length + bytes.length)
  const words = view(message)
  words.setUint32(0, MAGIC)
  words.setUint32(4, index)
  words.setUint16(8, label.length)
  message.set(fromHex(hash), 10)
  message.set(label, HEAD_BYTES)
  message.set(bytes, HEAD_BYTES + label.length)
  return message
}

/** Reads a message; throws `carrier.bad-piece`. Its content is a view. */
export function decodePiece(message: Uint8Array): Piece {
  const words = view(message)
  if (message.length < HEAD_BYTES || words.getUint32(0) !== MAGIC) throw badPiece()
  const start = HEAD_BYTES + words.getUint16(8)
  if (start > message.length) throw badPiece()
  return {
    name: Buffer.from(message.subarray(HEAD_BYTES, start)).toString(),
    hash: toHex(message.subarray(10, HEAD_BYTES)),
    index: words.getUint32(4),
    bytes: message.subarray(start),
  }
}

/** Hash of a whole content, as it is announced. */
export function contentHash(content: Uint8Array): string {
  return toHex(sha256(content))
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function badPiece(): UnifareError {
  return new UnifareError('carrier.bad-piece', 'no piece of a carried file', {})
}
