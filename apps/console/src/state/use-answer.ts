import { useEffect, useState } from 'preact/hooks'

/** What an address of the network answered. */
export type Answer<T> =
  | { readonly kind: 'loading' | 'lost' }
  /** The network refuses: its code and what it says. */
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string }
  | { readonly kind: 'answer'; readonly value: T }

const RETRY_MS = 2_000

/**
 * Asks an address of the network (null: nothing is asked), again when it changes and every two
 * seconds while nobody answers; with `body`, posts that text; with `everyMs`, asks again so long
 * after every answer. `read` says what the answer must hold and throws when it does not. The last
 * answer stands while the next one is under way, and when one that is asked for again does not come.
 */
export function useAnswer<T>(
  address: string | null,
  read: (json: unknown) => T,
  { body, everyMs }: { readonly body?: string | undefined; readonly everyMs?: number } = {},
): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ kind: 'loading' })
  useEffect(() => {
    if (address === null) return
    const stop = new AbortController()
    let again: number | undefined
    const ask = () => {
      fetchAnswer(address, read, { body, signal: stop.signal }).then(
        (told) => {
          setAnswer(told)
          if (everyMs !== undefined) again = window.setTimeout(ask, everyMs)
        },
        () => {
          if (stop.signal.aborted) return
          setAnswer((last) =>
            everyMs !== undefined && last.kind === 'answer' ? last : { kind: 'lost' },
          )
          again = window.setTimeout(ask, RETRY_MS)
        },
      )
    }
    ask()
    return () => {
      stop.abort()
      window.clearTimeout(again)
    }
  }, [address, read, body, everyMs])
  return answer
}

async function fetchAnswer<T>(
  address: string,
  read: (json: unknown) => T,
  { body, signal }: { readonly body: string | undefined; readonly signal: AbortSignal },
): Promise<Answer<T>> {
  const how = body === undefined ? {} : { method: 'POST', body }
  const response = await fetch(address, { signal, ...how })
  if (response.ok) return { kind: 'answer', value: read(await response.json()) }
  if (response.status >= 500) throw new Error(`the network answered ${response.status}`)
  const { code, detail } = (await response.json()) as { code?: string; detail?: string }
  return { kind: 'refused', code: code ?? String(response.status), detail: detail ?? '' }
}
