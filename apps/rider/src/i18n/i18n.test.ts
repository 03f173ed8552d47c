import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Texts } from '@unifare/language'
import { describe, expect, it } from 'vitest'
import * as fault from './fault-texts.ts'
import * as me from './me-texts.ts'
import * as page from './page-texts.ts'
import * as people from './people-texts.ts'
import * as reason from './reason-texts.ts'
import * as station from './station-texts.ts'
import * as trip from './trip-texts.ts'
import * as where from './where-texts.ts'

const HAN = /\p{Script=Han}/u
const PARAMETERS = ['A1', 'B2', 'C3']

const modules = [fault, me, page, people, reason, station, trip, where]
const rows = modules
  .flatMap((module) => Object.entries<unknown>(module))
  .filter((entry): entry is [string, Texts] => typeof entry[1] === 'object')
  .flatMap(([name, texts]) =>
    Object.entries(texts).map(([key, text]) => ({ key: `${name}.${key}`, text })),
  )

describe('texts', () => {
  it('are found in every catalogue', () => {
    const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('-texts.ts'))
    expect(modules).toHaveLength(files.length)
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

describe('reasons', () => {
  it('have words; an unknown one stands for itself', () => {
    expect(reason.reasonText('fares.statement-late').zh).toContain('期限')
    for (const code of ['trip.of-the-future', 'toString']) {
      expect(reason.reasonText(code).en).toBe(code)
    }
  })
})

describe('refusals', () => {
  it('have words; an unknown one tells its code', () => {
    expect(fault.faultText('issuer.arrears').en).toContain('repay')
    expect(fault.faultText('wallet.clock-behind').zh).toContain('时间')
    for (const code of ['issuer.of-the-future', 'toString']) {
      expect(fault.faultText(code).en).toContain(code)
    }
  })
})
