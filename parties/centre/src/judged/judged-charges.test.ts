import { createMemoryRepository, type Tx } from '@unifare/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { charges, marks } from '../tables.ts'
import type { Verdict } from '../verdicts.ts'
import { chargesOf, judgedOn, noteJudged, waitingCharges, withVerdicts } from './judged-charges.ts'
import { createVerdictNotes } from './verdict-pages.ts'

const OPERATORS = ['30000001', '30000002'] as const
const VERDICTS = ['normal', 'tap.missing', 'test'] as const satisfies readonly Verdict[]
const dayOf = (index: number) => `2026-11-${String(index + 1).padStart(2, '0')}`

/** New charges of both operators, and which of those that wait a day judges, and how. */
const DAYS = fc.array(
  fc.record({
    fresh: fc.tuple(fc.nat(1_500), fc.nat(40)),
    every: fc.integer({ min: 1, max: 4 }),
    bySegments: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
)

async function take(tx: Tx, operator: string, { from, end }: { from: number; end: number }) {
  const rows = Array.from({ length: end - from }, (_, i) => from + i)
  const raw = new Uint8Array(1)
  await tx.put(
    charges,
    rows.map((number) => ({ operator, number, raw, day: '', verdict: '' })),
  )
  await tx.put(marks, [{ name: `charges/${operator}`, value: `${end}:` }])
}

async function all<Row>(parts: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = []
  for await (const part of parts) rows.push(...part)
  return rows
}

test('whichever way days are closed, every charge has its verdict, and the others wait', async () => {
  await fc.assert(
    fc.asyncProperty(DAYS, async (days) => {
      await createMemoryRepository().transaction(async (tx) => {
        const ends = [1, 1]
        const model = new Map<string, { day: string; verdict: string }>()
        for (const [index, { fresh, every, bySegments }] of days.entries()) {
          for (const [i, operator] of OPERATORS.entries()) {
            const from = ends[i]!
            ends[i] = from + fresh[i]!
            await take(tx, operator, { from, end: ends[i]! })
            for (let n = from; n < ends[i]!; n++) {
              model.set(`${operator}-${n}`, { day: '', verdict: '' })
            }
          }
          const waiting = await all(waitingCharges(tx))
          const own = waiting.filter((_, i) => (i + index) % every === 0)
          const verdictOf = (n: number) => VERDICTS[n % VERDICTS.length] as Verdict
          const day = dayOf(index)
          if (bySegments) {
            const notes = createVerdictNotes(tx, day)
            for (const row of own) notes.add(row, verdictOf(row.number))
            await noteJudged(tx, await notes.end())
          } else {
            await tx.put(
              charges,
              own.map((row) => ({ ...row, day, verdict: verdictOf(row.number) })),
            )
          }
          for (const { operator, number } of own) {
            model.set(`${operator}-${number}`, { day, verdict: verdictOf(number) })
          }
          expect((await all(judgedOn(tx, day))).map(nameOf)).toEqual(own.map(nameOf))
        }
        const told = await withVerdicts(tx, await tx.select(charges, {}))
        expect(told.map((row) => [nameOf(row), row.day, row.verdict])).toEqual(
          [...model].map(([name, { day, verdict }]) => [name, day, verdict]).toSorted(byKey),
        )
        expect((await all(waitingCharges(tx))).map(nameOf)).toEqual(
          told.filter(({ day }) => day === '').map(nameOf),
        )
        const asked = [
          { operator: OPERATORS[1], number: 1 },
          { operator: 'nobody', number: 7 },
        ]
        const [one, none] = await chargesOf(tx, asked)
        expect([one?.verdict, none]).toEqual([model.get(`${OPERATORS[1]}-1`)?.verdict, undefined])
      })
    }),
    { numRuns: 25 },
  )
})

function nameOf({ operator, number }: { readonly operator: string; readonly number: number }) {
  return `${operator}-${number}`
}

function byKey([a = '']: readonly string[], [b = '']: readonly string[]): number {
  const [operator = '', number] = a.split('-')
  const [other = '', otherNumber] = b.split('-')
  if (operator !== other) return operator < other ? -1 : 1
  return Number(number) - Number(otherNumber)
}
