import { useEffect, useState } from 'preact/hooks'
import type { TapTrace } from '../model.ts'

/** What is known of a tap's way. */
export type TraceState =
  | { readonly kind: 'loading' | 'unknown' | 'lost' }
  | { readonly kind: 'trace'; readonly trace: TapTrace }

/** Asks for a tap's way, and again whenever `news` changes. */
export function useTrace(tap: string, news: string): TraceState {
  const [state, setState] = useState<TraceState>({ kind: 'loading' })
  useEffect(() => {
    const stop = new AbortController()
    fetchTrace(tap, stop.signal).then(
      (next) => setState(next),
      () => {
        if (!stop.signal.aborted) setState({ kind: 'lost' })
      },
    )
    return () => stop.abort()
  }, [tap, news])
  // The way of the tap before is not this one's.
  return state.kind === 'trace' && state.trace.tap !== tap ? { kind: 'loading' } : state
}

async function fetchTrace(tap: string, signal: AbortSignal): Promise<TraceState> {
  const response = await fetch(`/api/trace/${encodeURIComponent(tap)}`, { signal })
  if (response.ok) return { kind: 'trace', trace: (await response.json()) as TapTrace }
  return { kind: response.status < 500 ? 'unknown' : 'lost' }
}
