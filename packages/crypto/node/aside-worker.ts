import { parentPort, workerData } from 'node:worker_threads'
import { type Placed, readMessage, writeResult } from './aside-slots.ts'
import { createNativeEd25519 } from './native-ed25519.ts'
import { nativeHashes } from './native-hashes.ts'

const { ed25519Verify } = createNativeEd25519(workerData as number)

parentPort?.on('message', (group: readonly Placed[]) => {
  for (const placed of group) {
    const { publicKey, signed, signature, body } = readMessage(placed)
    const genuine = ed25519Verify(publicKey, signed, signature)
    writeResult(placed, { sha256: nativeHashes.sha256(body), genuine })
  }
  parentPort?.postMessage(group.length)
})
