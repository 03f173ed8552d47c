import type { Presented } from '../engine/protocol.ts'
import { nextFrame } from './camera.ts'
import type { EngineClient } from './engine-client.ts'

/**
 * Gives frame after frame to the engine while `looks` says so, one at a time; returns how to stop.
 */
export function scanFrames(options: {
  readonly video: HTMLVideoElement
  readonly engine: EngineClient
  readonly looks: () => boolean
  readonly onPresented: (presented: Presented) => void
}): () => void {
  const { video, engine, looks, onPresented } = options
  let stopped = false
  async function loop(): Promise<void> {
    while (!stopped) {
      const frameMs = await nextFrame(video)
      if (stopped || !looks() || video.videoWidth === 0) continue
      const frame = await createImageBitmap(video).catch(() => undefined)
      if (frame === undefined) continue
      const presented = await engine.scan(frame, frameMs)
      if (presented !== null && !stopped) onPresented(presented)
    }
  }
  void loop()
  return () => {
    stopped = true
  }
}
