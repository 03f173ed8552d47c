import { createHash } from 'node:crypto'
import { cp, readdir, readFile, stat, statfs, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UnifareError } from '@unifare/core'
import { openNationalClearing } from '../clear-day.ts'
import { DISK_PLAN, type DiskReport, type DiskTrial } from './disk-plan.ts'

/**
 * Clears a day on a small disk of its own (the folder, where one is mounted) that is all but full,
 * again and again with a little more room, until the day is cleared. Prints what it met.
 */
const [made = '', disk = ''] = process.argv.slice(2)
const STEP_BYTES = 128 * 1024
/** Names that nobody looks for. */
const TEMPORARY = /\.[0-9a-f-]{36}(\.new)?$/
const day = join(disk, 'day')
const ballast = join(disk, 'ballast')

await cp(made, day, { recursive: true })
const { bavail, bsize } = await statfs(disk)
await writeFile(ballast, new Uint8Array(bavail * bsize - STEP_BYTES / 2))
const clearing = await openNationalClearing({ plan: DISK_PLAN, dir: day, threads: 1 })
const trials: DiskTrial[] = []
let root: string | undefined
while (root === undefined) {
  root = await attempt()
  const { size } = await stat(ballast)
  if (root === undefined) await truncate(ballast, Math.max(0, size - STEP_BYTES))
}
await clearing.close()
const report: DiskReport = { trials, root, files: await hashes() }
process.stdout.write(JSON.stringify(report))

/** The root, or undefined when the disk is full. */
async function attempt(): Promise<string | undefined> {
  try {
    return (await clearing.clear()).root
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    trials.push({ code: error.code, message: error.message, files: await hashes() })
    return undefined
  }
}

/** What days leave and what is set aside, by name; not what a thread was writing when it ended. */
async function hashes(): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(day)).filter((name) => name.startsWith('closed-'))
  const aside = await readdir(join(day, 'spill')).catch((): string[] => [])
  const all: Record<string, string> = {}
  for (const name of [...names, ...aside.map((one) => join('spill', one))]) {
    if (TEMPORARY.test(name)) continue
    all[name] = createHash('sha256')
      .update(await readFile(join(day, name)))
      .digest('hex')
  }
  return all
}
