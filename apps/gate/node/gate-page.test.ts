import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utf8 } from '@unifare/core'
import axe from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestCamera, type TestCamera } from './camera-video.ts'
import { choosePlace, killBrowser, openGateBrowser } from './gate-browser.fixture.ts'
import { codeFrame } from './luma-frame.ts'
import { type ServedNetwork, serveNetwork } from './network.fixture.ts'

const BUS = { id: '15215211', operatorName: '武汉公交', terminal: '413100000001' }
const ENTRY = { id: '15215212', operatorName: '武汉地铁', terminal: '413100001001' }
declare global {
  interface Window {
    axe: typeof axe
  }
}

/** The browser's camera may still deliver pictures that are so old. */
const CAMERA_MS = 1_500

let root: string
let network: ServedNetwork
let camera: TestCamera
let context: BrowserContext | undefined

beforeAll(async () => {
  network = await serveNetwork({ operators: [BUS.id, ENTRY.id], issuers: ['05215210'] })
})

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'unifare-gate-'))
  camera = createTestCamera(join(root, 'camera.y4m'))
})

afterEach(async () => {
  await context?.close()
  context = undefined
  camera.close()
  rmSync(root, { recursive: true, force: true })
})

afterAll(() => network.close())

/** Opens the gate page in the browser of this test's profile. */
async function open(options: { readonly offline?: boolean } = {}): Promise<Page> {
  const opened = await openGateBrowser({ profile: join(root, 'profile'), video: camera.path })
  context = opened
  await opened.setOffline(options.offline === true)
  const page = opened.pages()[0] ?? (await opened.newPage())
  await page.goto(network.url)
  return page
}

async function state(page: Page, wanted: string): Promise<void> {
  await page.locator(`.gate[data-ride="${wanted}"]`).waitFor({ timeout: 15_000 })
}

async function waiting(page: Page): Promise<number> {
  return Number(await page.locator('.status').getAttribute('data-waiting'))
}

/** What axe finds that keeps people from using the page. */
async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { violations } = await window.axe.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  })
}

const sent = (page: Page) => page.locator('.status[data-waiting="0"]').waitFor()

describe('the gate page on a bus', () => {
  it('takes a code offline, keeps the ride when the browser is killed, and sends it later', async () => {
    const code = (await network.rider()).makeCode()
    let page = await open()
    const foreign: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(new URL('/', network.url).href)) foreign.push(request.url())
    })
    await choosePlace(page, BUS)
    await page.evaluate(() => navigator.serviceWorker.ready)
    await context?.setOffline(true)
    await state(page, 'ready')

    camera.show(codeFrame(code))
    await state(page, 'go')
    expect(await page.locator('.display').innerText()).toMatch(/请上车\s+票价 2\.00 元/)
    expect(await waiting(page)).toBe(1)
    const [timing] = await page.evaluate(() => window.__gateTimings ?? [])
    expect(timing).toMatchObject({ ok: true })
    const { frameMs = 0, decodedMs = 0, decidedMs = 0, syncedMs = 0, shownMs = 0 } = timing ?? {}
    const order = [frameMs, decodedMs, decidedMs, syncedMs, shownMs]
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(foreign).toEqual([])
    if (context) await killBrowser(context)

    camera.clear()
    page = await open({ offline: true })
    await state(page, 'ready')
    expect(await waiting(page)).toBe(1)
    camera.show(codeFrame(code))
    await state(page, 'refused')
    expect(await page.locator('.display').innerText()).toContain('乘车码已使用，请刷新')

    await context?.setOffline(false)
    await sent(page)
    expect(await network.charge(BUS.id)).toMatchObject({ charges: 1, voided: 0 })
  })
})

describe('the gate page at a metro gate', () => {
  it('tells accepted, released, passed and timed out apart, one rider at a time', async () => {
    const [first, second] = [await network.rider(), await network.rider()]
    const page = await open()
    await choosePlace(page, ENTRY)
    camera.show(codeFrame(first.makeCode()))
    await state(page, 'accepted')
    const next = codeFrame(second.makeCode())
    camera.show(next)
    await page.keyboard.press('1')
    await state(page, 'released')
    camera.clear()
    await page.waitForTimeout(CAMERA_MS)
    await page.locator('.sensor', { hasText: '已通过' }).click()
    await state(page, 'passed')
    await state(page, 'ready')
    camera.show(next)
    await state(page, 'accepted')
    await page.keyboard.press('3')
    await state(page, 'timed-out')
    expect(await page.locator('.display').innerText()).toContain('未通过，不收费')
    await sent(page)
    expect(await network.taps(ENTRY.id)).toEqual([
      'entry open',
      'released noted',
      'passed noted',
      'entry void',
      'timed-out noted',
    ])
  })

  it('names the codes of others, is usable by everyone, and runs in one tab alone', async () => {
    const page = await open()
    await page.locator('.choices button').first().waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await choosePlace(page, ENTRY)
    expect(await seriousFaults(page)).toEqual([])
    camera.show(codeFrame(utf8(`TX${'A'.repeat(200)}`)))
    await state(page, 'refused')
    expect(await page.locator('.display').innerText()).toMatch(/非成员卡或乘车码\s+腾讯乘车码/)
    expect(await seriousFaults(page)).toEqual([])

    const second = await page.context().newPage()
    await second.goto(network.url)
    await second.getByText('闸机已在另一个标签页运行').waitFor()
  })
})
