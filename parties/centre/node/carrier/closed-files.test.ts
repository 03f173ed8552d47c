import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shardFile } from '@unifare/centre'
import { segmentName } from '@unifare/core'
import { expect, test } from 'vitest'
import { listClosedFiles } from './closed-files.ts'

test('what changes no more: all but the last segment of a journal, and what days leave', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'unifare-closed-'))
  try {
    const first = [segmentName('intake-00', 1), segmentName('intake-00', 2)]
    const last = [segmentName('intake-00', 3), segmentName('intake-01', 1)]
    const day = [shardFile('2026-11-20', 3, 24), 'fees-2026-11-20', 'rules-2026-11-20']
    const other = ['rules-2026-11-21.new', 'scatter-intake-00-1', 'centre.json']
    for (const name of [...first, ...last, ...day, ...other]) await writeFile(join(dir, name), '')
    expect(await listClosedFiles(dir)).toEqual([...day, ...first].sort())
    expect(await listClosedFiles(dir, { ended: true })).toEqual([...day, ...first, ...last].sort())
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
