import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { StoragePage } from '../browser/testing/storage-page.ts'

declare const page: StoragePage

const entry = fileURLToPath(new URL('../browser/testing/storage-page.ts', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'unifare-browser-'))
let server: Server
let url = ''
let context: BrowserContext | undefined

/** Opens the page in a browser of this profile; a real disk stands behind it. */
async function open(profile: string): Promise<Page> {
  context = await chromium.launchPersistentContext(join(root, profile), {
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  const opened = await context.newPage()
  await opened.goto(url)
  return opened
}

beforeAll(async () => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry, formats: ['es'] } },
  })
  const [first] = [built].flat()
  const script = first && 'output' in first ? first.output[0].code : ''
  server = createServer((request, response) => {
    const wanted = request.url === '/page.js'
    response.setHeader('content-type', wanted ? 'text/javascript' : 'text/html')
    response.end(wanted ? script : '<script type="module" src="/page.js"></script>')
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})

afterEach(async () => {
  await context?.close()
  context = undefined
})

afterAll(() => {
  server.close()
  rmSync(root, { recursive: true, force: true })
})

describe('browser storage', () => {
  it('gives back what was written, also over the edges of pages and behind a gap', async () => {
    const opened = await open('files')
    expect(await opened.evaluate(() => page.files())).toEqual({
      beforeSync: 'hello',
      closed: expect.stringContaining('the file is closed'),
      begin: 'hullo',
      edge: 'over the edge',
      gap: true,
      end: 'behind a gap',
      length: 20_012,
      behind: 0,
    })
  })

  it('lists sorted names, replaces whole files, and knows no other', async () => {
    const opened = await open('names')
    expect(await opened.evaluate(() => page.names())).toEqual({
      names: ['b-1', 'b-2'],
      replaced: 'new',
      long: 15_000,
      none: true,
      refused: ['refused', 'refused', 'refused', 'refused'],
    })
  })
})

describe('a journal in the browser', () => {
  it('keeps everything acknowledged when the browser is killed with -9', async () => {
    let acknowledged = 0
    for (const delayMs of [50, 300]) {
      const opened = await open('killed')
      void opened.evaluate(() => page.append()).catch(() => undefined)
      await opened.waitForFunction((before) => Number(document.title) > before, acknowledged)
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      const seen = Number(await opened.title())
      await killBrowser(opened)
      expect(seen).toBeGreaterThan(acknowledged)

      const after = await open('killed')
      const records = await after.evaluate(() => page.records())
      expect(records.length).toBeGreaterThanOrEqual(seen)
      expect(records).toEqual(records.map((_, index) => `record ${index}`))
      acknowledged = records.length
      await context?.close()
    }
  })
})

/** Kills the processes of the browser that this test started, from the outside. */
async function killBrowser(opened: Page): Promise<void> {
  const session = await opened.context().browser()?.newBrowserCDPSession()
  const info = (await session?.send('SystemInfo.getProcessInfo')) as
    | { processInfo: { id: number }[] }
    | undefined
  const closed = new Promise((resolve) => opened.context().once('close', resolve))
  for (const { id } of info?.processInfo ?? []) process.kill(id, 'SIGKILL')
  await closed
}
