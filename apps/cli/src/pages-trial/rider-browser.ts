import { createHash, X509Certificate } from 'node:crypto'
import { emptyFrame, type LumaFrame } from '@unifare/gate/testing'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

const CODE = 'canvas.ride-code'
const PHONE = { width: 390, height: 844 } as const
/** Paper around a symbol before the camera. */
const MARGIN_PX = 12

declare global {
  interface Window {
    /** Milliseconds from the opening of the page to a code on it. */
    __codeShownMs?: number
  }
}

/** The browser of a rider's phone; it trusts the certificate of the local authority's server. */
export async function openRiderBrowser(options: {
  readonly profile: string
  readonly serverCertificate: string
  readonly locale?: string
}): Promise<BrowserContext> {
  const { profile, serverCertificate, locale = 'zh-CN' } = options
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    locale,
    viewport: PHONE,
    args: [
      '--no-sandbox',
      `--ignore-certificate-errors-spki-list=${publicKeyHash(serverCertificate)}`,
    ],
  })
  await context.addInitScript(noteFirstCode)
  return context
}

/** Chromium names keys by the SHA-256 of their SPKI. */
function publicKeyHash(pem: string): string {
  const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(spki).digest('base64')
}

/** Runs in the page: looks at every frame whether a code is on it. */
function noteFirstCode(): void {
  const look = () => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.ride-code')
    if (canvas === null || canvas.hidden) requestAnimationFrame(look)
    else window.__codeShownMs = performance.now()
  }
  requestAnimationFrame(look)
}

/** Milliseconds from the opening of the page to its first code. */
export async function codeShownMs(page: Page): Promise<number> {
  const shown = await page.waitForFunction(() => window.__codeShownMs, undefined, {
    polling: 'raf',
  })
  return (await shown.jsonValue()) ?? Number.NaN
}

/** The code on a page, pixel for pixel, as large as a camera of 640 × 480 sees it. */
export async function codeOnPage(page: Page): Promise<LumaFrame> {
  const { side, luma } = await page.locator(CODE).evaluate((element) => {
    const canvas = element as HTMLCanvasElement
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data
    const grey = Array.from({ length: canvas.width * canvas.height }, (_, i) => data?.[i * 4] ?? 0)
    return { side: canvas.width, luma: grey }
  })
  const frame = emptyFrame()
  const size = frame.height - 2 * MARGIN_PX
  const left = (frame.width - frame.height) >> 1
  for (let y = 0; y < frame.height; y++) {
    for (let x = 0; x < frame.height; x++) {
      const column = Math.floor(((x - MARGIN_PX) * side) / size)
      const row = Math.floor(((y - MARGIN_PX) * side) / size)
      const inside = column >= 0 && row >= 0 && column < side && row < side
      frame.luma[y * frame.width + left + x] = inside ? (luma[row * side + column] ?? 0) : 235
    }
  }
  return frame
}
