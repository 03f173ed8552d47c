import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { coreErrors } from '../src/core-errors.ts'

const PACKAGE = new URL('../', import.meta.url)

/** Codes that the sources of this package throw. */
function codesInSources(): Set<string> {
  const codes = new Set<string>()
  for (const folder of ['src/', 'node/']) {
    for (const file of readdirSync(new URL(folder, PACKAGE))) {
      if (!file.endsWith('.ts') || /test\.ts$|errors\.ts$/.test(file)) continue
      const source = readFileSync(new URL(folder + file, PACKAGE), 'utf8')
      const thrown = /(?:requireData|new UnifareError)\([^']*?'([a-z]+\.[a-z0-9-]+)'/g
      for (const match of source.matchAll(thrown)) codes.add(match[1] ?? '')
    }
  }
  return codes
}

describe('coreErrors', () => {
  it('lists exactly the codes that the package throws', () => {
    expect([...codesInSources()].sort()).toEqual(Object.keys(coreErrors).sort())
  })
})
