import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((name) => name !== '')
const source = tracked.filter((name) => /\.(ts|tsx|js|mjs)$/.test(name))
const own = (name: string) => name === 'tools/tidy.test.ts'

const linesOf = (name: string) => readFileSync(join(root, name), 'utf8').split('\n')

describe('the house is tidy', () => {
  it('keeps every file one idea: at most 600 lines', () => {
    const long = source.filter((name) => linesOf(name).length > 600)
    expect(long).toEqual([])
  })

  it('leaves nothing undone in comments and skips no test', () => {
    const left = source.filter(
      (name) =>
        !own(name) &&
        linesOf(name).some((line) =>
          /\b(TODO|FIXME|XXX|HACK)\b|@ts-ignore|@ts-nocheck|\b(it|test|describe)\.(skip|only|todo)\b/.test(
            line,
          ),
        ),
    )
    expect(left).toEqual([])
  })

  it('holds no big blobs', () => {
    const big = tracked.filter(
      (name) => name !== 'package-lock.json' && statSync(join(root, name)).size > 512 * 1024,
    )
    expect(big).toEqual([])
  })

  it('names files in kebab-case', () => {
    const odd = source.filter(
      (name) => !/^([a-z0-9.-]+\/)*[a-z0-9-]+(\.[a-z]+)*\.(ts|tsx|js|mjs)$/.test(name),
    )
    expect(odd).toEqual([])
  })
})
