import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { fromUtf8, utf8 } from '../src/bytes.ts'
import { openJournal } from '../src/journal.ts'
import { createFileStorage } from './file-storage.ts'

const root = mkdtempSync(join(tmpdir(), 'unifare-storage-'))
afterAll(() => rmSync(root, { recursive: true }))

const MIB = 1024 * 1024

describe('file storage', () => {
  it('says which folder it cannot have', async () => {
    await writeFile(join(root, 'a file'), '')
    await expect(createFileStorage(join(root, 'a file', 'x'))).rejects.toMatchObject({
      code: 'storage.bad-folder',
    })
  })

  it('gives back what was written, with zeros behind it up to a whole step', async () => {
    const storage = await createFileStorage(join(root, 'plain'))
    const file = await storage.open('a.seg')
    await file.write(0, utf8('hello'))
    await file.sync()
    await file.close()
    const again = await storage.open('a.seg')
    const bytes = await again.read()
    expect(bytes).toHaveLength(MIB)
    expect(fromUtf8(bytes.subarray(0, 5))).toBe('hello')
    expect(bytes.subarray(5).every((byte) => byte === 0)).toBe(true)
    await again.write(MIB - 2, utf8('over the step'))
    expect(fromUtf8(await again.read(MIB - 2, 13))).toBe('over the step')
    expect(await again.read()).toHaveLength(2 * MIB)
    expect(await again.read(2 * MIB, 5)).toHaveLength(0)
    await again.close()
  })

  it('lists sorted names, replaces whole files, and knows no other', async () => {
    const storage = await createFileStorage(join(root, 'names'))
    for (const name of ['b-2', 'b-1', 'c']) await storage.replace(name, utf8(name))
    await storage.replace('b-1', utf8('new'))
    expect(await storage.list('b-')).toEqual(['b-1', 'b-2'])
    expect(await storage.read('b-1')).toEqual(utf8('new'))
    expect(await storage.read('none')).toBeUndefined()
    for (const name of ['../x', 'a/b', '', '.x', 'x.new']) {
      await expect(storage.replace(name, utf8(''))).rejects.toThrow(TypeError)
    }
  })

  it('replaces a file by parts: by all of them, or not at all', async () => {
    const storage = await createFileStorage(join(root, 'parts'))
    const parts = async function* (fails: boolean) {
      for (const part of ['one ', '', 'two']) yield utf8(part)
      if (fails) throw new Error('no more')
    }
    await storage.replace('file', parts(false))
    expect(await storage.read('file')).toEqual(utf8('one two'))
    await expect(storage.replace('file', parts(true))).rejects.toThrow('no more')
    await storage.replace('file', parts(false))
    expect(readdirSync(join(root, 'parts'))).toEqual(['file'])
  })

  it('replaces a file that several write at once: it is one of theirs, whole', async () => {
    const dir = join(root, 'replaced')
    const [one, other] = await Promise.all([createFileStorage(dir), createFileStorage(dir)])
    const contents = Array.from({ length: 24 }, (_, i) =>
      new Uint8Array(50_000 + i * 5_000).fill(i),
    )
    await Promise.all(
      contents.map((bytes, i) => (i % 2 === 0 ? one : other).replace('shard', bytes)),
    )
    const last = await one.read('shard')
    expect(last).toEqual(contents[last?.[0] ?? -1])
    expect(readdirSync(dir)).toEqual(['shard'])
  })

  it('removes what a writer left that was ended at its work, not what one is writing', async () => {
    const dir = join(root, 'left')
    await (await createFileStorage(dir)).replace('a', utf8('a'))
    const yesterday = Date.now() / 1000 - 25 * 60 * 60
    for (const name of ['a.1.new', 'a.2.new', 'b']) await writeFile(join(dir, name), 'half')
    for (const name of ['a.1.new', 'b']) utimesSync(join(dir, name), yesterday, yesterday)
    const storage = await createFileStorage(dir)
    expect(readdirSync(dir).sort()).toEqual(['a', 'a.2.new', 'b'])
    expect(await storage.list('')).toEqual(['a', 'b'])
  })

  it('names a full disk', async () => {
    const dir = join(root, 'full')
    const storage = await createFileStorage(dir)
    symlinkSync('/dev/full', join(dir, 'journal'))
    const file = await storage.open('journal')
    await expect(file.write(0, utf8('x'))).rejects.toMatchObject({ code: 'storage.full' })
    await file.close()
  })

  it('says that its folder was removed under a file: what is written there is lost', async () => {
    const dir = join(root, 'gone')
    const storage = await createFileStorage(dir)
    const journal = await openJournal({ storage, name: 'intake' })
    journal.append(utf8('kept'))
    await journal.sync()
    rmSync(dir, { recursive: true })
    journal.append(utf8('lost'))
    await expect(journal.sync()).rejects.toMatchObject({ code: 'storage.bad-folder' })
    await expect(storage.replace('a', utf8(''))).rejects.toMatchObject({
      code: 'storage.bad-folder',
    })
    await expect(storage.list('')).rejects.toMatchObject({ code: 'storage.bad-folder' })
    await journal.close()
    // One of the same name that was made since is another one.
    await createFileStorage(dir)
  })

  it('is readable by its owner only', async () => {
    const dir = join(root, 'private')
    const storage = await createFileStorage(dir)
    await storage.replace('a', utf8(''))
    await (await storage.open('b')).close()
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    expect(statSync(join(dir, 'a')).mode & 0o777).toBe(0o600)
    expect(statSync(join(dir, 'b')).mode & 0o777).toBe(0o600)
  })
})

describe('a journal on files', () => {
  it('keeps everything acknowledged when its process is killed with -9', async () => {
    const dir = join(root, 'killed')
    const child = fileURLToPath(new URL('testing/append-child.ts', import.meta.url))
    let acknowledged = 0
    for (const delayMs of [0, 3, 20, 70, 150]) {
      const before = acknowledged
      const writer = spawn(process.execPath, [child, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
      let output = ''
      writer.stdout.on('data', (chunk) => {
        // Killed at some time after the first acknowledgement of this life.
        if (output === '') setTimeout(() => writer.kill('SIGKILL'), delayMs)
        output += String(chunk)
      })
      await once(writer, 'close')
      const lines = output.split('\n').slice(0, -1)
      acknowledged = Number(lines.at(-1))
      expect(acknowledged).toBeGreaterThan(before)

      const storage = await createFileStorage(dir)
      const journal = await openJournal({ storage, name: 'taps', maxSegmentBytes: 20_000 })
      expect(journal.length).toBeGreaterThanOrEqual(acknowledged)
      const records = await journal.read(0, journal.length)
      expect(records.map((record) => fromUtf8(record.payload).replace(/\.+$/, ''))).toEqual(
        records.map((_, index) => `record ${index}`),
      )
      acknowledged = journal.length
      await journal.close()
    }
  })
})
