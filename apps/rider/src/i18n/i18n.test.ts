import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { faultText } from './fault-texts.ts'
import type { Texts } from './text.ts'

const HAN = /\p{Script=Han}/u
const PARAMETERS = ['A1', 'B2', 'C3']

const names = readdirSync(import.meta.dirname).flatMap(
  (file) => file.match(/^(.*-texts)\.ts$/)?.[1] ?? [],
)
const modules = await Promise.all(
  names.map((name) => import(`./${name}.ts`) as Promise<Record<string, unknown>>),
)
const rows = modules
  .flatMap((module) => Object.entries(module))
  .filter((entry): entry is [string, Texts] => typeof entry[1] === 'object')
  .flatMap(([name, texts]) =>
    Object.entries(texts).map(([key, text]) => ({ key: `${name}.${key}`, text })),
  )

describe('texts', () => {
  it('are found in every catalogue', () => {
    expect(names.length).toBeGreaterThan(4)
    expect(rows.length).toBeGreaterThan(60)
  })

  it.each(rows)('$key is written in both languages, with the same parameters', ({ text }) => {
    const zh = typeof text.zh === 'string' ? text.zh : text.zh(...PARAMETERS)
    const en = typeof text.en === 'string' ? text.en : text.en(...PARAMETERS)
    expect(en).not.toBe('')
    expect(en).not.toMatch(HAN)
    expect(zh).toMatch(HAN)
    const used = (line: string) => PARAMETERS.filter((one) => line.includes(one))
    expect(used(zh)).toEqual(used(en))
  })

  it('stand in catalogues only: no component holds a Chinese letter of its own', () => {
    const source = join(import.meta.dirname, '..')
    const found = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.tsx') && !file.endsWith('header.tsx'))
      .filter((file) => HAN.test(readFileSync(join(source, file), 'utf8')))
    expect(found).toEqual([])
  })
})

describe('refusals', () => {
  it('have words; an unknown one tells its code', () => {
    expect(faultText('issuer.arrears').en).toContain('repay')
    expect(faultText('wallet.clock-behind').zh).toContain('时间')
    for (const code of ['issuer.of-the-future', 'toString']) {
      expect(faultText(code).en).toContain(code)
    }
  })
})
