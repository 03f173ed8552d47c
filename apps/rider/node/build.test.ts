import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildRider } from './index.ts'

/** First load of the page's script, as text; about a third of it once compressed. */
const SCRIPT_MAX_BYTES = 190_000

let dist = ''
let text: Record<string, string> = {}

beforeAll(async () => {
  dist = await buildRider()
  const files = await readdir(dist, { recursive: true, withFileTypes: true })
  const entries = files
    .filter((file) => file.isFile())
    .map(async ({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [relative(dist, path), await readFile(path, 'utf8')]
    })
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
  })

  it('works in whatever folder it is served: its addresses are relative', () => {
    const addresses = text['index.html']?.match(/(?:href|src)="[^"]*"/g) ?? []
    expect(addresses.length).toBeGreaterThan(4)
    for (const address of addresses) expect(address).toMatch(/="\.\//)
    expect(text['rider.webmanifest']).not.toContain('"/')
  })

  it('keeps all of itself for the time without network, and the worker not', () => {
    const [, list = ''] = text['sw.js']?.match(/JSON\.parse\([`'"](.*?\])[`'"]\)/) ?? []
    const kept = JSON.parse(list.replaceAll('\\"', '"')) as string[]
    const files = Object.keys(text).filter((name) => name !== 'sw.js' && name !== 'index.html')
    expect(kept.sort()).toEqual(['./', ...files].sort())
    expect(text['sw.js']).toMatch(/unifare-rider-[0-9a-f]{16}/)
  })

  it('stays small: the code is there soon on a slow phone, too', () => {
    const script = Object.keys(text).find((name) => /^assets\/index-.*\.js$/.test(name)) ?? ''
    expect(text[script]?.length).toBeLessThan(SCRIPT_MAX_BYTES)
  })

  it('is not built again while no source has changed', async () => {
    const before = (await stat(join(dist, 'index.html'))).mtimeMs
    expect(await buildRider()).toBe(dist)
    expect((await stat(join(dist, 'index.html'))).mtimeMs).toBe(before)
  })
})
