import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openNationalClearing } from './clear-day.ts'
import { generateDay } from './generate-day.ts'
import { DISK_PLAN, type DiskReport } from './testing/disk-plan.ts'

const PROCESS = fileURLToPath(new URL('testing/disk-process.ts', import.meta.url))
/** A disk that only this process sees; it goes with it. */
const MOUNT = 'mount -t tmpfs -o size=24m none "$2" && exec "$3" "$4" "$1" "$2"'
/** Who may mount: root, others among themselves where the system lets them, or by sudo. */
const ALONE = [
  ['unshare', '-m'],
  ['unshare', '-U', '-r', '-m'],
  ['sudo', '-n', 'unshare', '-m'],
].find(
  ([program = '', ...args]) =>
    spawnSync(program, [...args, 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0,
)

// A container without any right to mount has no disk of a size that a test may choose.
test.runIf(ALONE)(
  'a day on a full disk: a stable code, no half file, and with room the root that it has',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'unifare-full-'))
    const [made, alone, disk] = [join(dir, 'made'), join(dir, 'alone'), join(dir, 'disk')]
    try {
      await generateDay({ plan: DISK_PLAN, dir: made, threads: 1 })
      await cp(made, alone, { recursive: true })
      const clearing = await openNationalClearing({ plan: DISK_PLAN, dir: alone, threads: 1 })
      const { root } = await clearing.clear()
      await clearing.close()
      const whole: Record<string, string> = {}
      for (const name of await readdir(alone)) {
        if (!name.startsWith('closed-')) continue
        const content = await readFile(join(alone, name))
        whole[name] = createHash('sha256').update(content).digest('hex')
      }

      await mkdir(disk)
      const script = ['sh', '-c', MOUNT, 'sh', made, disk, process.execPath, PROCESS]
      const [program = '', ...args] = ALONE ?? []
      const { stdout } = await promisify(execFile)(program, [...args, ...script])
      const told = JSON.parse(stdout) as DiskReport
      expect(told.root).toBe(root)
      expect(told.files).toEqual(whole)
      expect(new Set(told.trials.map(({ code }) => code))).toEqual(new Set(['storage.full']))
      const messages = told.trials.map(({ message }) => message).join('\n')
      // It met both: what is set aside, and a shard's own file.
      expect(messages).toMatch(/no room on the disk for scatter-/)
      expect(messages).toMatch(/no room on the disk for closed-/)
      const aside = new Map<string, string>()
      for (const { files } of told.trials) {
        for (const [name, hash] of Object.entries(files)) {
          // Whatever has its name has all of its content: the same in every trial.
          if (name.startsWith('closed-')) expect([name, hash]).toEqual([name, whole[name]])
          else expect([name, hash]).toEqual([name, aside.get(name) ?? hash])
          aside.set(name, hash)
        }
      }
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  },
)
