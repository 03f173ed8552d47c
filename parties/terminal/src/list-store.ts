import { fromUtf8, type Storage, UnifareError, utf8 } from '@unifare/core'
import { type Lists, NO_LISTS, takeBundle } from './lists.ts'

/**
 * The lists that a terminal held when it was switched off: a bus in a tunnel must know them when
 * it wakes. Every one is verified and tried like a new one; one that fails is fetched again.
 */
export async function loadLists(
  storage: Storage,
  options: Parameters<typeof takeBundle>[2],
): Promise<Lists> {
  const bytes = await storage.read(fileOf(options.config))
  return bundlesIn(bytes).reduce((lists: Lists, bundle) => {
    try {
      return takeBundle(lists, bundle, options)
    } catch (error) {
      if (!(error instanceof UnifareError)) throw error
      return lists
    }
  }, NO_LISTS)
}

/** Keeps the lists for the next start; after a crash the file is the old or the new one. */
export async function saveLists(
  storage: Storage,
  { shelf }: Lists,
  config: { readonly terminal: string },
): Promise<void> {
  await storage.replace(fileOf(config), utf8(JSON.stringify([...shelf.values()])))
}

function bundlesIn(bytes: Uint8Array | undefined): unknown[] {
  if (bytes === undefined) return []
  try {
    const bundles: unknown = JSON.parse(fromUtf8(bytes))
    return Array.isArray(bundles) ? bundles : []
  } catch {
    return []
  }
}

function fileOf({ terminal }: { readonly terminal: string }): string {
  return `lists-${terminal}.json`
}
