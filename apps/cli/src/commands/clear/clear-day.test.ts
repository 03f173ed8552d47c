import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { days } from '@unifare/centre'
import { businessDayStart, nextDay } from '@unifare/core'
import { startTestPostgres } from '@unifare/core/testing'
import type { ClearingWay } from '@unifare/twin'
import { afterAll, afterEach, beforeAll, describe, expect, it, type Mock, vi } from 'vitest'
import { DAY, type RiddenNetwork, rideNetwork } from '../../ridden-network.fixture.ts'
import { openStoredParty } from '../../stored-network.ts'
import { makeProof } from '../proof/make-proof.ts'
import { type ClearDayOptions, clearDay } from './clear-day.ts'
import { startProgram } from './program.fixture.ts'

const VERIFIER = fileURLToPath(
  new URL('../../../../../twin/node/demonstration-verifier.ts', import.meta.url),
)
const printed: Mock<typeof process.stdout.write> = vi.spyOn(process.stdout, 'write')
afterEach(() => printed.mockReset())

const SEED = 'cleared again'
const NEXT_DAY = '2026-11-21'
let network: RiddenNetwork
let folder: string
let data: string
let postgres: Awaited<ReturnType<typeof startTestPostgres>>
beforeAll(async () => {
  postgres = await startTestPostgres()
  network = await ridden()
  folder = network.folder
  data = network.data
})
afterAll(async () => {
  await postgres.stop()
  await network.remove()
})

/** A network with two closed days, which has ended. */
async function ridden(clearing?: ClearingWay): Promise<RiddenNetwork> {
  const ridden = await rideNetwork(SEED, clearing)
  const { ports } = ridden.running.day
  // Nothing is ridden on the next day: its close goes on from this one.
  await ports.setClock(businessDayStart(nextDay(NEXT_DAY)) + 60_000)
  await ports.centre.command({ do: 'close-day', day: NEXT_DAY })
  await ridden.end()
  return ridden
}

const cleared = async (day: string, options: Partial<ClearDayOptions>) => {
  printed.mockReturnValue(true)
  const code = await clearDay(day, { data, threads: 1, check: true, json: true, ...options })
  const text = printed.mock.calls.join('')
  printed.mockClear()
  return { code, text }
}

/** A day cleared by a worker of its own that has the keys of a seed. */
async function clearedByWorker(
  day: string,
  { work, seed }: { readonly work: string; readonly seed: string },
) {
  const database = ['--database', postgres.url, '--data', work, '--threads', '1', '--json']
  const options = JSON.stringify({ seed, centre: '00000156' })
  const keys = ['--verifier', VERIFIER, '--verifier-options', options]
  const worker = startProgram(['clear', 'worker', ...database, ...keys, '--name', 'one'])
  try {
    const done = await cleared(day, { database: postgres.url, work })
    return { ...done, worker: await worker.end() }
  } finally {
    await worker.kill()
  }
}

describe('unifare clear day', () => {
  it('clears the days that its folder does not have yet, then the one asked for', async () => {
    const { code, text } = await cleared(NEXT_DAY, { seed: SEED, json: false })
    expect(code).toBe(0)
    expect(text).toMatch(/^day {7}2026-11-21: 0 charges[^]*check {5}as its close said/)
    const zh = await cleared(NEXT_DAY, { seed: SEED, json: false, lang: 'zh' })
    expect(zh.text).toMatch(/^清算日 {4}2026-11-21：收费 0 笔[^]*核对 {6}与关账一致\n$/)
  })

  it('comes to every verdict and position of the close, from the journal alone', async () => {
    const before = await readFile(join(data, 'clearing', `summary-${DAY}`), 'utf8')
    const { code, text } = await cleared(DAY, { seed: SEED, archive: join(folder, 'archive') })
    expect(code).toBe(0)
    const told = JSON.parse(text) as {
      readonly root: string
      readonly charges: number
      readonly archived: { readonly rows: number }
      readonly verdicts: Readonly<Record<string, number>>
    }
    expect(told).toMatchObject({ day: DAY, differences: [], equal: true })
    expect(told.charges).toBeGreaterThan(10)
    expect(told.archived.rows).toBeGreaterThanOrEqual(told.charges)
    expect(await readdir(join(folder, 'archive'))).toEqual([`rows-${DAY}-0000.parquet`])
    expect(told.verdicts).toEqual({ normal: told.charges })
    // Cleared a second time it has the same root.
    expect(JSON.parse(before)).toMatchObject({ day: DAY, root: told.root })
  })

  it('clears a day before again whose files are not all there', async () => {
    const own = join(data, 'clearing')
    const [gone = ''] = (await readdir(own)).filter((name) => name.startsWith(`closed-${DAY}-`))
    await rm(join(own, gone))
    const { code, text } = await cleared(NEXT_DAY, { seed: SEED })
    expect([code, JSON.parse(text)]).toMatchObject([0, { equal: true }])
    expect(await readdir(own)).toContain(gone)
  })

  it('refuses a seed of another network before it clears anything', async () => {
    await expect(cleared(DAY, { seed: 'another' })).rejects.toMatchObject({
      code: 'clear.wrong-seed',
    })
    await expect(cleared('2026-11-19', { seed: SEED })).rejects.toMatchObject({
      code: 'centre.day-open',
      message: `2026-11-19 is not closed; closed is ${DAY}, ${NEXT_DAY}`,
    })
  })

  it('clears days again that their centre closed by segments, on threads, to the same roots', async () => {
    const other = await ridden('segments')
    const { data: bySegments } = other
    const { code, text } = await cleared(NEXT_DAY, { seed: SEED, data: bySegments })
    expect(code).toBe(0)
    const stored = await openStoredParty(bySegments)
    const closed = await stored.repository.transaction((tx) => tx.select(days, {}))
    await stored.close()
    const again = await Promise.all(
      [DAY, NEXT_DAY].map((day) =>
        readFile(join(bySegments, 'clearing', `summary-${day}`), 'utf8'),
      ),
    )
    expect(again.map((one) => (JSON.parse(one) as { root: string }).root)).toEqual(
      closed.map(({ root }) => root),
    )
    expect(JSON.parse(text)).toMatchObject({ equal: true, root: closed[1]?.root })
    const out = join(folder, 'proof.json')
    expect(await makeProof('15215212-1', { data: bySegments, out, lang: 'en' })).toBe(0)
    expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ form: 'verdict-rows' })
    await other.remove()
  })

  it('is cleared by workers that have the keys, from their jobs in a database', async () => {
    const work = join(folder, 'leased')
    const { code, text, worker } = await clearedByWorker(DAY, { work, seed: SEED })
    expect(code).toBe(0)
    const { root, charges } = JSON.parse(text) as { root: string; charges: number }
    const alone = await readFile(join(data, 'clearing', `summary-${DAY}`), 'utf8')
    expect(JSON.parse(alone)).toMatchObject({ root })
    expect(worker).toMatchObject({ name: 'one', charges })
  })

  it('ends with 1 where a worker has other keys than the centre; no day goes on from that', async () => {
    const work = join(folder, 'other keys')
    const { code, text } = await clearedByWorker(DAY, { work, seed: 'another' })
    expect(code).toBe(1)
    expect(JSON.parse(text)).toMatchObject({
      equal: false,
      differences: expect.arrayContaining([
        expect.objectContaining({ closed: 'normal', cleared: 'card.bad-tac' }),
      ]) as unknown,
    })
    expect((await cleared(NEXT_DAY, { seed: SEED, work })).code).toBe(0)
    const [again, alone] = await Promise.all(
      [work, join(data, 'clearing')].map((dir) => readFile(join(dir, `summary-${DAY}`), 'utf8')),
    )
    expect(again).toBe(alone)
  })

  it('says what is missing: keys, their passphrase, a folder for the archive, a close', async () => {
    await expect(cleared(DAY, {})).rejects.toMatchObject({ code: 'clear.no-keys' })
    const store = join(folder, 'keys')
    await expect(cleared(DAY, { store })).rejects.toMatchObject({ code: 'clearing.no-secret' })
    const archive = '/proc/none'
    await expect(cleared(DAY, { seed: SEED, archive })).rejects.toMatchObject({
      code: 'storage.bad-folder',
    })
    await expect(cleared('2026-11-22', { seed: SEED })).rejects.toMatchObject({
      code: 'centre.day-open',
    })
  })
})
