import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { holdFolder } from './hold-folder.ts'

const root = mkdtempSync(join(tmpdir(), 'unifare-hold-'))
afterAll(() => rmSync(root, { recursive: true }))

describe.runIf(process.platform === 'linux')('a folder that a process holds', () => {
  it('is no other’s, by any path, until that one is gone, killed with -9 too', async () => {
    const dir = join(root, 'parties', 'held')
    const child = fileURLToPath(new URL('testing/hold-child.ts', import.meta.url))
    const holder = spawn(process.execPath, [child, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(holder.stdout, 'data')
    symlinkSync(dir, join(root, 'link'))
    for (const path of [dir, join(root, 'link')]) {
      await expect(holdFolder(path)).rejects.toMatchObject({ code: 'storage.in-use' })
    }
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    await holdFolder(dir)
    // Who holds it may say so again, and another process may not.
    await holdFolder(join(root, 'link'))
    const late = spawn(process.execPath, [child, dir], { stdio: ['ignore', 'pipe', 'pipe'] })
    const said: string[] = []
    late.stderr.on('data', (text) => said.push(String(text)))
    expect(await once(late, 'close')).toEqual([1, null])
    expect(said.join('')).toContain(`another process writes in ${dir}`)
  })
})
