import type { EngineMessage, EngineRequest, EngineState, Presented } from '../engine/protocol.ts'

/** The engine as the page sees it. */
export interface EngineClient {
  ask(request: Exclude<EngineRequest, { do: 'scan' }>): void
  /** Looks at a frame; resolves when the next one may come. */
  scan(frame: ImageBitmap, frameMs: number): Promise<Presented | null>
  onState(listener: (state: EngineState) => void): void
}

/** Starts the engine in a worker of its own. */
export function startEngine(): EngineClient {
  const worker = new Worker(new URL('../engine/engine.worker.ts', import.meta.url), {
    type: 'module',
  })
  let listener: (state: EngineState) => void = () => undefined
  let last: EngineState = { phase: 'opening' }
  let scanned: (presented: Presented | null) => void = () => undefined
  worker.onmessage = ({ data }: MessageEvent<EngineMessage>) => {
    switch (data.tell) {
      case 'state':
        last = data.state
        return listener(last)
      case 'scanned':
        return scanned(data.presented)
    }
  }
  worker.onerror = ({ message }) => listener({ phase: 'failed', code: message })
  return {
    ask: (request) => worker.postMessage(request),
    scan: (frame, frameMs) =>
      new Promise((resolve) => {
        scanned = resolve
        const request: EngineRequest = { do: 'scan', frame, frameMs }
        worker.postMessage(request, [frame])
      }),
    onState(next) {
      listener = next
      next(last)
    },
  }
}
