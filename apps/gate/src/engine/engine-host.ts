import { toHex, UnifareError } from '@unifare/core'
import {
  type BrowserStorage,
  browserClock,
  browserRandom,
  openBrowserStorage,
} from '@unifare/core/browser'
import { createHttpLink } from '@unifare/tap/http'
import { loadCodeReader, readCode } from './code-reader.ts'
import { loadDeviceKey, makeDeviceKey } from './device-key.ts'
import { type Enrolment, loadEnrolment, saveEnrolment } from './enrolment.ts'
import { type GateEngine, openGate } from './gate-engine.ts'
import { askEnrolment, askMembers } from './network.ts'
import { createNetworkTime, type NetworkTime } from './network-time.ts'
import type { EngineMessage, EngineRequest, EngineState } from './protocol.ts'
import { createRepeatFilter } from './repeat-filter.ts'

const LOCK = 'unifare-gate'
const WORK_EVERY_MS = 2_000
const ELSEWHERE_AFTER_MS = 800
/** The network's time is asked again after so long. */
const TIME_EVERY_MS = 10 * 60_000

/** The engine of the gate in its worker: reads frames, runs the terminal, keeps its enrolment. */
export interface EngineHost {
  take(request: EngineRequest): void
}

interface Serving {
  readonly enrolment: Enrolment
  readonly engine: GateEngine
  readonly time: NetworkTime
  readonly storage: BrowserStorage
  heardAtMs: number
}

/** Starts the engine; it tells its state by itself. */
export function openEngineHost(options: {
  readonly readerUrl: string
  readonly tell: (message: EngineMessage) => void
}): EngineHost {
  const { tell } = options
  const repeats = createRepeatFilter()
  const origin = globalThis.location.origin
  const link = createHttpLink({ addressOf: () => origin })
  const directory = openBrowserStorage('unifare-gate')
  let serving: Serving | undefined
  let pixels: OffscreenCanvasRenderingContext2D | undefined

  const show = (state: EngineState) => tell({ tell: 'state', state })
  const showServing = () => {
    if (serving === undefined) return
    const { enrolment, engine } = serving
    show({ phase: 'serving', enrolment, status: engine.status() })
  }

  async function serve(enrolment: Enrolment): Promise<void> {
    const key = await loadDeviceKey()
    if (key === undefined || toHex(key.publicKey) !== enrolment.key) return choose()
    const time = createNetworkTime({
      aheadMs: enrolment.aheadMs,
      wall: () => Date.now(),
      monotonicMs: () => performance.now(),
    })
    // A journal belongs to a key: another key is another terminal, with a journal of its own.
    const storage = await openBrowserStorage(`unifare-gate-${enrolment.key.slice(0, 16)}`)
    const engine = await openGate({
      enrolment,
      sign: key.sign,
      storage,
      link,
      clock: browserClock(time),
      random: browserRandom(),
      nowMs,
    })
    serving = { enrolment, engine, time, storage, heardAtMs: Number.NEGATIVE_INFINITY }
    showServing()
    await work()
  }

  async function choose(trouble: string | null = null): Promise<void> {
    show({ phase: 'choosing', trouble })
    const answer = await askMembers().catch((error: unknown) => codeOf(error))
    if (serving !== undefined) return
    if (typeof answer !== 'string') {
      show({ phase: 'choosing', members: answer.members, trouble })
    } else {
      show({ phase: 'choosing', trouble: answer })
      setTimeout(() => run(() => choose(trouble)), WORK_EVERY_MS)
    }
  }

  async function enrol(place: string, code: string | null): Promise<void> {
    try {
      const key = (await loadDeviceKey()) ?? (await makeDeviceKey())
      const publicKey = toHex(key.publicKey)
      const { members, askedMs } = await askMembers()
      const time = createNetworkTime({
        aheadMs: members.at - Date.now(),
        wall: () => Date.now(),
        monotonicMs: () => performance.now(),
      })
      time.hear(members.at, askedMs)
      const answer = await askEnrolment({ place, key: publicKey, code })
      const operator = members.operators.find(({ id }) => id === answer.operator.id)
      const stands = operator?.terminals.find(({ terminal }) => terminal === place)
      const enrolment: Enrolment = {
        ...answer,
        key: publicKey,
        aheadMs: time.aheadMs(),
        names: {
          operatorZh: operator?.nameZh ?? answer.operator.id,
          operatorEn: operator?.nameEn ?? answer.operator.id,
          stationZh: stands?.stationZh ?? '',
          stationEn: stands?.stationEn ?? '',
        },
      }
      await saveEnrolment(await directory, enrolment)
      await serve(enrolment)
    } catch (error) {
      await choose(codeOf(error))
    }
  }

  async function leave(): Promise<void> {
    await serving?.engine.close()
    serving?.storage.close()
    serving = undefined
    await saveEnrolment(await directory, undefined)
    await makeDeviceKey()
    await choose()
  }

  async function work(): Promise<void> {
    const current = serving
    if (current === undefined) return
    if (performance.now() - current.heardAtMs >= TIME_EVERY_MS) {
      const answer = await askMembers().catch(() => undefined)
      if (answer !== undefined) {
        current.time.hear(answer.members.at, answer.askedMs)
        current.heardAtMs = performance.now()
        const enrolment = { ...current.enrolment, aheadMs: current.time.aheadMs() }
        await saveEnrolment(await directory, enrolment)
      }
    }
    await current.engine.work()
    showServing()
  }

  async function scan({ frame, frameMs }: EngineRequest & { do: 'scan' }): Promise<void> {
    let presented: Awaited<ReturnType<GateEngine['present']>> | null = null
    try {
      const bytes = await readCode(pixelsOf(frame))
      const decodedMs = nowMs()
      if (serving !== undefined && bytes !== undefined && repeats.comes(bytes, performance.now())) {
        presented = await serving.engine.present(bytes, { frameMs, decodedMs })
      }
    } finally {
      frame.close()
      tell({ tell: 'scanned', presented })
    }
    if (presented !== null) await work()
  }

  function pixelsOf(frame: ImageBitmap): ImageData {
    const { width, height } = frame
    if (pixels === undefined || pixels.canvas.width !== width || pixels.canvas.height !== height) {
      const canvas = new OffscreenCanvas(width, height)
      pixels = canvas.getContext('2d', { willReadFrequently: true }) ?? undefined
    }
    if (pixels === undefined) throw new TypeError('this browser draws nothing in workers')
    pixels.drawImage(frame, 0, 0)
    return pixels.getImageData(0, 0, width, height)
  }

  /** Whatever goes wrong is shown: a gate that is silent is taken for one that works. */
  function run(task: () => Promise<void>): void {
    task().catch((error: unknown) => show({ phase: 'failed', code: codeOf(error) }))
  }

  async function start(): Promise<void> {
    await loadCodeReader(options.readerUrl)
    const enrolment = await loadEnrolment(await directory)
    setInterval(() => run(work), WORK_EVERY_MS)
    await (enrolment === undefined ? choose() : serve(enrolment))
  }

  const waiting = setTimeout(() => show({ phase: 'elsewhere' }), ELSEWHERE_AFTER_MS)
  // Held as long as this worker lives: two terminals on one journal would spoil it.
  void navigator.locks.request(LOCK, () => {
    clearTimeout(waiting)
    show({ phase: 'opening' })
    run(start)
    return new Promise(() => undefined)
  })

  return {
    take(request) {
      switch (request.do) {
        case 'enrol':
          return run(() => enrol(request.place, request.code))
        case 'leave':
          return run(leave)
        case 'scan':
          return run(() => scan(request))
        case 'event':
          return run(async () => {
            await serving?.engine.event(request.sequence, request.event)
            await work()
          })
        case 'network':
          serving?.engine.wake()
          return run(work)
      }
    },
  }
}

/** Milliseconds of the epoch with fractions: comparable between the page and its worker. */
function nowMs(): number {
  return performance.timeOrigin + performance.now()
}

function codeOf(error: unknown): string {
  return error instanceof UnifareError ? error.code : String(error)
}
