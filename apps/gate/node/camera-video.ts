import { closeSync, openSync, writeSync } from 'node:fs'
import { concat, utf8 } from '@unifare/core'
import { emptyFrame, type LumaFrame } from './luma-frame.ts'

const FRAMES = 2

/** A camera of a test: what is shown to it, its browser sees from the next frame on. */
export interface TestCamera {
  readonly path: string
  show(frame: LumaFrame): void
  clear(): void
  close(): void
}

/**
 * A looping video for Chromium's fake camera (`--use-file-for-fake-video-capture`). It reads frame
 * after frame from the file, so frames of the same size are exchanged in place.
 */
export function createTestCamera(path: string): TestCamera {
  const file = openSync(path, 'w')
  const show = (frame: LumaFrame) => writeSync(file, y4mVideo(frame), 0, undefined, 0)
  const clear = () => show(emptyFrame())
  clear()
  return { path, show, clear, close: () => closeSync(file) }
}

/** A video of some equal frames. Chromium wants the colour space to be called exactly C420. */
export function y4mVideo({ width, height, luma }: LumaFrame, frames = FRAMES): Uint8Array {
  const grey = new Uint8Array((width * height) / 2).fill(128)
  const frame = concat(utf8('FRAME\n'), luma, grey)
  const head = utf8(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420\n`)
  return concat(head, ...Array.from({ length: frames }, () => frame))
}
