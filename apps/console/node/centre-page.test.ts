import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FixtureServer, serveFixture } from './fixture-server.ts'

declare global {
  interface Window {
    axe: typeof axe
  }
}

const WIDTHS = {
  phone: { width: 360, height: 780 },
  desktop: { width: 1440, height: 900 },
} as const

let server: FixtureServer
let browser: Browser
beforeAll(async () => {
  server = await serveFixture({ port: 0, phase: 'settled' })
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
}, 60_000)
afterAll(async () => {
  await browser.close()
  server.close()
})

async function open(locale: string, viewport: { width: number; height: number }): Promise<Page> {
  const page = await browser.newPage({ locale, viewport, reducedMotion: 'reduce' })
  await page.goto(`${server.url}#page=centre`)
  await page.locator('.centre .windows').waitFor()
  return page
}

describe('the centre’s page', () => {
  const all = Object.entries(WIDTHS).flatMap(([width, viewport]) =>
    ['zh-CN', 'en'].map((locale) => ({ width, viewport, locale })),
  )
  it.each(all)('has no fault of accessibility: $locale, $width', async ({ locale, viewport }) => {
    const page = await open(locale, viewport)
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate(() => window.axe.run())
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
    const overhang = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    )
    expect(overhang).toBeLessThanOrEqual(0)
    await page.close()
  })

  it('tells what waits, and leads to it', async () => {
    const page = await open('en', WIDTHS.desktop)
    const waits = page.locator('.waits button')
    expect(await waits.allTextContents()).toEqual([
      'windows past their value date, not confirmed by the bank: 1',
      'members with an alarm on their reserve account: 2',
      'overdue suspense items: 1',
      'suspense items: 1',
      'held charges: 2',
    ])
    await waits.nth(1).click()
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('centre-reserves')
    expect(await page.locator('.window-bad code').allTextContents()).toEqual(['W20261118-1'])
    const rows = page.locator('.reserves tbody tr')
    expect(await rows.nth(0).textContent()).toMatch(/^Beijing issuer 01011000101\.3 %/)
    expect(await rows.nth(1).textContent()).toMatch(/suspended.*top the account up.*cap is reached/)
    const item = page.locator('.item').first()
    expect(await item.textContent()).toMatch(
      /instructed, and not on the statement.*settlement says643\.10.*bank saysnothing.*2 days old, limit 1.*ask the debtor/,
    )
    await page.close()
  })
})
