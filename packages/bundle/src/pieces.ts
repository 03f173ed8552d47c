import { canonicalJson, requireData, utf8 } from '@unifare/core'
import { BUNDLE_KINDS, type BundleKind, type SignedBundle } from './bundle.ts'
import type { BundleDelta } from './delta.ts'

/** A list that is too long for one message, as an answer names it: its pieces are asked for. */
export interface BundleHead {
  readonly publisher: string
  readonly kind: BundleKind
  readonly version: number
  /** Version whose changes it tells; 0 for the whole list. */
  readonly since: number
  readonly pieces: number
  /** Bytes of what the pieces make together, the canonical JSON of the list or its changes. */
  readonly bytes: number
}

/** A piece of it, numbered from 0. */
export interface BundlePiece extends BundleHead {
  readonly piece: number
  readonly text: string
}

/** Which piece a puller asks for. */
export type PieceRequest = Pick<BundlePiece, 'publisher' | 'kind' | 'version' | 'since' | 'piece'>

/** A list or its changes as they came, with the bytes that travelled for it. */
export interface ToldBundle {
  readonly value: unknown
  readonly bytes: number
}

/** UTF-16 units of a piece: at three bytes each they still fit into a message of 1 MiB. */
const PIECE_UNITS = 300_000
/** More of one list is not put together. */
export const PIECES_MAX = 512
/** Bytes of the lists that one answer or order carries whole. */
const CARRIED_BYTES = 512 * 1024

/** Texts of lists and changes: a fleet asks for all pieces of the same few. */
const texts = new WeakMap<object, { readonly text: string; readonly bytes: number }>()

function textOf(value: SignedBundle | BundleDelta) {
  const known = texts.get(value)
  if (known !== undefined) return known
  const text = canonicalJson(value)
  const made = { text, bytes: utf8(text).length }
  texts.set(value, made)
  return made
}

/** The head of a list or its changes since a version. */
export function headOf(value: SignedBundle | BundleDelta, since: number): BundleHead {
  const { publisher, kind, version } = value
  const { text, bytes } = textOf(value)
  const pieces = Math.ceil(text.length / PIECE_UNITS)
  return { publisher, kind, version, since, pieces, bytes }
}

/** A piece; undefined beyond the last. */
export function pieceOf(
  value: SignedBundle | BundleDelta,
  { since, piece }: { readonly since: number; readonly piece: number },
): BundlePiece | undefined {
  const head = headOf(value, since)
  const { text } = textOf(value)
  if (piece >= head.pieces) return undefined
  const end = (count: number) => cutAt(text, count * PIECE_UNITS)
  return { ...head, piece, text: text.slice(end(piece), end(piece + 1)) }
}

/** Never between the halves of a surrogate pair: each half alone is no text. */
function cutAt(text: string, place: number): number {
  const unit = place > 0 && place < text.length ? text.charCodeAt(place) : 0
  return unit >= 0xdc00 && unit <= 0xdfff ? place + 1 : place
}

/** All pieces of what is too long for one message; undefined for what fits into one. */
export function cutBundle(
  value: SignedBundle | BundleDelta,
  since: number,
): BundlePiece[] | undefined {
  if (textOf(value).bytes <= CARRIED_BYTES) return undefined
  const { pieces } = headOf(value, since)
  return Array.from({ length: pieces }, (_, piece) => pieceOf(value, { since, piece })).filter(
    (piece) => piece !== undefined,
  )
}

/** What one answer carries: lists as long as they fit into it, and heads of the others. */
export function fitAnswer<Value extends SignedBundle | BundleDelta>(
  lists: readonly { readonly value: Value; readonly since: number }[],
): (Value | BundleHead)[] {
  let carried = 0
  return lists.map(({ value, since }) => {
    const { bytes } = textOf(value)
    if (carried + bytes > CARRIED_BYTES) return headOf(value, since)
    carried += bytes
    return value
  })
}

/** Whether what came for a bundle is the head of one, or a piece. */
export function isHead(value: unknown): value is BundleHead {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'pieces')
}

/** Reads a piece; throws `bundle.malformed`. */
export function parsePiece(value: unknown): BundlePiece {
  const { publisher, version, since, pieces, bytes, piece, text, ...rest } = (value ??
    {}) as Partial<Record<keyof BundlePiece, unknown>>
  const kind = BUNDLE_KINDS.find((known) => known === rest.kind)
  const good =
    kind !== undefined &&
    typeof publisher === 'string' &&
    typeof text === 'string' &&
    // No database holds these.
    !/[\0\p{Cs}]/u.test(publisher + text) &&
    isCount(version) &&
    isCount(since) &&
    isCount(bytes) &&
    isCount(pieces) &&
    isCount(piece) &&
    piece < pieces &&
    pieces <= PIECES_MAX
  requireData(good, 'bundle.malformed', 'not a piece of a list')
  return { publisher, kind, version, since, pieces, bytes, piece, text }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/**
 * Puts pieces together, all of them in order: a list or its changes, of which nothing is believed
 * yet. Throws `bundle.malformed`.
 */
export function joinPieces(pieces: readonly BundlePiece[]): unknown {
  try {
    return JSON.parse(pieces.map(({ text }) => text).join(''))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  requireData(false, 'bundle.malformed', 'the pieces are no list')
}

/**
 * What an answer told, each list or its changes put together from the pieces that are asked for
 * one by one. Throws `bundle.malformed` when other pieces come than those.
 */
export async function gatherBundles(
  told: readonly unknown[],
  ask: (wanted: PieceRequest) => Promise<unknown>,
): Promise<ToldBundle[]> {
  const gathered: ToldBundle[] = []
  for (const value of told) {
    gathered.push(
      isHead(value)
        ? await gatherOne(value, ask)
        : { value, bytes: utf8(JSON.stringify(value) ?? '').length },
    )
  }
  return gathered
}

async function gatherOne(
  head: BundleHead,
  ask: (wanted: PieceRequest) => Promise<unknown>,
): Promise<ToldBundle> {
  const { publisher, kind, version, since } = head
  requireData(head.pieces <= PIECES_MAX, 'bundle.malformed', `${head.pieces} pieces of a list`)
  const pieces: BundlePiece[] = []
  for (let piece = 0; piece < head.pieces; piece++) {
    const one = parsePiece(await ask({ publisher, kind, version, since, piece }))
    requireData(
      one.publisher === publisher &&
        one.kind === kind &&
        one.version === version &&
        one.since === since &&
        one.piece === piece &&
        one.pieces === head.pieces,
      'bundle.malformed',
      'another piece than the one asked for',
    )
    pieces.push(one)
  }
  const bytes = pieces.reduce((sum, { text }) => sum + utf8(text).length, 0)
  return { value: joinPieces(pieces), bytes }
}
