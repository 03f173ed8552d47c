import { canonicalJson, createMemoryRepository, createMemoryStorage, fromUtf8 } from '@unifare/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSplitCounter, pagesOfRecords } from './files/result-splits.ts'
import { pagesOf, type Statement, type StatementLine, statementCsv } from './statement.ts'
import { statementFiles } from './statement-files.ts'
import { createPageWriter, readPage, STATEMENT_PART_LINES, storedPages } from './statement-pages.ts'
import { lineText } from './statement-text.ts'
import { statements } from './tables.ts'

const DAY = '2026-11-20'
const MEMBER = '30000001'

function lineOf(charge: number, entry?: 'reversal' | 'correction'): StatementLine {
  return {
    charge: `${MEMBER}-${charge}`,
    taps: Array.from({ length: charge % 4 }, (_, tap) => `400000000001-${charge * 4 + tap}`),
    verdict: 'normal',
    side: 'receive',
    counterparty: '20000001',
    medium: 'code',
    account: '3120000001000000017',
    mode: 'bus',
    tapDay: DAY,
    endAt: '2026-11-20T00:00:00.000Z',
    amountFen: 100,
    feeMicro: '0',
    acquirerMicro: '0',
    issuerMicro: '0',
    centreMicro: '0',
    shareMicro: '100000000',
    ...(entry && { entry }),
  }
}

/** Lines as they come, in parts; a correction is two lines of one part. */
function partsOf(sizes: readonly number[]): StatementLine[][] {
  let charge = 0
  return sizes.map((size) =>
    Array.from({ length: size }, () => {
      charge += 1
      return charge % 3 === 0
        ? [lineOf(charge, 'reversal'), lineOf(charge, 'correction')]
        : [lineOf(charge)]
    }).flat(),
  )
}

const SIZES = fc.array(fc.integer({ min: 0, max: 2 * STATEMENT_PART_LINES }), { maxLength: 4 })

test('lines that come in parts are stored in the pages of the whole', async () => {
  await fc.assert(
    fc.asyncProperty(SIZES, async (sizes) => {
      const parts = partsOf(sizes)
      await createMemoryRepository().transaction(async (tx) => {
        const writer = createPageWriter(tx, DAY)
        for (const lines of parts) await writer.add(MEMBER, lines)
        const pages = (await writer.end()).get(MEMBER) ?? 0
        const stored: (readonly StatementLine[])[] = []
        for await (const page of storedPages(tx, { day: DAY, member: MEMBER })) {
          stored.push(readPage(page))
        }
        // A member of whom no line was heard has none.
        const whole = parts.length === 0 ? [] : pagesOf(parts.flat(), STATEMENT_PART_LINES)
        expect(stored).toEqual(whole)
        expect(pages).toBe(whole.length)
      })
    }),
    { numRuns: 20 },
  )
})

test('a line’s own text is its canonical one', () => {
  const digits = fc.stringMatching(/^-?[0-9]{1,15}$/)
  const lines = fc.record(
    {
      corrects: digits,
      entry: fc.constantFrom('reversal' as const, 'correction' as const),
      clearedBy: digits,
      amountFen: fc.maxSafeInteger(),
      feeMicro: digits,
      shareMicro: digits,
      verdict: fc.constantFrom('normal', 'tap.conflict'),
      taps: fc.array(digits, { maxLength: 3 }),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(lines, fc.nat(9), (changes, charge) => {
      const line: StatementLine = { ...lineOf(charge), ...changes }
      expect(lineText(line)).toBe(canonicalJson(line))
    }),
  )
})

test('files of a statement in pages are those of the whole', async () => {
  const storage = createMemoryStorage()
  const lines = partsOf([STATEMENT_PART_LINES + 10]).flat()
  const head: Statement = {
    member: MEMBER,
    day: DAY,
    root: '"lines":[]',
    position: { id: MEMBER, receivableFen: 1, payableFen: 0, netFen: 1 },
    roundingFen: 0,
    lines: [],
    orders: [],
  }
  await createMemoryRepository().transaction(async (tx) => {
    const others = [
      { ...head, member: '20000001', lines: lines.slice(0, 3) },
      { ...head, member: '1' },
    ]
    await tx.put(
      statements,
      [head, ...others].map((statement) => ({ day: DAY, member: statement.member, statement })),
    )
    const writer = createPageWriter(tx, DAY)
    await writer.add(MEMBER, lines)
    await writer.end()
    for (const one of await statementFiles(storage).due(tx, { day: DAY })) await one.write(tx)
    for (const whole of [{ ...head, lines }, ...others]) {
      const name = `statement-${DAY}-${whole.member}`
      const [json, csv] = [await storage.read(`${name}.json`), await storage.read(`${name}.csv`)]
      expect(fromUtf8(json ?? new Uint8Array())).toBe(`${canonicalJson(whole)}\n`)
      expect(fromUtf8(csv ?? new Uint8Array())).toBe(statementCsv(whole))
    }
  })
})

test('files are counted in parts as they are cut in the end', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 6 })
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 9 }), (own, most) => {
      const parts = partsOf(own)
      const counter = createSplitCounter(DAY, most)
      for (const lines of parts) counter.add(MEMBER, lines)
      const cut = pagesOfRecords(parts.flat(), most).length
      const found = counter.rows().find(({ kind }) => kind === 'FB')
      expect(found?.parts ?? 1).toBe(cut)
    }),
  )
})
