import { mkdir, readdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { fromUtf8, requireData, type Storage, utf8 } from '@unifare/core'
import { createFileStorage, makeWritableFolder } from '@unifare/core/node'
import type { Expected } from '../../src/national/faults.ts'
import type { NationalPlan } from '../../src/national/national-plan.ts'

/** A generated day as its folder tells it: it can be cleared again without being made again. */
export interface NationalDay {
  readonly plan: NationalPlan
  /** Charges that must not settle; none while the day is being generated. */
  readonly expected?: readonly Expected[]
  /** Root that it was cleared to. */
  readonly root?: string
}

const FILE = 'national-day.json'
/**
 * What a tap takes at most, measured: its record and its share of what the day leaves, and what is
 * set aside while the day is cleared. A code's evidence is longer than a card's.
 */
const CARD_TAP_BYTES = 700
const CODE_TAP_BYTES = 1_500
/** Rules, lists of institutions, and segments that grow in steps. */
const DAY_BYTES = 64 * 1024 * 1024
const MIB = 1024 * 1024

/** Room that a day needs on the disk until it is cleared, in bytes. */
export function nationalRoomBytes({
  taps,
  codesPpm,
}: Pick<NationalPlan, 'taps' | 'codesPpm'>): number {
  const codes = Math.round((taps * codesPpm) / 1_000_000)
  return DAY_BYTES + (taps - codes) * CARD_TAP_BYTES + codes * CODE_TAP_BYTES
}

/** Says before the work that a disk has too little room: `storage.full`. */
export async function requireRoom(dir: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dir)
  const free = bavail * bsize
  const [needed, left] = [bytes, free].map((one) => Math.ceil(one / MIB))
  const message = `the day needs about ${needed} MiB in ${dir}, and ${left} MiB are free: take another folder (--data) or fewer taps (--taps)`
  requireData(free >= bytes, 'storage.full', message, { bytes, free })
}

/** Reads the day of a folder; undefined where there is none. Throws `national.damaged-day`. */
export async function readNationalDay(dir: string): Promise<NationalDay | undefined> {
  const names = await readdir(dir).catch((): string[] => [])
  if (!names.includes(FILE)) return undefined
  const bytes = await (await createFileStorage(dir)).read(FILE)
  if (bytes === undefined) return undefined
  const day = parsed(bytes)
  const { plan, expected } = day ?? {}
  requireData(
    typeof plan === 'object' && (expected === undefined || Array.isArray(expected)),
    'national.damaged-day',
    `${join(dir, FILE)} is damaged: make the day anew in another folder, and remove this one`,
  )
  return day
}

function parsed(bytes: Uint8Array): NationalDay | undefined {
  try {
    return JSON.parse(fromUtf8(bytes)) as NationalDay
  } catch {
    return undefined
  }
}

/** Writes what is known of the day of a folder. */
export async function writeNationalDay(dir: string, day: NationalDay): Promise<void> {
  const storage: Storage = await createFileStorage(dir)
  await storage.replace(FILE, utf8(JSON.stringify(day)))
}

/**
 * Takes a folder for a new day. One that a generation was killed in is emptied. Throws
 * `national.day-exists` for one that has a day, `national.foreign-folder` for anything else in it, and
 * `storage.bad-folder`.
 */
export async function takeFolder(dir: string, plan: NationalPlan): Promise<void> {
  const before = await readNationalDay(dir)
  requireData(
    before?.expected === undefined,
    'national.day-exists',
    `${dir} has a day of ${before?.plan.taps} taps: clear it again with --again, or name another folder`,
  )
  if (before === undefined) {
    const names = await readdir(dir).catch((): string[] => [])
    requireData(
      names.length === 0,
      'national.foreign-folder',
      `${dir} holds something else than a generated day: name another folder with --data`,
    )
  } else {
    await rm(dir, { recursive: true })
    await mkdir(dir, { mode: 0o700 })
  }
  await makeWritableFolder(dir)
  await writeNationalDay(dir, { plan })
}
