import type { Random } from '@unifare/core'
import { create } from 'qrcode'
import { type ErrorLevel, emptyFrame, type LumaFrame } from './luma-frame.ts'

/** What is wrong with a picture of a phone. */
export const FLAWS = ['none', 'blur', 'dim', 'glare', 'tilt', 'crack'] as const
export type Flaw = (typeof FLAWS)[number]

const QUIET_MODULES = 4
/** A symbol with its margin fills so much of the picture's height, whatever its level. */
const SIDE_PX = 340
/** Points that are looked at for one pixel, in each direction. */
const POINTS = 3
const PAPER = 235
const INK = 20

/** A picture of a code on a phone, with one flaw; how bad it is comes from the randomness. */
export function phonePicture(
  bytes: Uint8Array,
  { level, flaw, random }: { level: ErrorLevel; flaw: Flaw; random: Random },
): LumaFrame {
  const chance = chanceOf(random)
  const tiltDeg = flaw === 'tilt' ? chance(-30, 30) : 0
  const depth = flaw === 'tilt' ? chance(-0.35, 0.35) : 0
  const frame = drawn(bytes, { level, tiltDeg, depth })
  switch (flaw) {
    case 'none':
    case 'tilt':
      break
    case 'blur':
      for (let round = 0; round < 2; round += 1) blur(frame, Math.round(chance(1, 2.6)))
      break
    case 'dim':
      dim(frame, { contrast: chance(0.06, 0.2), noise: chance(2, 5), random })
      break
    case 'glare':
      glare(frame, { radiusPx: chance(45, 110), x: chance(210, 430), y: chance(130, 350) })
      break
    case 'crack':
      for (let line = 0; line < 4; line += 1) crack(frame, { widthPx: chance(2, 6), chance })
      break
  }
  return frame
}

type Chance = (from: number, to: number) => number

function chanceOf(random: Random): Chance {
  return (from, to) => {
    const [high = 0, low = 0] = random.bytes(2)
    return from + ((to - from) * (high * 256 + low)) / 65_535
  }
}

/** The symbol as a camera sees it that is turned and looks from the side. */
function drawn(
  bytes: Uint8Array,
  { level, tiltDeg, depth }: { level: ErrorLevel; tiltDeg: number; depth: number },
): LumaFrame {
  const { modules } = create([{ data: bytes, mode: 'byte' }], { errorCorrectionLevel: level })
  const frame = emptyFrame()
  const { width, height, luma } = frame
  const [sine, cosine] = [Math.sin, Math.cos].map((of) => of((tiltDeg * Math.PI) / 180))
  const side = modules.size + 2 * QUIET_MODULES
  const perPx = side / SIDE_PX
  const at = (x: number, y: number): number | undefined => {
    const [dx, dy] = [x - width / 2, y - height / 2]
    const turnedX = dx * (cosine ?? 1) + dy * (sine ?? 0)
    const turnedY = dy * (cosine ?? 1) - dx * (sine ?? 0)
    const farther = 1 / (1 - (depth * turnedX) / SIDE_PX)
    const column = turnedX * farther * perPx + side / 2
    const row = turnedY * farther * perPx + side / 2
    if (column < 0 || row < 0 || column >= side || row >= side) return undefined
    const [c, r] = [Math.floor(column) - QUIET_MODULES, Math.floor(row) - QUIET_MODULES]
    const inside = c >= 0 && r >= 0 && c < modules.size && r < modules.size
    return inside && modules.get(r, c) === 1 ? INK : PAPER
  }
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const room = luma[y * width + x] ?? 0
      let sum = 0
      for (let point = 0; point < POINTS * POINTS; point += 1) {
        const [px, py] = [point % POINTS, Math.floor(point / POINTS)]
        sum += at(x + (px + 0.5) / POINTS, y + (py + 0.5) / POINTS) ?? room
      }
      luma[y * width + x] = sum / (POINTS * POINTS)
    }
  }
  return frame
}

/** Mean over a square of pixels, in two passes. */
function blur({ width, height, luma }: LumaFrame, radius: number): void {
  for (const [step, lines, length] of [
    [1, height, width],
    [width, width, height],
  ] as const) {
    for (let line = 0; line < lines; line += 1) {
      const start = step === 1 ? line * width : line
      const before = Array.from({ length }, (_, i) => luma[start + i * step] ?? 0)
      for (let i = 0; i < length; i += 1) {
        const part = before.slice(Math.max(0, i - radius), i + radius + 1)
        luma[start + i * step] = part.reduce((sum, value) => sum + value, 0) / part.length
      }
    }
  }
}

/** Little contrast, and the noise of a sensor in the dark. */
function dim(
  { luma }: LumaFrame,
  { contrast, noise, random }: { contrast: number; noise: number; random: Random },
): void {
  const grains = random.bytes(luma.length)
  luma.forEach((value, i) => {
    const grain = ((grains[i] ?? 0) / 255 - 0.5) * 2 * noise
    luma[i] = Math.max(0, 24 + value * contrast + grain)
  })
}

/** A lamp in the glass: white in the middle, fading outwards. */
function glare(
  { width, luma }: LumaFrame,
  { radiusPx, x, y }: { radiusPx: number; x: number; y: number },
): void {
  luma.forEach((value, i) => {
    const distance = Math.hypot((i % width) - x, Math.floor(i / width) - y) / radiusPx
    luma[i] = Math.min(255, value + 420 * Math.exp(-2 * distance * distance))
  })
}

/** A crack of the glass across the symbol: a light line with a dark edge. */
function crack(
  { width, luma }: LumaFrame,
  { widthPx, chance }: { widthPx: number; chance: Chance },
): void {
  const [angle, x, y] = [chance(0, Math.PI), chance(220, 420), chance(140, 340)]
  const [nx, ny] = [Math.sin(angle), Math.cos(angle)]
  luma.forEach((_, i) => {
    const off = ((i % width) - x) * nx + (Math.floor(i / width) - y) * ny
    if (Math.abs(off) <= widthPx / 2) luma[i] = off > 0 ? 245 : 60
  })
}
