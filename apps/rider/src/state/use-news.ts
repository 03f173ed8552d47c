import { useEffect } from 'preact/hooks'
import { useApp, useRiderState } from './context.tsx'
import { watchNews } from './news-stream.ts'

/** Without a stream of news the network is asked again after this time. */
const ASK_AGAIN_MS = 60_000

/** Keeps the page's news fresh: by the network's stream, when the device comes back online, and now and then. */
export function useNews(origin: string): void {
  const app = useApp()
  const { port, phase } = useRiderState()
  const riderId = phase === 'open' ? port?.riderId : undefined
  useEffect(() => {
    if (riderId === undefined) return undefined
    return watchNews(origin, riderId, () => void app.sync())
  }, [app, origin, riderId])
  useEffect(() => {
    const ask = () => {
      if (document.visibilityState === 'visible') void app.sync()
    }
    const timer = setInterval(ask, ASK_AGAIN_MS)
    for (const event of ['online', 'offline'] as const) addEventListener(event, ask)
    document.addEventListener('visibilitychange', ask)
    return () => {
      clearInterval(timer)
      for (const event of ['online', 'offline'] as const) removeEventListener(event, ask)
      document.removeEventListener('visibilitychange', ask)
    }
  }, [app])
}
