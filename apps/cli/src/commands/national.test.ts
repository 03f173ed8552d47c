import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  nationalRoomBytes,
  readNationalDay,
  requireRoom,
  takeFolder,
  writeNationalDay,
} from '@unifare/twin/node'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type NationalOptions, type NationalReport, national } from './national.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'unifare-national-test-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** Runs the command; what it printed. */
async function run(options: Partial<NationalOptions>) {
  const { code, text } = await printed(options)
  return { code, report: JSON.parse(text) as NationalReport }
}

/** Runs the command; what it printed, as text. */
async function printed(options: Partial<NationalOptions>) {
  const lines: string[] = []
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text))
    return true
  })
  const told = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  try {
    const code = await national({ taps: 2_000, codes: 0, seed: 'test', json: true, ...options })
    return { code, text: lines.join('') }
  } finally {
    out.mockRestore()
    told.mockRestore()
  }
}

describe('unifare national', () => {
  test('clears a hundredth of a country’s day twice to one root, with exactly the faults put in', async () => {
    const { code, report } = await run({ taps: 300_000, codes: 1 })
    expect(code).toBe(0)
    expect(report).toMatchObject({ taps: 300_000, cities: 245, exact: true, again: true })
    const plan = { taps: 300_000, codesPpm: 10_000 }
    expect(report.dataMiB * 1024 * 1024).toBeLessThan(nationalRoomBytes(plan))
  }, 240_000)

  test('keeps a day: it is cleared again as often as one likes, and never generated over', async () => {
    const data = join(root, 'kept')
    const first = await run({ data })
    expect(first).toMatchObject({ code: 0, report: { again: true, exact: true } })
    const again = await run({ data, again: true, threads: 1 })
    expect(again.code).toBe(0)
    expect(again.report).toMatchObject({ taps: 2_000, root: first.report.root, again: true })
    expect(again.report.generatedS).toBeUndefined()
    await expect(run({ data })).rejects.toMatchObject({ code: 'national.day-exists' })
    const { text } = await printed({ data, again: true, threads: 1, json: false, lang: 'zh' })
    expect(text).toMatch(
      /^清算日 {4}245 个城市 2000 次刷卡扫码[^]*\n清算 {6}用时[^]*normal 正常[^]*与注入的故障完全一致\n[^]*重新清算 {2}日根一致\n$/,
    )

    const day = await readNationalDay(data)
    expect(day?.root).toBe(first.report.root)
    if (day?.expected === undefined) throw new TypeError('no day')
    // Killed before it was cleared to its end, it has no root yet: it gets the same one.
    const { plan, expected } = day
    await writeNationalDay(data, { plan, expected })
    expect((await run({ data, again: true })).report.root).toBe(first.report.root)
    expect(await readNationalDay(data)).toEqual(day)
    // Another root than before is a difference.
    await writeNationalDay(data, { ...day, root: '00' })
    expect(await run({ data, again: true })).toMatchObject({ code: 1, report: { again: false } })

    // One that was killed while it was generated has no day: the folder is taken anew.
    await writeNationalDay(data, { plan })
    await writeFile(join(data, 'half'), '')
    await expect(run({ data, again: true })).rejects.toMatchObject({ code: 'national.no-day' })
    await takeFolder(data, plan)
    expect(await readNationalDay(data)).toEqual({ plan })
    expect(await readdir(data)).not.toContain('half')
  }, 120_000)

  test('says in plain words what it cannot do', async () => {
    await writeFile(join(root, 'mine'), '')
    await expect(run({ data: root })).rejects.toMatchObject({ code: 'national.foreign-folder' })
    await expect(run({ again: true })).rejects.toMatchObject({ code: 'national.no-day' })
    await expect(requireRoom(root, Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({
      code: 'storage.full',
      message: expect.stringMatching(/needs about \d+ MiB in .*, and \d+ MiB are free: take/),
    })
    await requireRoom(root, 1)
    const damaged = await mkdtemp(join(root, 'damaged-'))
    for (const text of ['{"plan":{"se\0d', '{"day":"x"}', 'null']) {
      await writeFile(join(damaged, 'national-day.json'), text)
      await expect(run({ data: damaged, again: true }), text).rejects.toMatchObject({
        code: 'national.damaged-day',
      })
      // Nothing is removed for a file that nobody can read.
      await expect(run({ data: damaged }), text).rejects.toMatchObject({
        code: 'national.damaged-day',
      })
    }
    expect(await readdir(damaged)).toEqual(['national-day.json'])
  })
})
