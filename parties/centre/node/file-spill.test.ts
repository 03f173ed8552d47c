import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { concat } from '@unifare/core'
import { afterAll, describe, expect, test } from 'vitest'
import { createFileSpill } from './file-spill.ts'

const root = mkdtempSync(join(tmpdir(), 'unifare-spill-'))
afterAll(() => rmSync(root, { recursive: true }))

describe('files set aside', () => {
  test('hold all of their parts, whoever of several wrote last', async () => {
    const spill = await createFileSpill(root)
    // More parts than the system takes in one call.
    const parts = Array.from({ length: 3_000 }, (_, i) => new Uint8Array(i % 7).fill(i))
    await Promise.all([spill.write('shard', parts), spill.write('shard', parts)])
    const whole = concat(...parts)
    const into = new Uint8Array(whole.length)
    await spill.read('shard', { offset: 0, length: whole.length }, into)
    expect(into).toEqual(whole)
    expect(readdirSync(root)).toEqual(['shard'])
    await expect(spill.read('shard', { offset: 1, length: whole.length }, into)).rejects.toThrow(
      TypeError,
    )
    await spill.remove('shard')
  })

  test('that a killed writer left half go after a day, not what one is writing', async () => {
    const dir = join(root, 'left')
    mkdirSync(dir)
    const yesterday = Date.now() / 1000 - 25 * 60 * 60
    for (const name of ['a.1.new', 'a.2.new', 'a']) writeFileSync(join(dir, name), 'half')
    for (const name of ['a.1.new', 'a']) utimesSync(join(dir, name), yesterday, yesterday)
    await createFileSpill(dir)
    expect(readdirSync(dir)).toEqual(['a', 'a.2.new'])
    rmSync(dir, { recursive: true })
  })

  test('leave nothing behind when they cannot be written', async () => {
    const spill = await createFileSpill(root)
    mkdirSync(join(root, 'taken', 'by-a-folder'), { recursive: true })
    await expect(spill.write('taken', [Uint8Array.of(1)])).rejects.toMatchObject({ code: 'EISDIR' })
    expect(readdirSync(root)).toEqual(['taken'])
  })
})
