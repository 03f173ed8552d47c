import {
  accept,
  type BundleDelta,
  deltaOf,
  openBundle,
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
  return { held: held as Record<string, number>, deltas: order['deltas'] === true }
}

/**
 * The same for an answer: whole lists, or what changed in them since the version that the puller
 * holds where it can read that and it is shorter.
 */
export async function newerLists(
  tx: Tx,
  pull: PullRequest,
  wanted: (bundle: SignedBundle) => boolean,
): Promise<(SignedBundle | BundleDelta)[]> {
  const bundles = newerBundles(await loadShelf(tx), pull).filter(wanted)
  if (pull.deltas !== true) return bundles
  const keys = bundles.map(({ kind, publisher }) => {
    const name = shelfKey(kind, publisher)
    return { name, version: Object.hasOwn(pull.held, name) ? (pull.held[name] ?? 0) : 0 }
  })
  const rows = await tx.get(versions, keys)
  const shorter: (SignedBundle | BundleDelta)[] = []
  for (const [i, bundle] of bundles.entries()) {
    const list = rows[i]?.list
    shorter.push((list === undefined ? undefined : await deltaSince(tx, bundle, list)) ?? bundle)
  }
  return shorter
}

/** Deltas by new list and name of the old one: a fleet asks for the same few again and again. */
const deltas = new WeakMap<SignedBundle, Map<string, BundleDelta | undefined>>()
const DELTAS_PER_LIST = 64

async function deltaSince(
  tx: Tx,
  bundle: SignedBundle,
  list: string,
): Promise<BundleDelta | undefined> {
  const known = deltas.get(bundle) ?? new Map<string, BundleDelta | undefined>()
  deltas.set(bundle, known)
  if (known.has(list)) return known.get(list)
  const base = inMemory.get(list) ?? (await tx.get(lists, [{ list }]))[0]?.bundle
  const delta = base === undefined ? undefined : deltaOf(base as SignedBundle, bundle)
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
