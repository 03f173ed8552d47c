import {
  accept,
  BUNDLE_KINDS,
  type BundleDelta,
  type BundleHead,
  type BundlePiece,
  deltaOf,
  fitAnswer,
  openBundle,
  type PieceRequest,
  pieceOf,
  type Shelf,
  type SignedBundle,
  shelfKey,
} from '@unifare/bundle'
import { assert, type Instant, requireData, type Tx } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { lists, shelfTable, versions } from './tables.ts'

/** Lists kept in memory: a centre holds one of every operator, a process hosts several parties. */
const LISTS_IN_MEMORY = 4_096

/** Lists by hash and signature: their content never changes, so they are read once. */
const inMemory = new Map<string, SignedBundle>()

/** All lists that the institution holds. */
export async function loadShelf(tx: Tx): Promise<Shelf> {
  const rows = await tx.select(shelfTable, {})
  const missing = rows.filter(({ list }) => !inMemory.has(list)).map(({ list }) => ({ list }))
  const fetched = missing.length === 0 ? [] : await tx.get(lists, missing)
  // Not read back from the memory: with very many lists it would have let some go already.
  const read = new Map(
    fetched.flatMap((row) => (row === undefined ? [] : [[row.list, row.bundle as SignedBundle]])),
  )
  const shelf = new Map(
    rows.map(({ name, list }) => {
      const bundle = inMemory.get(list) ?? read.get(list)
      assert(bundle !== undefined, `the list ${name} is on the shelf and cannot be found`)
      return [name, bundle]
    }),
  )
  for (const [list, bundle] of read) remember(list, bundle)
  return shelf
}

/** Puts a list on the shelf, in the place of the one before. */
export async function putBundle(tx: Tx, bundle: SignedBundle): Promise<void> {
  const list = `${bundle.hash}.${bundle.signature}`
  await tx.put(lists, [{ list, bundle }])
  const name = shelfKey(bundle.kind, bundle.publisher)
  await tx.put(shelfTable, [{ name, list }])
  await tx.put(versions, [{ name, version: bundle.version, list }])
}

/** All versions of a list that ever stood on the shelf, the newest first. */
export async function versionsOf(tx: Tx, name: string): Promise<SignedBundle[]> {
  const rows = (await tx.select(versions, { name })).toSorted((a, b) => b.version - a.version)
  const found = await tx.get(
    lists,
    rows.map(({ list }) => ({ list })),
  )
  return found.flatMap((row) => (row === undefined ? [] : [row.bundle as SignedBundle]))
}

function remember(list: string, bundle: SignedBundle): void {
  const oldest = inMemory.size >= LISTS_IN_MEMORY ? inMemory.keys().next().value : undefined
  if (oldest !== undefined) inMemory.delete(oldest)
  inMemory.set(list, bundle)
}

const readings = new WeakMap<SignedBundle, Map<unknown, unknown>>()

/** What a reader makes of a list's content, made once for every list and reader. */
export function readingOf<T>(bundle: SignedBundle, read: (content: unknown) => T): T {
  const known = readings.get(bundle) ?? new Map<unknown, unknown>()
  readings.set(bundle, known)
  if (!known.has(read)) known.set(read, read(bundle.content))
  return known.get(read) as T
}

/** Opens a bundle, tries its content, and puts it on the shelf; see `accept` for the refusals. */
export async function storeBundle(
  tx: Tx,
  value: unknown,
  options: {
    readonly at: Instant
    readonly engine: SignatureEngine
    readonly publicKeyOf: (publisher: string) => Uint8Array | undefined
    /** Throws when the publisher may not publish this kind or the content cannot be read whole. */
    readonly trial: (bundle: SignedBundle) => void
  },
): Promise<SignedBundle> {
  const bundle = openBundle(value, options.publicKeyOf, options.engine)
  const held = await loadShelf(tx)
  const shelf = accept(held, bundle, { at: options.at, trial: () => options.trial(bundle) })
  if (shelf !== held) await putBundle(tx, bundle)
  return bundle
}

/** What a puller says it holds: versions by shelf name. */
export interface PullRequest {
  readonly held: Readonly<Record<string, number>>
  /** Whether it can make a list from what changed since the version held. */
  readonly deltas?: boolean
  /** Whether it asks for the pieces of what is too long for one message. */
  readonly pieces?: boolean
  /** The piece that it asks for, and nothing else. */
  readonly piece?: PieceRequest
}

/** Reads the body of a `pull`; throws `message.malformed`. */
export function parsePull(order: Readonly<Record<string, unknown>>): PullRequest {
  const { held } = order
  requireData(
    typeof held === 'object' &&
      held !== null &&
      !Array.isArray(held) &&
      Object.values(held).every(Number.isSafeInteger),
    'message.malformed',
    'a pull names the versions held',
  )
  const { piece } = order
  return {
    held: held as Record<string, number>,
    deltas: order['deltas'] === true,
    pieces: order['pieces'] === true,
    ...(piece !== undefined && { piece: readPieceRequest(piece) }),
  }
}

function readPieceRequest(value: unknown): PieceRequest {
  const { publisher, version, since, piece, ...rest } = (value ?? {}) as Partial<
    Record<keyof PieceRequest, unknown>
  >
  const kind = BUNDLE_KINDS.find((known) => known === rest.kind)
  const count = (number: unknown): number | undefined =>
    Number.isSafeInteger(number) && Number(number) >= 0 ? Number(number) : undefined
  const told = { version: count(version), since: count(since), piece: count(piece) }
  requireData(
    kind !== undefined &&
      typeof publisher === 'string' &&
      told.version !== undefined &&
      told.since !== undefined &&
      told.piece !== undefined,
    'message.malformed',
    'a piece is asked for by publisher, kind, version, since and number',
  )
  return { publisher, kind, version: told.version, since: told.since, piece: told.piece }
}

/**
 * The same for an answer: whole lists, or what changed in them since the version that the puller
 * holds where it can read that and it is shorter; heads of what does not fit where the puller asks
 * for pieces; or the one piece that it asked for.
 */
export async function newerLists(
  tx: Tx,
  pull: PullRequest,
  wanted: (bundle: SignedBundle) => boolean,
): Promise<(SignedBundle | BundleDelta | BundleHead)[]> {
  if (pull.piece !== undefined) return pieceAsked(tx, pull.piece, wanted)
  const bundles = newerBundles(await loadShelf(tx), pull).filter(wanted)
  const told: { readonly value: SignedBundle | BundleDelta; readonly since: number }[] = []
  for (const value of bundles) {
    const name = shelfKey(value.kind, value.publisher)
    const since = Object.hasOwn(pull.held, name) ? (pull.held[name] ?? 0) : 0
    const delta = pull.deltas === true ? await deltaSince(tx, value, { name, since }) : undefined
    told.push(delta === undefined ? { value, since: 0 } : { value: delta, since })
  }
  return pull.pieces === true ? fitAnswer(told) : told.map(({ value }) => value)
}

/** A piece of a list that stands or stood here; none when there is no such list or piece. */
async function pieceAsked(
  tx: Tx,
  { publisher, kind, version, since, piece }: PieceRequest,
  wanted: (bundle: SignedBundle) => boolean,
): Promise<BundlePiece[]> {
  const name = shelfKey(kind, publisher)
  const [row] = await tx.get(versions, [{ name, version }])
  const bundle = row && (await listNamed(tx, row.list))
  if (bundle === undefined || !wanted(bundle)) return []
  const value = since === 0 ? bundle : await deltaSince(tx, bundle, { name, since })
  const found = value && pieceOf(value, { since, piece })
  return found === undefined ? [] : [found]
}

/** A list that stands or stood on the shelf, by its name among the lists. */
async function listNamed(tx: Tx, list: string): Promise<SignedBundle | undefined> {
  const known = inMemory.get(list)
  if (known !== undefined) return known
  const [row] = await tx.get(lists, [{ list }])
  const bundle = row?.bundle as SignedBundle | undefined
  if (bundle !== undefined) remember(list, bundle)
  return bundle
}

/** Deltas by new list and name of the old one: a fleet asks for the same few again and again. */
const deltas = new WeakMap<SignedBundle, Map<string, BundleDelta | undefined>>()
const DELTAS_PER_LIST = 64

async function deltaSince(
  tx: Tx,
  bundle: SignedBundle,
  { name, since }: { readonly name: string; readonly since: number },
): Promise<BundleDelta | undefined> {
  const [row] = await tx.get(versions, [{ name, version: since }])
  const list = row?.list
  if (list === undefined) return undefined
  const known = deltas.get(bundle) ?? new Map<string, BundleDelta | undefined>()
  deltas.set(bundle, known)
  if (known.has(list)) return known.get(list)
  const base = await listNamed(tx, list)
  const delta = base === undefined ? undefined : deltaOf(base, bundle)
  const oldest = known.size >= DELTAS_PER_LIST ? known.keys().next().value : undefined
  if (oldest !== undefined) known.delete(oldest)
  known.set(list, delta)
  return delta
}

/** The lists that are newer than what the puller holds. */
export function newerBundles(shelf: Shelf, { held }: PullRequest): SignedBundle[] {
  return [...shelf].flatMap(([name, bundle]) =>
    bundle.version > (Object.hasOwn(held, name) ? (held[name] ?? 0) : 0) ? [bundle] : [],
  )
}
