import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildConsole } from './index.ts'

/** First load of the page's script, as text; about a third of it once compressed. */
const SCRIPT_MAX_BYTES = 120_000

let dist = ''
let text: Record<string, string> = {}

beforeAll(async () => {
  dist = await buildConsole()
  const files = await readdir(dist, { recursive: true, withFileTypes: true })
  const entries = files
    .filter((file) => file.isFile())
    .map(async ({ parentPath, name }) => [name, await readFile(join(parentPath, name), 'utf8')])
  text = Object.fromEntries(await Promise.all(entries))
})

describe('the built page', () => {
  it('asks no other origin for anything', () => {
    for (const [name, content] of Object.entries(text)) {
      const others = content
        .match(/(https?:)?\/\/[\w.-]+\.\w{2,}[^\s"'`)]*/g)
        ?.filter((address) => !address.includes('www.w3.org/'))
      expect({ name, others: others ?? [] }).toEqual({ name, others: [] })
    }
    expect(text['index.html']).toContain('/assets/')
  })

  it('stays small: the other pages come when they are looked at', () => {
    const [, script = ''] = text['index.html']?.match(/assets\/([\w-]+\.js)"/) ?? []
    expect(text[script]?.length).toBeLessThan(SCRIPT_MAX_BYTES)
    expect(text[script]).toMatch(/import\(.*exposure-page/)
  })

  it('is not built again while no source has changed', async () => {
    const before = (await stat(join(dist, 'index.html'))).mtimeMs
    expect(await buildConsole()).toBe(dist)
    expect((await stat(join(dist, 'index.html'))).mtimeMs).toBe(before)
  })
})
