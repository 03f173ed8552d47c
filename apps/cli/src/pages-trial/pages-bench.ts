import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { choosePlace, codeFrame, createTestCamera, openGateBrowser } from '@unifare/gate/testing'
import type { Page } from 'playwright-core'
import { codeShownMs, openRiderBrowser } from './rider-browser.ts'
import { openTrialNetwork, type TrialNetwork } from './trial-network.ts'

const BUS = { operatorName: '武汉公交', terminal: '413100000001' }

/** The middle of some times and the one that 90 % stay below, in milliseconds. */
export interface Span {
  readonly medianMs: number
  readonly p90Ms: number
}

/** What `bench pages` measured: both pages in Chromium, with the camera of a test. */
export interface PagesReport {
  readonly subject: 'pages'
  /** From the opening of the rider page, which was there before, to a code that can be scanned. */
  readonly openWarm: Span
  /** The very first opening: from the one touch on "start" to the code, account and credential included. */
  readonly firstStartMs: number
  /** Touches of a first start; a warm one needs none. */
  readonly touches: number
  /** From the camera's frame to "go" on the display. */
  readonly frameToGo: Span
  /** Its parts, medians: reading the symbol, deciding, syncing the journal, showing. */
  readonly partsMs: {
    readonly decode: number
    readonly decide: number
    readonly sync: number
    readonly show: number
  }
  /** Reading, deciding and syncing together: what does not hang on camera and display. */
  readonly captureIndependent: Span
  readonly openings: number
  readonly rides: number
  readonly engine: string
  readonly cores: number
}

const DEFAULTS = { openings: 9, rides: 15 } as const

/** Measures the pages of riders and gates as people use them. Throws when a rider is refused. */
export async function benchPages(
  options: {
    readonly openings?: number
    readonly rides?: number
    readonly tell?: (line: string) => void
  } = {},
): Promise<PagesReport> {
  const { openings, rides, tell = () => undefined } = { ...DEFAULTS, ...options }
  const folder = mkdtempSync(join(tmpdir(), 'unifare-pages-'))
  tell('starting a network with its pages')
  const network = await openTrialNetwork({
    folder,
    operators: ['15215211'],
    issuers: ['05215210'],
  })
  try {
    const opened = await measureOpening({ network, folder, openings, tell })
    const ridden = await measureRides({ network, folder, rides, tell })
    return {
      subject: 'pages',
      ...opened,
      ...ridden,
      openings,
      rides,
      cores: availableParallelism(),
    }
  } finally {
    await network.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Trial {
  readonly network: TrialNetwork
  readonly folder: string
  readonly tell: (line: string) => void
}

async function measureOpening({ network, folder, openings, tell }: Trial & { openings: number }) {
  const phone = await openRiderBrowser({
    profile: join(folder, 'phone'),
    serverCertificate: network.lan.certificate,
  })
  try {
    const page = phone.pages()[0] ?? (await phone.newPage())
    await page.goto(`${network.secureUrl}rider/`)
    await page.locator('.main-action').waitFor()
    const touchedMs = await page.evaluate(() => performance.now())
    await page.locator('.main-action').click()
    const firstStartMs = (await codeShownMs(page)) - touchedMs
    await page.evaluate(() => navigator.serviceWorker.ready)
    const times: number[] = []
    for (let i = 0; i < openings; i++) {
      await page.reload()
      times.push(await codeShownMs(page))
    }
    tell(`rider page opened ${openings} times`)
    return { openWarm: spanOf(times), firstStartMs: rounded(firstStartMs), touches: 1 }
  } finally {
    await phone.close()
  }
}

async function measureRides({ network, folder, rides, tell }: Trial & { rides: number }) {
  const camera = createTestCamera(join(folder, 'camera.y4m'))
  const tablet = await openGateBrowser({ profile: join(folder, 'tablet'), video: camera.path })
  try {
    const page = tablet.pages()[0] ?? (await tablet.newPage())
    await page.goto(`${network.url}gate/`)
    await choosePlace(page, BUS)
    for (let i = 0; i < rides; i++) {
      const wallet = await network.rider()
      camera.show(codeFrame(wallet.makeCode()))
      await page.waitForFunction((count) => (window.__gateTimings ?? []).length > count, i)
      camera.clear()
    }
    tell(`${rides} riders let through`)
    return { ...(await timingsOf(page)), engine: `Chromium ${tablet.browser()?.version() ?? ''}` }
  } finally {
    await tablet.close()
    camera.close()
  }
}

async function timingsOf(page: Page) {
  const timings = (await page.evaluate(() => window.__gateTimings)) ?? []
  if (timings.some(({ ok }) => !ok)) throw new TypeError('a rider was refused')
  const times = (from: 'frameMs' | 'decodedMs' | 'decidedMs' | 'syncedMs', to: keyof typeof TO) =>
    timings.map((one) => one[TO[to]] - one[from])
  const middle = (from: Parameters<typeof times>[0], to: keyof typeof TO) =>
    spanOf(times(from, to)).medianMs
  return {
    frameToGo: spanOf(times('frameMs', 'shown')),
    captureIndependent: spanOf(times('frameMs', 'synced')),
    partsMs: {
      decode: middle('frameMs', 'decoded'),
      decide: middle('decodedMs', 'decided'),
      sync: middle('decidedMs', 'synced'),
      show: middle('syncedMs', 'shown'),
    },
  }
}

const TO = {
  decoded: 'decodedMs',
  decided: 'decidedMs',
  synced: 'syncedMs',
  shown: 'shownMs',
} as const

function spanOf(times: readonly number[]): Span {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number) =>
    rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN)
  return { medianMs: at(0.5), p90Ms: at(0.9) }
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}

/** The report in lines for people. */
export function describePages(report: PagesReport): string[] {
  const { openWarm, frameToGo, captureIndependent, partsMs } = report
  return [
    `open      ${openWarm.medianMs} ms in the middle, ${openWarm.p90Ms} ms at 90 %: rider page, warm, to a code; no touch`,
    `start     ${report.firstStartMs} ms from the one touch of a first start to the code`,
    `go        ${frameToGo.medianMs} ms in the middle, ${frameToGo.p90Ms} ms at 90 %: from the camera's frame to "go" on the display`,
    `work      ${captureIndependent.medianMs} ms in the middle, ${captureIndependent.p90Ms} ms at 90 %: without camera and display`,
    `parts     decode ${partsMs.decode}, decide ${partsMs.decide}, sync ${partsMs.sync}, show ${partsMs.show} ms`,
    `engine    ${report.engine}, ${report.openings} openings, ${report.rides} riders`,
  ]
}
