import { create } from 'qrcode'

/** Redundancy of a QR symbol: about 7, 15, 25, 30 % of it may be lost. */
export type ErrorLevel = 'L' | 'M' | 'Q' | 'H'

/** A picture in grey: one byte for a pixel, 0 is black. */
export interface LumaFrame {
  readonly width: number
  readonly height: number
  readonly luma: Uint8Array
}

const WIDTH = 640
const HEIGHT = 480
const QUIET_MODULES = 4
const PAPER = 235
const INK = 20
const ROOM = 110

/** What a camera of 640 × 480 sees of a phone with nothing on it. */
export function emptyFrame(): LumaFrame {
  return { width: WIDTH, height: HEIGHT, luma: new Uint8Array(WIDTH * HEIGHT).fill(ROOM) }
}

/** What it sees of a phone that shows a code upright, as large as fits or with a module's size. */
export function codeFrame(
  bytes: Uint8Array,
  { level = 'M', modulePx }: { readonly level?: ErrorLevel; readonly modulePx?: number } = {},
): LumaFrame {
  const { modules } = create([{ data: bytes, mode: 'byte' }], { errorCorrectionLevel: level })
  const side = modules.size + 2 * QUIET_MODULES
  const scale = modulePx ?? Math.floor(HEIGHT / side)
  const [left, top] = [(WIDTH - side * scale) >> 1, (HEIGHT - side * scale) >> 1]
  const frame = emptyFrame()
  for (let y = 0; y < side * scale; y += 1) {
    for (let x = 0; x < side * scale; x += 1) {
      const column = Math.floor(x / scale) - QUIET_MODULES
      const row = Math.floor(y / scale) - QUIET_MODULES
      const inside = column >= 0 && row >= 0 && column < modules.size && row < modules.size
      const dark = inside && modules.get(row, column) === 1
      frame.luma[(top + y) * WIDTH + left + x] = dark ? INK : PAPER
    }
  }
  return frame
}
