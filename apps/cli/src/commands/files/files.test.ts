import { readdir, readFile, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type ServerType, serve } from '@hono/node-server'
import { writeFile as fileOf, writeFileName } from '@unifare/tunion'
import { Hono } from 'hono'
import { afterAll, afterEach, beforeAll, expect, it, type Mock, vi } from 'vitest'
import { answerRefusal } from '../../answer-refusal.ts'
import { createFilesApi } from '../../api-files.ts'
import {
  DAY,
  ISSUER,
  OPERATOR,
  type RiddenNetwork,
  rideNetwork,
} from '../../ridden-network.fixture.ts'
import { exportFiles } from './export.ts'
import { importFile } from './import.ts'
import { printFiles } from './list.ts'
import { showFile } from './show.ts'

const printed: Mock<typeof process.stdout.write> = vi.spyOn(process.stdout, 'write')
afterEach(() => printed.mockReset())
const told = () => JSON.parse(printed.mock.calls.join('')) as unknown

let folder: string
let network: RiddenNetwork
let server: ServerType
let port: number
beforeAll(async () => {
  network = await rideNetwork('files')
  folder = network.folder
  const { centre, operators, issuers } = network.running.network
  const app = new Hono().route(
    '/',
    createFilesApi({ centre, operators, issuers: new Set(issuers.keys()) }),
  )
  app.onError(answerRefusal)
  await new Promise<void>((ready) => {
    server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info: AddressInfo) => {
      port = info.port
      ready()
    })
  })
})
afterAll(async () => {
  await new Promise((ended) => server.close(ended))
  await network.end()
  await network.remove()
})

const nameOf = (sequence: number) =>
  writeFileName({ kind: 'UP', day: DAY, role: 'acquirer', institution: OPERATOR, sequence })

async function upload(sequence: number, content: Uint8Array): Promise<string> {
  const path = join(folder, nameOf(sequence))
  await writeFile(path, content)
  return path
}

it("writes a member's result files of the day, which read without a fault", async () => {
  printed.mockReturnValue(true)
  const out = join(folder, 'out')
  expect(await exportFiles({ member: ISSUER, day: DAY, out, port, json: true })).toBe(0)
  const files = told() as { name: string; kind: string; records: number }[]
  expect(files.map(({ kind }) => kind)).toEqual(['CL', 'BP', 'ER', 'CR'])
  const [cl] = files
  expect(cl?.records).toBeGreaterThan(0)
  expect((await readdir(out)).toSorted()).toEqual(files.map(({ name }) => name).toSorted())
  for (const { name } of files) {
    printed.mockReset().mockReturnValue(true)
    expect(await showFile(join(out, name), { records: 1, json: true })).toBe(0)
    expect(told()).toMatchObject({ name, header: { day: DAY, receiver: ISSUER } })
  }
})

it("gives an operator the white list of the day's card prefixes", async () => {
  printed.mockReturnValue(true)
  expect(await exportFiles({ member: OPERATOR, day: DAY, port, json: true })).toBe(0)
  const files = told() as { kind: string; records: number; left: { code: string }[] }[]
  expect(files.map(({ kind }) => kind)).toEqual(['LD', 'FB', 'BN', 'BP', 'ER', 'CR'])
  expect(files.find(({ kind }) => kind === 'BN')?.records).toBeGreaterThan(0)
  // Every card debit of the day has its line; only ride codes have none.
  const fb = files.find(({ kind }) => kind === 'FB')
  expect(fb?.records).toBeGreaterThan(0)
  expect(new Set(fb?.left.map(({ code }) => code))).toEqual(new Set(['tunion.not-a-card']))
})

it('sends an upload file in the name of its operator, and lists it', async () => {
  printed.mockReturnValue(true)
  const header = { day: DAY, receiver: network.running.plan.centre.id }
  expect(await importFile(await upload(1, fileOf('UP', header, [])), { port, json: true })).toBe(0)
  expect(told()).toMatchObject({ state: 'accepted', records: 0, gaps: [] })
  await importFile(await upload(3, fileOf('UP', header, [])), { port })
  expect(printed.mock.calls.join('')).toContain('missing: files 2 to 2')
  expect(await importFile(await upload(2, new Uint8Array(0)), { port })).toBe(65)
  expect(printed.mock.calls.join('')).toContain(`${nameOf(2)}:1:1 the last line is cut off`)
  printed.mockReset().mockReturnValue(true)
  expect(await printFiles({ port, json: true })).toBe(0)
  expect(told()).toMatchObject({
    files: [{ name: nameOf(1) }, { name: nameOf(3) }, { name: nameOf(2), state: 'refused' }],
    gaps: [],
  })
})

it('shows every fault of a file with its place', async () => {
  printed.mockReturnValue(true)
  const text = (
    await readFile(await upload(9, fileOf('UP', { day: DAY, receiver: 'x' }, [])))
  ).toString()
  const path = await upload(9, new TextEncoder().encode(text.replace('000000', '000001')))
  expect(await showFile(path, { records: 1 })).toBe(65)
  expect(printed.mock.calls.join('')).toContain(
    '2:1 count: the stated count is not that of the lines · 记录数与声明不符',
  )
})

it('names what is not there', async () => {
  const refused = (code: string) => expect.objectContaining({ code })
  const asked = { port, json: true }
  await expect(exportFiles({ ...asked, member: '1', day: DAY })).rejects.toEqual(
    refused('data.unknown-party'),
  )
  await expect(exportFiles({ ...asked, member: ISSUER, day: '2026-11-21' })).rejects.toEqual(
    refused('centre.day-open'),
  )
  await expect(exportFiles({ ...asked, member: ISSUER, day: 'x' })).rejects.toEqual(
    refused('time.bad-day'),
  )
  await expect(importFile(join(folder, nameOf(8)), asked)).rejects.toEqual(
    refused('files.unreadable'),
  )
  await expect(importFile('x.txt', asked)).rejects.toEqual(refused('tunion.bad-name'))
  await expect(showFile(join(folder, nameOf(8)), { records: 1 })).rejects.toEqual(
    refused('files.unreadable'),
  )
  await expect(showFile('x', { records: 1, kind: 'XX' })).rejects.toEqual(
    refused('tunion.wrong-kind'),
  )
})
