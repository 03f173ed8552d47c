import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { firstLanguage, type Texts } from '@unifare/language'
import { describe, expect, it } from 'vitest'
import { centreTexts } from './centre-texts.ts'
import { exposureTexts, formulaTexts, inputTexts } from './exposure-texts.ts'
import { mapTexts } from './map-texts.ts'
import { factTexts, rideTexts, stageTexts } from './ride-texts.ts'
import { settlementTexts } from './settlement-texts.ts'
import { shellTexts } from './shell-texts.ts'
import { policyTexts, tariffTexts } from './tariff-texts.ts'
import { lineName, word, words } from './words.ts'

const catalogues: Readonly<Record<string, Texts>> = {
  shellTexts,
  mapTexts,
  rideTexts,
  factTexts,
  stageTexts,
  settlementTexts,
  centreTexts,
  exposureTexts,
  inputTexts,
  formulaTexts,
  tariffTexts,
  policyTexts,
  ...words,
}
const HAN = /\p{Script=Han}/u
const PARAMETERS = ['A1', 'B2', 'C3']
/** Words of the wire that are written in Latin letters in Chinese too. */
const LATIN_IN_CHINESE = new Set(['mode.brt'])

const rows = Object.entries(catalogues).flatMap(([name, texts]) =>
  Object.entries(texts).map(([key, text]) => ({ key: `${name}.${key}`, text })),
)

describe('texts', () => {
  it.each(rows)('$key is written in both languages', ({ key, text }) => {
    const zh = typeof text.zh === 'string' ? text.zh : text.zh(...PARAMETERS)
    const en = typeof text.en === 'string' ? text.en : text.en(...PARAMETERS)
    expect(en).not.toBe('')
    expect(en).not.toMatch(HAN)
    expect(HAN.test(zh)).toBe(!LATIN_IN_CHINESE.has(key))
  })

  it.each(rows)('$key uses the same parameters in both languages', ({ text }) => {
    const used = (one: typeof text.zh) =>
      typeof one === 'string' ? [] : PARAMETERS.filter((p) => one(...PARAMETERS).includes(p))
    expect(used(text.zh)).toEqual(used(text.en))
  })

  it('stand in catalogues only: no component holds a Chinese letter of its own', () => {
    const source = join(import.meta.dirname, '..')
    const found = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.tsx') && !file.endsWith('language-switch.tsx'))
      .filter((file) => HAN.test(readFileSync(join(source, file), 'utf8')))
    expect(found).toEqual([])
  })
})

describe('words of the wire', () => {
  it('are looked up by code; an unknown one stands for itself', () => {
    expect(word('kind', 'exit')).toEqual({ zh: '出站', en: 'exit' })
    expect(word('reason', 'card.future-reason')).toEqual({
      zh: 'card.future-reason',
      en: 'card.future-reason',
    })
    expect(word('kind', 'toString')).toEqual({ zh: 'toString', en: 'toString' })
  })

  it('name lines only where riders know lines', () => {
    expect(lineName('metro', 2).zh).toBe('2 号线')
    expect(lineName('taxi', 2)).toEqual({ zh: '', en: '' })
  })
})

describe('first language', () => {
  it.each([
    [null, 'zh-CN', 'zh'],
    [null, 'ZH', 'zh'],
    [null, 'en-GB', 'en'],
    [null, 'de', 'en'],
    ['en', 'zh-CN', 'en'],
    ['zh', 'en', 'zh'],
    ['xx', 'en', 'en'],
  ])('remembered %s, browser %s: %s', (remembered, browser, language) => {
    expect(firstLanguage({ remembered, browser })).toBe(language)
  })
})
