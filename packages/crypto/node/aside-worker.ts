import { parentPort, workerData } from 'node:worker_threads'
import { checkBody } from '../src/check-body.ts'
import { type Placed, readMessage, writeResult } from './aside-slots.ts'
import { createNativeEd25519 } from './native-ed25519.ts'
import { nativeHashes } from './native-hashes.ts'

const { ed25519Verify } = createNativeEd25519(workerData as number)

parentPort?.on('message', (group: readonly Placed[]) => {
  for (const placed of group) {
    writeResult(placed, checkBody(readMessage(placed), { ...nativeHashes, ed25519Verify }))
  }
  parentPort?.postMessage(group.length)
})
