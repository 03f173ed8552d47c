import readerUrl from 'zxing-wasm/reader/zxing_reader.wasm?url'
import { openEngineHost } from './engine-host.ts'
import type { EngineMessage, EngineRequest } from './protocol.ts'

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<EngineRequest>) => void
  postMessage: (message: EngineMessage) => void
}

const host = openEngineHost({
  readerUrl,
  tell: (message) => scope.postMessage(message),
})
scope.onmessage = ({ data }) => host.take(data)
