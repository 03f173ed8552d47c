import { accept, openBundle, type Shelf, type SignedBundle, shelfKey } from '@unifare/bundle'
import { type Instant, requireData, type Tx } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { shelfTable } from './tables.ts'

/** All lists that the institution holds. */
export async function loadShelf(tx: Tx): Promise<Shelf> {
  const rows = await tx.select(shelfTable, {})
  return new Map(rows.map((row) => [row.name, row.bundle as SignedBundle]))
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
  const name = shelfKey(bundle.kind, bundle.publisher)
  const [row] = await tx.get(shelfTable, [{ name }])
  const held: Shelf = new Map(row === undefined ? [] : [[name, row.bundle as SignedBundle]])
  const shelf = accept(held, bundle, { at: options.at, trial: () => options.trial(bundle) })
  if (shelf !== held) await tx.put(shelfTable, [{ name, bundle }])
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
