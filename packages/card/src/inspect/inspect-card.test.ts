import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import vectors from '../../vectors/inspection.json' with { type: 'json' }
import { type CardDump, parseDump } from './dump.ts'
import { inspectCard } from './inspect-card.ts'
import { inspectionProblems } from './problems.ts'
import { type InspectionLanguage, renderInspection } from './render.ts'

const LANGUAGES: readonly InspectionLanguage[] = ['en', 'zh']

describe('vectors', () => {
  test.each(vectors.vectors.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const dump = parseDump(JSON.stringify(vector.dump))
    const { problems, ...expected } = vector.expect as { problems?: unknown[] }
    const inspection = inspectCard(dump)
    expect(inspection).toMatchObject(expected)
    if (problems)
      expect(inspection.problems).toEqual(problems.map((one) => expect.objectContaining(one)))
    for (const language of LANGUAGES) {
      expect(renderInspection(inspection, language).join('\n')).not.toMatch(/undefined|NaN|null/)
    }
  })
})

describe('never a throw, never the rest lost', () => {
  const everything = vectors.vectors[0]?.dump as unknown as { files: Record<string, unknown> }
  const texts = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.uint8Array({ maxLength: 160 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  )

  test('any JSON is inspected and rendered', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (dump) => {
        const inspection = inspectCard(dump as CardDump)
        for (const language of LANGUAGES) renderInspection(inspection, language)
      }),
    )
  })

  test('any bytes in any part are inspected and rendered', () => {
    const part = fc.oneof(texts, fc.array(texts, { maxLength: 4 }), fc.dictionary(texts, texts))
    const file = fc.constantFrom('15', '17', '18', '19', '1A', '1E', '06', '16', '1e')
    fc.assert(
      fc.property(part, part, fc.dictionary(file, part), (fci, balance, files) => {
        const inspection = inspectCard({ fci, balance, files } as CardDump)
        for (const language of LANGUAGES) renderInspection(inspection, language)
        for (const { code } of inspection.problems) expect(inspectionProblems).toHaveProperty(code)
      }),
    )
  })

  test('a file of random bytes leaves all other parts as they were', () => {
    const whole = inspectCard(everything as CardDump)
    fc.assert(
      fc.property(texts, (text) => {
        const broken = inspectCard({
          ...everything,
          files: { ...everything.files, '18': [text] },
        } as CardDump)
        const { transactions: _, problems: _p, trips, ...rest } = broken
        const { transactions: _t, problems: _q, trips: whole1E, ...expected } = whole
        expect(rest).toEqual(expected)
        expect(trips.map(({ time }) => time)).toEqual(whole1E.map(({ time }) => time))
      }),
    )
  })
})

describe('reading a dump', () => {
  test('bare hexadecimal, a part on each line', () => {
    const [first] = vectors.vectors
    const { fci, balance, files } = first!.dump as unknown as {
      fci: string
      balance: string
      files: Record<'15' | '17', string> &
        Record<'18' | '1E', readonly string[]> & { '1A': Record<string, string> }
    }
    const lines = [fci, balance, files['15'], files['17'], files['1A']['2701']]
    const records = [...files['18'], ...files['1E']]
    const spaced = [...lines, ...records].map((line) => line?.replace(/(..)/g, '$1 '))
    const dump = parseDump(spaced.join('\n'))
    const { otherFiles: _o, composites: _c, ...read } = inspectCard(dump)
    const { otherFiles: _p, composites: _d, ...whole } = inspectCard(first!.dump as never)
    expect(read).toEqual(whole)
  })

  test.each(['', '{', '[]', '{"fci": 1', 'hello', '6F', '0102030405'])('%j', (text) => {
    if (text === '' || text === '6F') expect(inspectCard(parseDump(text)).number).toBeNull()
    else expect(() => parseDump(text)).toThrow(expect.objectContaining({ code: 'card.bad-dump' }))
  })
})

describe('readable lines', () => {
  const names = {
    city: (code: string) => (code === '5810' ? { zh: '广州市', en: 'Guangzhou' } : undefined),
    institution: (code: string) =>
      code === '12205812' ? { zh: '广州地铁', en: 'Guangzhou metro' } : undefined,
  }
  const inspection = inspectCard(vectors.vectors[0]?.dump as never, { names })

  test('in Chinese, names where they are known, else the code', () => {
    const text = renderInspection(inspection, 'zh').join('\n')
    expect(text).toContain('余额      50.00')
    expect(text).toMatch(/进站\s+地铁\s+广州市 5810\s+广州地铁 12205812\s+线路 2 站点 17/)
    expect(text).toMatch(/出站\s+地铁\s+5840\s+12215842/)
    expect(text).toMatch(/未完成的地铁行程\s+始于 2026-11-21 08:00:00\s+广州市 5810/)
  })

  test('in English, columns aligned', () => {
    const lines = renderInspection(inspection, 'en')
    const from = lines.findIndex((line) => line.startsWith('Trips (2)'))
    const [head, first, second] = lines.slice(from + 1)
    expect(head).toMatch(/^#\s+Time\s+Type\s+Mode\s+City\s+Acceptor\s+Place\s+Terminal/)
    expect(first?.indexOf('2026-11-21 08:00:00')).toBe(head?.indexOf('Time'))
    expect(second?.indexOf('413100000077')).toBe(head?.indexOf('Terminal'))
    expect(first?.length).toBe(head?.length)
  })

  test('a label of a card cannot write control characters', () => {
    const fci = '6F0F8408A000000632010105A50350011B'
    const lines = renderInspection(inspectCard({ fci }), 'en')
    expect(lines.join('\n')).toContain('Applications   · A000000632010105')
  })

  test('every problem has a text in both languages', () => {
    const broken = vectors.vectors.find(({ id }) => id === 'broken')?.dump
    const lines = renderInspection(inspectCard(broken as never), 'zh').join('\n')
    expect(lines).toMatch(/files\.18\[0\]\s+不是十六进制数据\s+xyz/)
  })
})
