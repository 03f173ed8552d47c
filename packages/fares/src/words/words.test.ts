import { describe, expect, test } from 'vitest'
import { tariffs } from '../catalogue.ts'
import { tariffNamed } from '../fares.fixture.ts'
import type { BaseFare, Transfer } from '../tariff.ts'
import { baseWords } from './base-words.ts'
import { type PolicyKind, tariffWords } from './policy-words.ts'
import { whenWords } from './when-words.ts'

const HAN = /\p{Script=Han}/u

const wordsOf = (id: string, kind: PolicyKind) =>
  tariffWords(tariffNamed(id)).filter((words) => words.kind === kind)

describe('a base fare in words', () => {
  test('a ladder reads as the city publishes it', () => {
    const [ladder] = wordsOf('beijing-metro', 'rules')
    expect(ladder?.effect.en).toBe(
      '3.00 yuan to 6 km; 1.00 yuan more per 6 km to 12 km; 1.00 yuan more per 10 km to 32 km; then 1.00 yuan more per 20 km',
    )
    expect(ladder?.effect.zh).toBe(
      '6 公里内 3.00 元；至 12 公里每 6 公里加 1.00 元；至 32 公里每 10 公里加 1.00 元；以后每 20 公里加 1.00 元',
    )
  })

  test.each<[BaseFare, string, string]>([
    [{ kind: 'flat', amountFen: 200 }, '2.00 元', '2.00 yuan'],
    [{ kind: 'table', table: 'od' }, '按票价表 od', 'from the table od'],
    [
      {
        kind: 'stop-ladder',
        stops: 'ride',
        first: { uptoStops: 1, amountFen: 100 },
        steps: [{ widthStops: 3, untilStops: null, addFen: 50 }],
        capFen: 400,
      },
      '1 站内 1.00 元；以后每 3 站加 0.50 元；最高 4.00 元',
      '1.00 yuan to 1 stop; then 0.50 yuan more per 3 stops; 4.00 yuan at most',
    ],
    [
      {
        kind: 'elapsed-ladder',
        freeS: 3600,
        steps: [{ widthS: 1800, untilS: null, addFen: 100 }],
        capFen: null,
      },
      '1 小时内免费；以后每 30 分钟加 1.00 元',
      'free for 1 h; then 1.00 yuan more per 30 min',
    ],
    [
      {
        kind: 'metered',
        startFen: 1100,
        startM: 3000,
        unitM: 417,
        unitFen: 100,
        minFen: 1100,
        maxFen: 90_000,
      },
      '3 公里内 11.00 元，以后每 0.417 公里加 1.00 元；11.00 元至 900.00 元',
      '11.00 yuan to 3 km, then 1.00 yuan per 0.417 km; from 11.00 yuan to 900.00 yuan',
    ],
  ])('%j', (base, zh, en) => {
    expect(baseWords(base)).toEqual({ zh, en })
  })
})

describe('conditions in words', () => {
  test('each is one text; none always holds', () => {
    expect(whenWords({})).toEqual([])
    expect(
      whenWords({
        modes: ['bus', 'metro'],
        lines: [1, 2],
        journey: 'single',
        media: ['card'],
        issuer: 'visitor',
        issuerDivisions: ['110000'],
        networks: ['t-union', 'x'],
        riderClasses: ['senior', 'crew'],
        entryStations: ['甲'],
        exitStations: [1, 2, 3, 4],
        days: ['mon', 'tue', 'wed', 'thu', 'fri', 'holiday'],
        time: { at: 'exit', from: '07:00', until: '09:00' },
      }).map(({ en }) => en),
    ).toEqual([
      'bus, metro',
      'lines 1, 2',
      'one tap',
      'by card',
      'issued elsewhere',
      'issued in 110000',
      'T-Union, x',
      'senior, crew',
      'entry at 甲',
      'exit at 4 stations',
      'Mon–Fri, holidays',
      'exit 07:00–09:00',
    ])
    expect(whenWords({ days: ['sat', 'sun'] })[0]?.zh).toBe('周六、周日')
  })
})

describe('policies in words', () => {
  test('early bird, monthly steps, passes and overtime of Beijing', () => {
    const effects = (kind: PolicyKind) =>
      wordsOf('beijing-metro', kind).map(({ effect }) => effect.en)
    expect(effects('discounts')).toEqual(['free', 'pays 50%'])
    expect(effects('accumulation')).toEqual([
      "month's paid money: from 100.00 yuan 80%, from 150.00 yuan 50%, from 400.00 yuan 100% (from the next ride)",
    ])
    expect(effects('passes')[0]).toBe('20.00 yuan, 24 hours of rides')
    expect(effects('timeLimits')).toEqual(['beyond 4 h plus 3.00 yuan'])
  })

  test('a pass says whether its price is given back', () => {
    const [pass] = tariffNamed('beijing-metro').passes ?? []
    if (pass === undefined) throw new TypeError('no passes')
    const refundable = {
      ...tariffNamed('beijing-metro'),
      passes: [{ ...pass, refund: 'unused' as const }],
    }
    const words = tariffWords(refundable).find(({ kind }) => kind === 'passes')
    expect(words?.effect.en).toBe('20.00 yuan, 24 hours of rides, given back while unused')
  })

  test('a transfer says what, since when, after what, how often', () => {
    const transfer: Transfer = {
      id: 't',
      textZh: '换乘',
      textEn: 'transfer',
      source: 0,
      when: {},
      from: { modes: ['bus'] },
      withinS: 5400,
      counts: 'from-start',
      most: 2,
      effect: { kind: 'free-up-to', amountFen: 200 },
    }
    const metro = { ...tariffNamed('wuhan-metro'), transfers: [transfer] }
    const [words] = tariffWords(metro).filter(({ kind }) => kind === 'transfers')
    expect(words?.effect).toEqual({
      zh: '2.00 元以内免费，超出付差额；前一程起 90 分钟内；前一程公交；至多 2 次',
      en: 'free up to 2.00 yuan, else that much less; within 90 min of the start before; after bus; 2 at most',
    })
  })

  test('every policy of every city is said in both languages and names a source', () => {
    for (const tariff of tariffs()) {
      const ids = tariffWords(tariff).map(({ id }) => id)
      expect(ids).toEqual(expect.arrayContaining(tariff.discounts.map(({ id }) => id)))
      for (const { effect, when, text, source } of tariffWords(tariff)) {
        expect(tariff.sources[source]).toBeDefined()
        for (const { zh, en } of [effect, text, ...when]) {
          expect(zh).toMatch(HAN)
          expect(en).not.toBe('')
          // Stations have Chinese names only.
          expect(HAN.test(en) && !en.startsWith('entry at')).toBe(false)
        }
      }
    }
  })
})
