import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { archiveDay } from '@unifare/centre/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeLeasedDay } from './testing/leased-day.ts'

let day: Awaited<ReturnType<typeof makeLeasedDay>>
let dir: string

beforeAll(async () => {
  day = await makeLeasedDay()
  dir = await mkdtemp(join(tmpdir(), 'unifare-archive-'))
})

afterAll(async () => {
  await day.stop()
  await rm(dir, { recursive: true, force: true })
})

test('a closed day in Parquet: DuckDB reads it, and its sums are the settled ones', async () => {
  const archived = await archiveDay({ storage: day.storage, day: day.day, dir })
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const ask = async (text: string) => (await connection.runAndReadAll(text)).getRows()
  const rows = `read_parquet('${join(dir, '*.parquet')}')`

  expect(
    await ask(`select count(*), sum(amount_fen)::bigint from ${rows} where fee_row is not null`),
  ).toEqual([[BigInt(day.expected.verdicts['normal'] ?? 0), day.expected.settledFen]])
  const byVerdict = await ask(
    `select verdict, count(*)::integer from ${rows} where place = 0 group by 1`,
  )
  expect(Object.fromEntries(byVerdict)).toEqual(day.expected.verdicts)
  const received = await ask(
    `select operator, sum(amount_fen)::bigint from ${rows} where verdict = 'normal' group by 1`,
  )
  expect(received.length).toBeGreaterThan(1)
  expect(received.reduce((sum, [, fen]) => sum + BigInt(String(fen)), 0n)).toBe(
    day.expected.settledFen,
  )
  connection.closeSync()

  const again = await archiveDay({ storage: day.storage, day: day.day, dir: join(dir, 'again') })
  expect({ ...again, files: [] }).toEqual({ ...archived, files: [] })
})

test('a day that is not closed has no archive', async () => {
  await expect(archiveDay({ storage: day.storage, day: '2026-01-01', dir })).rejects.toMatchObject({
    code: 'centre.no-closed-day',
  })
})
