import { type BrowserContext, chromium, type Page } from 'playwright-core'

/** A browser with a camera that a test holds pictures before. */
export async function openGateBrowser(options: {
  readonly profile: string
  readonly video: string
  readonly locale?: string
  readonly viewport?: { readonly width: number; readonly height: number }
}): Promise<BrowserContext> {
  const { profile, video, locale = 'zh-CN', viewport = { width: 1180, height: 760 } } = options
  return chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    locale,
    viewport,
    args: [
      '--no-sandbox',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${video}`,
    ],
  })
}

/** Kills every process of a browser that a test opened, from the outside. */
export async function killBrowser(context: BrowserContext): Promise<void> {
  const session = await context.browser()?.newBrowserCDPSession()
  const answer = await session?.send('SystemInfo.getProcessInfo')
  const closed = new Promise((resolve) => context.once('close', resolve))
  for (const { id } of answer?.processInfo ?? []) process.kill(id, 'SIGKILL')
  await closed
}

/** Chooses a place on the setup screen, by the number of its planned terminal. */
export async function choosePlace(
  page: Page,
  { operatorName, terminal }: { readonly operatorName: string; readonly terminal: string },
): Promise<void> {
  await page.locator('.choices button', { hasText: operatorName }).click()
  await page.locator(`[data-terminal="${terminal}"]`).click()
  await page.locator('.status[data-stage="fresh"]').waitFor()
}
