import { useText } from '@unifare/language'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Facing, startCamera, stopCamera } from '../capture/camera.ts'
import type { EngineClient } from '../capture/engine-client.ts'
import { scanFrames } from '../capture/scan-loop.ts'
import type { Presented } from '../engine/protocol.ts'
import { texts } from '../i18n/texts.ts'

/** The camera's picture; gives its frames to the engine. */
export function Viewfinder(options: {
  readonly engine: EngineClient
  readonly facing: Facing
  readonly looks: () => boolean
  readonly onPresented: (presented: Presented) => void
}) {
  const { engine, facing, looks, onPresented } = options
  const text = useText()
  const video = useRef<HTMLVideoElement>(null)
  const [blocked, setBlocked] = useState(false)
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    const element = video.current
    if (element === null) return
    startCamera(element, facing).then(
      () => setBlocked(false),
      () => setBlocked(true),
    )
    const stop = scanFrames({ video: element, engine, looks, onPresented })
    return () => {
      stop()
      stopCamera(element)
    }
  }, [engine, facing, looks, onPresented, attempt])
  return (
    <div class="viewfinder">
      <video ref={video} class={facing} muted playsInline aria-hidden="true" />
      <div class="viewfinder-frame" aria-hidden="true" />
      {blocked && (
        <button type="button" class="blocked" onClick={() => setAttempt(attempt + 1)}>
          {text(texts.cameraBlocked)}
        </button>
      )}
    </div>
  )
}
