import { accept, openBundle, type Shelf, type SignedBundle, shelfKey } from '@unifare/bundle'
import { type Instant, requireData, type Tx } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { lists, shelfTable } from './tables.ts'

/** Lists kept in memory; an institution holds a handful, a process hosts some dozen institutions. */
const LISTS_IN_MEMORY = 256

/** Lists by hash and signature: their content never changes, so they are read once. */
const inMemory = new Map<string, SignedBundle>()

/** All lists that the institution holds. */
export async function loadShelf(tx: Tx): Promise<Shelf> {
  const rows = await tx.select(shelfTable, {})
  const missing = rows.filter(({ list }) => !inMemory.has(list)).map(({ list }) => ({ list }))
  if (missing.length > 0) {
    for (const row of await tx.get(lists, missing)) {
      if (row !== undefined) remember(row.list, row.bundle as SignedBundle)
    }
  }
  return new Map(
    rows.flatMap(({ name, list }) => {
      const bundle = inMemory.get(list)
      return bundle === undefined ? [] : [[name, bundle] as const]
    }),
  )
}

/** Puts a list on the shelf, in the place of the one before. */
export async function putBundle(tx: Tx, bundle: SignedBundle): Promise<void> {
  const list = `${bundle.hash}.${bundle.signature}`
  await tx.put(lists, [{ list, bundle }])
  await tx.put(shelfTable, [{ name: shelfKey(bundle.kind, bundle.publisher), list }])
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
  return { held: held as Record<string, number> }
}

/** The lists that are newer than what the puller holds. */
export function newerBundles(shelf: Shelf, { held }: PullRequest): SignedBundle[] {
  return [...shelf].flatMap(([name, bundle]) =>
    bundle.version > (Object.hasOwn(held, name) ? (held[name] ?? 0) : 0) ? [bundle] : [],
  )
}
