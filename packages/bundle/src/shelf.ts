import { type Instant, requireData } from '@unifare/core'
import type { BundleKind, SignedBundle } from './bundle.ts'

/** The lists that a party holds: the last good one of every kind and publisher. */
export type Shelf = ReadonlyMap<string, SignedBundle>

/** Name of a place on the shelf. */
export function shelfKey(kind: BundleKind, publisher: string): string {
  return `${kind}/${publisher}`
}

/**
 * Puts an opened bundle on the shelf after a trial parse by its reader: a list that cannot be read
 * whole never replaces a good one. Throws `bundle.older` for a lower version, `bundle.expired` for
 * one that is no longer valid, and whatever the trial throws. The same version again changes nothing.
 */
export function accept(
  shelf: Shelf,
  bundle: SignedBundle,
  options: { readonly at: Instant; readonly trial: (content: unknown) => void },
): Shelf {
  const key = shelfKey(bundle.kind, bundle.publisher)
  const held = shelf.get(key)
  if (held?.version === bundle.version) {
    requireData(
      held.hash === bundle.hash,
      'bundle.forked',
      `two different ${key} lists of version ${bundle.version}`,
    )
    return shelf
  }
  requireData(
    held === undefined || bundle.version > held.version,
    'bundle.older',
    `${key}: version ${bundle.version} is older than ${held?.version}`,
  )
  requireData(
    bundle.validTo === null || options.at < bundle.validTo,
    'bundle.expired',
    `${key}: version ${bundle.version} is no longer valid`,
  )
  options.trial(bundle.content)
  return new Map(shelf).set(key, bundle)
}
