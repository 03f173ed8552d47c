import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { describe, expect, it } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const entries = ['packages', 'parties']
  .flatMap((group) => readdirSync(join(root, group)).map((name) => join(group, name)))
  .map((dir) => ({ dir, entry: join(root, dir, 'src/index.ts') }))
  .filter(({ entry }) => existsSync(entry))

describe('main entries run in a browser', () => {
  it.each(entries)('$dir builds without a module of Node', async ({ entry }) => {
    const result = await build({
      configFile: false,
      logLevel: 'silent',
      plugins: [
        {
          name: 'no-node-modules',
          enforce: 'pre',
          resolveId(id, importer) {
            if (id.startsWith('node:')) throw new Error(`${importer} imports ${id}`)
            return null
          },
        },
      ],
      build: { write: false, lib: { entry, formats: ['es'] }, target: 'es2022' },
    })
    const [bundle] = Array.isArray(result) ? result : [result]
    expect(
      bundle !== undefined && 'output' in bundle && bundle.output[0].code.length,
    ).toBeGreaterThan(0)
  })
})
