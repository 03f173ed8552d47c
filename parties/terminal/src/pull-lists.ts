import {
  type FetchedList,
  fetchedList,
  gatherBundles,
  shelfKey,
  type ToldBundle,
} from '@unifare/bundle'
import { canonicalJson, type Instant, requireData, UnifareError, utf8 } from '@unifare/core'
import { exchangeDated, type Link, type LinkIdentity } from '@unifare/tap'
import { heldVersions, type Lists, takeBundle } from './lists.ts'

/** What the operator told of its lists, and when. */
export interface ToldLists {
  readonly told: readonly ToldBundle[]
  /** When the operator last heard of the centre; unchecked. */
  readonly asOf: unknown
  /** When it told which lists are newer, and when it last answered: pieces come in between. */
  readonly toldAt: Instant
  readonly sentAt: Instant
}

/**
 * Asks the operator for lists newer than those held: one message, and one more for every piece of
 * a list that is too long for it.
 */
export async function pullLists(options: {
  readonly link: Link
  readonly identity: LinkIdentity
  readonly operator: string
  readonly lists: Lists
  /** As what changed where that is shorter. */
  readonly deltas: boolean
}): Promise<ToldLists> {
  const { link, identity, operator, lists, deltas } = options
  const held = heldVersions(lists)
  const ask = async (order: object) => {
    const body = utf8(canonicalJson({ held, pieces: true, ...order }))
    const request = { receiver: operator, kind: 'pull', body } as const
    const { result, sentAt } = await exchangeDated(link, identity, request)
    const { bundles, asOf } = (result ?? {}) as { bundles?: unknown; asOf?: unknown }
    requireData(Array.isArray(bundles), 'message.malformed', 'an answer without bundles')
    return { bundles: bundles as unknown[], asOf, sentAt }
  }
  const { bundles, asOf, sentAt: toldAt } = await ask(deltas ? { deltas } : {})
  let last = toldAt
  const told = await gatherBundles(bundles, async (piece) => {
    const answer = await ask({ piece })
    last = answer.sentAt
    return answer.bundles.at(0)
  })
  return { told, asOf, toldAt, sentAt: last }
}

/** Takes over what can be taken over; the first refusal is told besides. */
export function takeAll(
  held: Lists,
  told: readonly ToldBundle[],
  options: Parameters<typeof takeBundle>[2],
): {
  readonly lists: Lists
  readonly fetched: readonly FetchedList[]
  readonly refused: UnifareError | undefined
} {
  let lists = held
  const fetched: FetchedList[] = []
  let refused: UnifareError | undefined
  for (const one of told) {
    try {
      const next = takeBundle(lists, one.value, options)
      for (const whole of next.shelf.values()) {
        const before = lists.shelf.get(shelfKey(whole.kind, whole.publisher))
        if (whole === before) continue
        const since = before?.version ?? 0
        fetched.push(fetchedList(one, { whole, since, at: options.at }))
      }
      lists = next
    } catch (error) {
      if (!(error instanceof UnifareError)) throw error
      refused ??= error
    }
  }
  return { lists, fetched, refused }
}
