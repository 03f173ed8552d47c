import type { Overview } from '../model.ts'

const RETRY_MS = 2_000

/** Listens to the network's overviews and reconnects for ever. Returns how to stop. */
export function connect(options: {
  onOverview(overview: Overview): void
  onLost(): void
}): () => void {
  let source: EventSource | undefined
  let retry: number | undefined
  const open = () => {
    source = new EventSource('/api/events')
    source.addEventListener('overview', (event: MessageEvent<string>) => {
      // The server is part of this project and of the same version.
      options.onOverview(JSON.parse(event.data) as Overview)
    })
    source.addEventListener('error', () => {
      options.onLost()
      // The browser retries a broken stream itself, but gives up on a wrong answer.
      source?.close()
      window.clearTimeout(retry)
      retry = window.setTimeout(open, RETRY_MS)
    })
  }
  open()
  return () => {
    window.clearTimeout(retry)
    source?.close()
  }
}
