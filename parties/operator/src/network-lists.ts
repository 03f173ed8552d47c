import {
  cutBundle,
  type FetchedList,
  fetchedList,
  gatherBundles,
  rebuildFrom,
  type Shelf,
  type SignedBundle,
  type ToldBundle,
} from '@unifare/bundle'
import { canonicalJson, type Instant, requireData, UnifareError, utf8 } from '@unifare/core'
import { type Institution, loadShelf } from '@unifare/institution'

/**
 * Fetches newer lists of the centre, as what changed or whole, and gives them to the operator's
 * journal. One that is refused leaves the others alone; then the first refusal is thrown. Tells
 * every list taken to `onTaken`.
 */
export async function refreshLists(
  institution: Pick<Institution, 'ask' | 'command' | 'read'>,
  options: {
    readonly centre: string
    readonly at: Instant
    readonly onTaken: (fetched: FetchedList) => void
  },
): Promise<void> {
  const { centre, at, onTaken } = options
  const shelf: Shelf = new Map(
    await institution.read(async (tx) =>
      [...(await loadShelf(tx))].filter(([, bundle]) => bundle.publisher === centre),
    ),
  )
  let refusal: unknown
  for (const { told, whole } of await pullLists(institution, { centre, shelf })) {
    try {
      for (const bundle of ordersOf(told.value)) {
        await institution.command({ do: 'take-bundle', bundle })
      }
      // Taken over, so it is a bundle.
      const taken = whole as SignedBundle
      const since = shelf.get(`${taken.kind}/${taken.publisher}`)?.version ?? 0
      onTaken(fetchedList(told, { whole: taken, since, at }))
    } catch (error) {
      refusal ??= error
    }
  }
  if (refusal !== undefined) throw refusal
}

interface Pulled {
  readonly told: ToldBundle
  /** What it makes of the list held; nothing is believed of it yet. */
  readonly whole: unknown
}

async function pullLists(
  institution: Pick<Institution, 'ask'>,
  { centre, shelf }: { readonly centre: string; readonly shelf: Shelf },
): Promise<Pulled[]> {
  const held = Object.fromEntries([...shelf].map(([name, { version }]) => [name, version]))
  const ask = async (order: object): Promise<unknown[]> => {
    const body = utf8(canonicalJson({ held, pieces: true, ...order }))
    const answer = (await institution.ask(centre, 'pull', body)) as { bundles?: unknown } | null
    const bundles = answer?.bundles
    requireData(Array.isArray(bundles), 'message.malformed', 'an answer without bundles')
    return bundles
  }
  const pull = async (deltas: boolean): Promise<Pulled[]> => {
    const told = await gatherBundles(await ask(deltas ? { deltas } : {}), async (piece) =>
      (await ask({ piece })).at(0),
    )
    return told.map((one) => ({ told: one, whole: rebuildFrom(shelf, one.value) }))
  }
  return pull(true).catch((error: unknown) => {
    // Whoever told the changes knows another version than the one held: the whole lists help.
    if (error instanceof UnifareError && error.code === 'bundle.wrong-base') return pull(false)
    throw error
  })
}

/** What the orders that carry a list hold: itself, or its pieces one by one. */
function ordersOf(value: unknown): readonly unknown[] {
  const pieces =
    typeof value === 'object' && value !== null ? cutBundle(value as SignedBundle, 0) : undefined
  return pieces ?? [value]
}
