import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareNetwork, rideDay } from '@unifare/twin'
import { afterAll, afterEach, beforeAll, describe, expect, it, type Mock, vi } from 'vitest'
import { startNetwork } from '../../running.ts'
import { clearDay } from './clear-day.ts'

const printed: Mock<typeof process.stdout.write> = vi.spyOn(process.stdout, 'write')
afterEach(() => printed.mockReset())

const SEED = 'cleared again'
const DAY = '2026-11-20'
let folder: string
let data: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unifare-clear-day-'))
  data = join(folder, 'network')
  const running = await startNetwork({
    seed: SEED,
    day: DAY,
    riders: 25,
    dataDir: data,
    operators: ['15215212'],
    issuers: ['05215210'],
  })
  await prepareNetwork(running.day)
  await rideDay(running.day)
  await running.close()
})
afterAll(() => rm(folder, { recursive: true }))

describe('unifare clear day', () => {
  it('comes to every verdict and position of the close, from the journal alone', async () => {
    printed.mockReturnValue(true)
    const code = await clearDay(DAY, { data, seed: SEED, threads: 1, check: true, json: true })
    const told = JSON.parse(printed.mock.calls.join(''))
    expect(told).toMatchObject({ differences: [], equal: true })
    expect(code).toBe(0)
  })
})
