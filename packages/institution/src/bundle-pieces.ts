import type { SignedBundle } from '@unifare/bundle'
import { type BundlePiece, cutBundle, isHead, joinPieces, parsePiece } from '@unifare/bundle'
import { canonicalJson, type Tx, utf8 } from '@unifare/core'
import type { Input } from './institution.ts'
import { type BundlePieceRow, bundlePieces } from './tables.ts'

/** Lists of one sender whose pieces are still coming; the one that waits longest makes room. */
const OPEN_MAX = 4

/** Sends a list to another party: whole, or in as many messages as it needs. */
export function sendBundle(
  send: Input['send'],
  { receiver, bundle }: { readonly receiver: string; readonly bundle: SignedBundle },
): void {
  for (const part of cutBundle(bundle, 0) ?? [bundle]) {
    send(receiver, 'bundle', utf8(canonicalJson(part)))
  }
}

/**
 * What came for a bundle, once it is whole: itself, or all pieces together when this was the last
 * one that missed; undefined while others do. Throws `bundle.malformed`.
 */
export async function wholeBundle(
  tx: Tx,
  value: unknown,
  { sender, at }: { readonly sender: string; readonly at: number },
): Promise<unknown> {
  if (!isHead(value)) return value
  const { publisher, kind, version, since, pieces, bytes, piece, text } = parsePiece(value)
  const list = `${kind}/${publisher}/${version}/${since}/${pieces}/${bytes}`
  const held = await tx.select(bundlePieces, { sender, list })
  if (held.length === 0) await makeRoom(tx, sender)
  const row: BundlePieceRow = { sender, list, piece, at: held[0]?.at ?? at, text }
  const all = [...held.filter((one) => one.piece !== piece), row]
  if (all.length < pieces) {
    await tx.put(bundlePieces, [row])
    return undefined
  }
  await tx.remove(bundlePieces, held)
  return joinPieces(
    all
      .toSorted((a, b) => a.piece - b.piece)
      .map((one): BundlePiece => ({ publisher, kind, version, since, pieces, bytes, ...one })),
  )
}

async function makeRoom(tx: Tx, sender: string): Promise<void> {
  const rows = await tx.select(bundlePieces, { sender })
  const open = new Map(rows.map(({ list, at }) => [list, at]))
  if (open.size < OPEN_MAX) return
  const [oldest] = [...open].toSorted(([, a], [, b]) => a - b)[0] ?? []
  await tx.remove(
    bundlePieces,
    rows.filter(({ list }) => list === oldest),
  )
}
