import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  choosePlace,
  createTestCamera,
  openGateBrowser,
  type TestCamera,
} from '@unifare/gate/testing'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOnPage, codeShownMs, openRiderBrowser } from './rider-browser.ts'
import { openTrialNetwork, type TrialNetwork } from './trial-network.ts'

const BUS = { operatorName: '武汉公交', terminal: '413100000001' }
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A phone on the HTTPS address and a tablet on this machine, each with a browser profile of its own. */
describe('a rider and a gate, each in a browser', () => {
  let folder: string
  let network: TrialNetwork
  let camera: TestCamera
  let phone: BrowserContext
  let tablet: BrowserContext
  let rider: Page
  let gate: Page

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'unifare-pages-'))
    network = await openTrialNetwork({ folder, operators: ['15215211'], issuers: ['05215210'] })
    camera = createTestCamera(join(folder, 'camera.y4m'))
    phone = await openRiderBrowser({
      profile: join(folder, 'phone'),
      serverCertificate: network.lan.certificate,
    })
    tablet = await openGateBrowser({ profile: join(folder, 'tablet'), video: camera.path })
    rider = phone.pages()[0] ?? (await phone.newPage())
    gate = tablet.pages()[0] ?? (await tablet.newPage())
  }, 120_000)

  afterAll(async () => {
    await phone?.close()
    await tablet?.close()
    camera?.close()
    await network?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const trip = (state: string) => rider.locator(`.trip-line[data-state="${state}"]`).first()

  it('opens a code with one touch, and a terminal with two', async () => {
    await rider.goto(`${network.secureUrl}rider/`)
    await rider.locator('.main-action').click()
    expect(await codeShownMs(rider)).toBeGreaterThan(0)
    await gate.goto(`${network.url}gate/`)
    await choosePlace(gate, BUS)
    for (const page of [rider, gate]) await page.evaluate(() => navigator.serviceWorker.ready)
  }, 60_000)

  it('rides while both are cut off, and says honestly what nobody can know yet', async () => {
    await phone.setOffline(true)
    await tablet.setOffline(true)
    await rider.reload()
    await codeShownMs(rider)
    camera.show(await codeOnPage(rider))
    await gate.locator('.gate[data-ride="go"]').waitFor()
    camera.clear()
    await rider.goto(`${network.secureUrl}rider/#trips`)
    await trip('not-uploaded').waitFor()
    expect(await rider.locator('.unknown').innerText()).toContain('尚未可知')
  }, 60_000)

  it('sees the right charge once the network is back, and the payment after the settlement', async () => {
    await tablet.setOffline(false)
    await gate.locator('.status[data-waiting="0"]').waitFor()
    await phone.setOffline(false)
    await trip('charged').waitFor()
    expect(await trip('charged').innerText()).toContain('2.00')
    await network.live.settle()
    await trip('charged').click()
    await rider.getByText('已扣款').first().waitFor()
  }, 60_000)

  it.each(['', '#trips', '#where', '#me', '#freeze'])(
    'the rider page at "%s" has no serious fault for people who see or touch otherwise',
    async (place) => {
      await rider.goto(`${network.secureUrl}rider/${place}`)
      await rider.locator('h1').first().waitFor()
      expect(await seriousFaults(rider)).toEqual([])
      expect(await overhangPx(rider)).toBe(0)
    },
    30_000,
  )

  it('pays in advance without name and contract: a balance, a secret to write down, more money', async () => {
    const another = await openRiderBrowser({
      profile: join(folder, 'another phone'),
      serverCertificate: network.lan.certificate,
    })
    const page = another.pages()[0] ?? (await another.newPage())
    await page.goto(`${network.secureUrl}rider/`)
    await page.locator('.start .second-action').click()
    await codeShownMs(page)
    await page.goto(`${network.secureUrl}rider/#me`)
    await page.locator('.secret').waitFor()
    expect(await page.locator('.balance').innerText()).toBe('¥20.00')
    expect(await seriousFaults(page)).toEqual([])
    await page.getByText('已抄下').click()
    await page.locator('.secret').waitFor({ state: 'detached' })
    await page.getByText('充 ¥50.00').click()
    await page.locator('.balance', { hasText: '¥70.00' }).waitFor()
    await page.goto(`${network.secureUrl}rider/#where`)
    await page.getByText('加入月累计优惠').first().click()
    await page.locator('.where-list .danger').click()
    await page.getByText('退出月累计优惠').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await another.close()
  }, 60_000)

  it('nor has the gate page', async () => {
    await gate.emulateMedia({ reducedMotion: 'reduce' })
    await gate.locator('.gate[data-ride="ready"]').waitFor()
    expect(await seriousFaults(gate)).toEqual([])
  }, 30_000)
})

/** By how much a page is wider than the phone. */
function overhangPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
}

/** What axe finds serious or worse. */
async function seriousFaults(page: Page): Promise<string[]> {
  // The page's own policy lets no foreign script in.
  await page.evaluate(AXE)
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>
      }
    }
    return (await axe.run()).violations
  })
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
}
