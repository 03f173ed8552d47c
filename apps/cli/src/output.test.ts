import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { EXIT, run } from './output.ts'

const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
afterEach(() => {
  told.mockClear()
  process.exitCode = undefined
})

describe('a command that fails', () => {
  it.each([
    [
      'of a file that is not there',
      () => readFile('/no/such/file'),
      /^unifare: \/no\/such\/file: no such file or folder \[ENOENT\] · 文件或目录不存在\n$/,
    ],
    [
      'of a folder in a file’s place',
      () => writeFile(tmpdir(), ''),
      /: a folder, not a file \[EISDIR\] · 是目录，不是文件\n$/,
    ],
    [
      'of a folder that is read as a file',
      () => readFile(tmpdir()),
      /^unifare: one of the files named: a folder, not a file \[EISDIR\] · 是目录，不是文件\n$/,
    ],
  ])('tells in one line %s', async (_, touch, line) => {
    await run(async () => {
      await touch()
      return EXIT.ok
    })
    expect(told.mock.calls.join('')).toMatch(line)
    expect(process.exitCode).toBe(EXIT.badData)
  })

  it('shows where a defect is', async () => {
    await run(() => Promise.reject(new TypeError('not a function')))
    expect(told.mock.calls.join('')).toMatch(/^TypeError: not a function\n +at .*output\.test\.ts/)
    expect(process.exitCode).toBe(EXIT.bug)
  })
})
