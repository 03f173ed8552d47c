import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createFileStorage } from './file-storage.ts'
import { makeFolder, makeWritableFolder } from './folder.ts'

const root = mkdtempSync(join(tmpdir(), 'unifare-folder-'))
afterAll(() => rmSync(root, { recursive: true }))

describe('a folder', () => {
  it('is made with those above it, for its owner, however many make it', async () => {
    const deep = join(root, 'a', 'b', 'c')
    const made = await Promise.all([makeFolder(deep), makeFolder(deep), makeFolder(deep)])
    expect(made).toContain(join(root, 'a'))
    expect(statSync(deep).mode & 0o777).toBe(0o700)
    expect(await makeFolder(deep)).toBeUndefined()
  })

  it.runIf(existsSync('/proc/self'))(
    'that the system never makes is told in one line that says what to do',
    async () => {
      for (const dir of ['/proc/none', '/proc/none/deeper', '/proc']) {
        const refused = expect(makeWritableFolder(dir)).rejects
        await refused.toMatchObject({ code: 'storage.bad-folder' })
        await refused.toThrow(/^\/proc\S* cannot be written \(.*\): name another folder.*$/)
      }
      await expect(createFileStorage('/proc/none')).rejects.toMatchObject({
        code: 'storage.bad-folder',
      })
    },
  )

  it('is no file, and stands in none', async () => {
    await writeFile(join(root, 'file'), '')
    for (const dir of ['file', 'file/below', 'file/far/below']) {
      await expect(makeFolder(join(root, dir))).rejects.toMatchObject({
        code: 'storage.bad-folder',
      })
    }
  })

  it('that was tried holds nothing of it', async () => {
    await makeWritableFolder(join(root, 'tried'))
    expect(readdirSync(join(root, 'tried'))).toEqual([])
  })
})
