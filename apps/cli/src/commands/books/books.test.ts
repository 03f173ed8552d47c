import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareNetwork, rideDay } from '@unifare/twin'
import { afterAll, afterEach, beforeAll, expect, it, type Mock, vi } from 'vitest'
import { startNetwork } from '../../running.ts'
import { exportStoredBooks } from './export-books.ts'

const printed: Mock<typeof process.stdout.write> = vi.spyOn(process.stdout, 'write')
afterEach(() => printed.mockReset())

let folder: string
let data: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unifare-stored-'))
  data = join(folder, 'network')
  const running = await startNetwork({
    seed: 'stored',
    day: '2026-11-20',
    riders: 12,
    dataDir: data,
    operators: ['15215212'],
    issuers: ['05215210'],
  })
  await prepareNetwork(running.day)
  await rideDay(running.day)
  await running.close()
})
afterAll(() => rm(folder, { recursive: true }))

it('exports the books of an ended network, which their program accepts', async () => {
  printed.mockReturnValue(true)
  const out = join(folder, 'centre.beancount')
  expect(await exportStoredBooks({ format: 'beancount', data, out, check: true, json: true })).toBe(
    0,
  )
  const told = JSON.parse(printed.mock.calls.join('')) as Record<string, unknown>
  expect(told).toMatchObject({ party: '00000156', days: ['2026-11-20'], file: out })
  expect(await readFile(out, 'utf8')).toContain(
    '2026-11-21 balance Assets:Member:15215212:Receivable',
  )
})

it('prints the books of any party on standard output', async () => {
  printed.mockReturnValue(true)
  expect(await exportStoredBooks({ format: 'ledger', data, party: '05215210' })).toBe(0)
  expect(printed.mock.calls.join('')).toContain('; Books of 05215210\n')
})

it('names the institutions that there are, and folders without a network', async () => {
  await expect(exportStoredBooks({ format: 'ledger', data, party: '1' })).rejects.toMatchObject({
    code: 'data.unknown-party',
    message: expect.stringContaining('05215210'),
  })
  await expect(exportStoredBooks({ format: 'ledger', data: folder })).rejects.toMatchObject({
    code: 'data.no-network',
  })
})

it('leaves the data of a running network alone', async () => {
  const marker = join(data, 'unifare-demonstration')
  const before = await readFile(marker, 'utf8')
  await writeFile(marker, `${process.ppid}\n`)
  await expect(exportStoredBooks({ format: 'ledger', data })).rejects.toMatchObject({
    code: 'data.in-use',
  })
  await writeFile(marker, before)
})
