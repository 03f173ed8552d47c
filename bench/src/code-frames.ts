import { createSeededRandom, equalBytes } from '@unifare/core'
import {
  type ErrorLevel,
  FLAWS,
  type Flaw,
  openFrameReader,
  phonePicture,
} from '@unifare/gate/node'

const LEVELS = ['L', 'M', 'Q', 'H'] as const satisfies readonly ErrorLevel[]
/** A whole code with the longest field of its issuer. */
const CODE_BYTES = 364
const DEFAULT_PICTURES = 24

/** Share of pictures that were read, and the time of reading one. */
export interface FrameRate {
  readonly flaw: Flaw
  readonly level: ErrorLevel
  readonly pictures: number
  readonly read: number
  /** Pictures whose bytes were read wrongly: must be none. */
  readonly wrong: number
  readonly medianMs: number
}

/** How well the gate page reads codes from flawed pictures, by error level. */
export interface FramesReport {
  readonly codeBytes: number
  readonly rates: readonly FrameRate[]
}

/** Photographs codes with seeded flaws and reads them as the gate page does, one picture each. */
export async function benchFrames(options: {
  readonly pictures?: number
  readonly tell: (line: string) => void
}): Promise<FramesReport> {
  const { pictures = DEFAULT_PICTURES, tell } = options
  const read = await openFrameReader()
  const rates: FrameRate[] = []
  for (const flaw of FLAWS) {
    tell(`pictures: ${flaw}`)
    for (const level of LEVELS) {
      // The same codes and the same flaws for every level.
      const random = createSeededRandom(`code frames/${flaw}`)
      const tally = { read: 0, wrong: 0 }
      const timesMs: number[] = []
      for (let i = 0; i < pictures; i += 1) {
        const code = Uint8Array.from([0x80, ...random.bytes(CODE_BYTES - 1)])
        const frame = phonePicture(code, { level, flaw, random: random.fork(`flaw ${i}`) })
        const from = performance.now()
        const bytes = await read(frame)
        timesMs.push(performance.now() - from)
        if (bytes !== undefined) tally[equalBytes(bytes, code) ? 'read' : 'wrong'] += 1
      }
      const medianMs = timesMs.toSorted((a, b) => a - b)[timesMs.length >> 1] ?? 0
      rates.push({ flaw, level, pictures, ...tally, medianMs: Math.round(medianMs * 10) / 10 })
    }
  }
  return { codeBytes: CODE_BYTES, rates }
}

/** The report for people: a line for each flaw, a column for each level. */
export function describeFrames({ codeBytes, rates }: FramesReport): string[] {
  const of = (flaw: Flaw, level: ErrorLevel) => {
    const rate = rates.find((one) => one.flaw === flaw && one.level === level)
    return rate === undefined ? '' : `${Math.round((100 * rate.read) / rate.pictures)} %`
  }
  return [
    `share of single pictures read, codes of ${codeBytes} bytes, 640 x 480, by error level`,
    `flaw   ${LEVELS.map((level) => level.padStart(6)).join('')}`,
    ...FLAWS.map(
      (flaw) => `${flaw.padEnd(7)}${LEVELS.map((level) => of(flaw, level).padStart(6)).join('')}`,
    ),
    `read wrongly: ${rates.reduce((sum, { wrong }) => sum + wrong, 0)}`,
  ]
}
