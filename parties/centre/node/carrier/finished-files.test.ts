import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { segmentName } from '@unifare/core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { encodeExact } from '../lease/exact-codec.ts'
import { openJobTable } from '../lease/job-table.ts'
import { type Carriage, faultyCarrier, useCarriage } from './carrier.fixture.ts'
import { finishRun } from './finish-run.ts'

let files: Carriage['files']
let dir: string
const { current, made, arrivedAs, senderOver, receiverOver } = useCarriage()

beforeAll(() => {
  files = current().files
  dir = current().dir
})

describe('what is finished', () => {
  test('a finished segment leaves the workers, not its sender and who keeps, and comes when asked for', async () => {
    const name = segmentName('finished', 3)
    const content = await made(name)
    const carrier = faultyCarrier((one) => [one])
    const keeper = await receiverOver(carrier, 'keeper', true)
    const worker = await receiverOver(carrier, 'finished')
    const sender = senderOver(carrier)
    await sender.send(name)
    await sender.held(name, 2)
    await files.finish([{ journal: 'finished', segment: 3, name }])
    await vi.waitUntil(async () => !(await readdir(join(dir, 'finished'))).includes(name))
    expect(await files.names('')).toEqual([])
    expect(await files.dropped('finished')).toEqual([])
    expect((await files.finished()).get('finished')).toBe(3)
    expect(await arrivedAs('keeper', name)).toEqual(Buffer.from(content))
    expect(await arrivedAs('from', name)).toEqual(Buffer.from(content))

    const had = worker.has(name)
    await vi.waitUntil(async () => (await files.requested()).includes(name))
    await sender.send(name)
    await had
    expect(await arrivedAs('finished', name)).toEqual(Buffer.from(content))
    expect(await files.requested()).toEqual([])
    // What is received anew is removed anew; what lay there as an original never is.
    await files.finish([{ journal: 'finished', segment: 3, name }])
    await vi.waitUntil(async () => !(await readdir(join(dir, 'finished'))).includes(name))
    expect(await arrivedAs('from', name)).toEqual(Buffer.from(content))
    for (const one of [sender, keeper, worker]) await one.close()
  })

  test('a file that a folder has of its own is not removed when it is finished', async () => {
    const name = segmentName('original', 1)
    const content = await made(name)
    await mkdir(join(dir, 'original'))
    await writeFile(join(dir, 'original', name), content)
    const carrier = faultyCarrier((one) => [one])
    const receiver = await receiverOver(carrier, 'original')
    const sender = senderOver(carrier)
    await sender.send(name)
    await sender.held(name, 1)
    await files.finish([{ journal: 'original', segment: 1, name }])
    expect(await files.dropped('original')).toEqual([])
    expect(await arrivedAs('original', name)).toEqual(Buffer.from(content))
    await sender.close()
    await receiver.close()
  })

  test('what a receiver was getting is given up when it is finished', async () => {
    const name = segmentName('half', 1)
    await made(name)
    const carrier = faultyCarrier((one, n) => (n < 12 ? [one] : []))
    const receiver = await receiverOver(carrier, 'half')
    const sender = senderOver(carrier)
    await sender.send(name)
    await files.finish([{ journal: 'half', segment: 1, name }])
    await vi.waitUntil(async () => (await readdir(join(dir, 'half', 'arriving'))).length === 0)
    await sender.close()
    await receiver.close()
  })

  test('of a run are the segments that it cleared to their end: the last of a journal goes on', async () => {
    const { client } = current()
    const table = await openJobTable(client)
    const jobs = [
      { journal: 'intake', segment: 4, until: 900 },
      { journal: 'intake', segment: 5, until: 900 },
      { journal: 'files-2026-11-20', segment: 1, until: Number.MAX_SAFE_INTEGER },
    ]
    for (const { journal, segment, until } of jobs) {
      const item = `${journal}-${segment}`
      const input = { journal, segment, until, from: 0, refused: [], shards: 4, centre: '00000156' }
      const job = { input: encodeExact(input), shared: null }
      await table.add({ run: 'done', kind: 'scatter', item }, job)
      await table.add({ run: 'other', kind: 'scatter', item }, job)
    }
    const carrier = faultyCarrier(() => [])
    const sender = senderOver(carrier)
    const names = jobs.map(({ journal, segment }) => segmentName(journal, segment))
    for (const name of names) {
      await made(name)
      await sender.send(name)
    }
    await finishRun(client, 'done')
    expect(await files.names('')).toEqual([names[1]])
    expect(await files.finished()).toEqual(
      new Map([
        ['intake', 4],
        ['files-2026-11-20', 1],
      ]),
    )
    expect(await table.inputs('done', 'scatter')).toEqual([])
    expect(await table.inputs('other', 'scatter')).toHaveLength(3)
    // Whoever does it again, after a crash, changes nothing.
    await finishRun(client, 'done')
    expect(await files.names('')).toEqual([names[1]])
    await sender.close()
  })
})
