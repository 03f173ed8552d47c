import { join, resolve } from 'node:path'
import { readStoredDay, type StoredDay, storedDays } from '@unifare/centre'
import {
  type ArchivedDay,
  archiveDay,
  type ClearedStoredDay,
  openStoredClearing,
} from '@unifare/centre/node'
import { type Day, equalBytes, formatYuan, parseDay, requireData } from '@unifare/core'
import { createFileStorage, makeWritableFolder } from '@unifare/core/node'
import { nodeEngine } from '@unifare/crypto/node'
import { createNetworkKeys } from '@unifare/twin'
import { countsOf, figureLine } from '../../figures.ts'
import { createProgress, EXIT, printJson, printLines } from '../../output.ts'
import { institutionDir } from '../../party-storage.ts'
import { openStoredParty, type StoredParty } from '../../stored-network.ts'
import { type DayWorkersOptions, openDayWorkers } from './day-workers.ts'

/** Options as the command line gives them. */
export interface ClearDayOptions extends DayWorkersOptions {
  readonly data: string
  /** Which centre, where the folder has several. */
  readonly party?: string
  readonly work?: string
  readonly check?: boolean
  readonly archive?: string
  readonly lang?: 'en' | 'zh'
  readonly json?: boolean
}

/** Differences that are shown; a wrong key file makes every charge one. */
const SHOWN_MAX = 20

/**
 * Clears a closed day of a stored centre from its journal, and before it the days that its folder
 * does not have yet. With `check` exit 1 when its close said anything else.
 */
export async function clearDay(day: Day, options: ClearDayOptions): Promise<number> {
  parseDay(day)
  const stored = await openStoredParty(options.data, options.party)
  try {
    // Told now, not after a day's work.
    if (options.archive !== undefined) await makeWritableFolder(resolve(options.archive))
    const done = await clearUpTo(day, stored, options)
    const { differences } = done
    const archived = await archive(day, options)
    if (options.json === true) printJson(reportOf(done, options, archived))
    else printLines(...describe(done, options, archived))
    return options.check === true && differences.length > 0 ? EXIT.differences : EXIT.ok
  } finally {
    await stored.close()
  }
}

async function clearUpTo(
  day: Day,
  stored: StoredParty,
  options: ClearDayOptions,
): Promise<ClearedStoredDay> {
  const { id: centre, repository } = stored
  const known = await repository.transaction(storedDays)
  const all = known.map((one) => one.day)
  const closed = all.length === 0 ? 'no day is' : `closed is ${all.slice(-10).join(', ')}`
  requireData(all.includes(day), 'centre.day-open', `${day} is not closed; ${closed}`)
  if (options.seed !== undefined) checkSeed(options.seed, stored)
  const dir = workDir(options)
  const workers = await openDayWorkers(options, { centre: stored.centre, dir })
  try {
    const clearing = await openStoredClearing({
      centre,
      journalDir: institutionDir(resolve(options.data), centre),
      dir,
      workersOf: (run) => workers.of(run),
    })
    const storage = await createFileStorage(institutionDir(resolve(options.data), centre))
    const read = (one: Day): Promise<StoredDay> =>
      repository.transaction((tx) => readStoredDay(tx, { centre, day: one, storage }))
    const before = all.filter((one) => one < day)
    let cleared = 0
    for (const one of known.slice(0, before.length)) {
      if (!(await clearing.isCleared(one.day, one.root))) break
      cleared += 1
    }
    for (const [index, one] of before.entries()) {
      if (index < cleared) continue
      await clearing.clear(await read(one), before.slice(0, index), createProgress(one))
    }
    return await clearing.clear(await read(day), before, createProgress(day))
  } finally {
    await workers.close()
  }
}

/** With the keys of another network every card would be refused. Throws `clear.wrong-seed`. */
function checkSeed(seed: string, { id, centre, publicKeyOf }: StoredParty): void {
  const own = publicKeyOf(id)
  const asked = createNetworkKeys({ seed, centre, engine: nodeEngine() }).link.publicKey(id)
  requireData(
    own !== undefined && equalBytes(own, asked),
    'clear.wrong-seed',
    `the network was not started with the seed "${seed}": "unifare start" tells its seed at the beginning`,
  )
}

function workDir({ data, work, party }: ClearDayOptions): string {
  return resolve(work ?? join(data, party === undefined ? 'clearing' : `clearing-${party}`))
}

async function archive(day: Day, options: ClearDayOptions): Promise<ArchivedDay | undefined> {
  if (options.archive === undefined) return undefined
  const storage = await createFileStorage(workDir(options))
  return archiveDay({ storage, day, dir: resolve(options.archive) })
}

function reportOf(
  { cleared, segments, differences }: ClearedStoredDay,
  options: ClearDayOptions,
  archived: ArchivedDay | undefined,
) {
  const { day, root, taps, charges, verdicts, positions } = cleared
  return {
    day,
    root,
    segments,
    taps,
    charges,
    verdicts,
    settledFen: String(cleared.settledFen),
    positions,
    ...(archived && { archived }),
    ...(options.check === true && { equal: differences.length === 0, differences }),
  }
}

type Cleared = ClearedStoredDay['cleared']
type Position = Cleared['positions'][number]

/** Lines of a cleared day: label, and what is told. */
const LINES = {
  en: {
    day: 'day',
    ofDay: ({ day, charges, taps }: Cleared, segments: number) =>
      `${day}: ${charges} charges, ${taps} records of terminals from ${segments} segments`,
    verdicts: 'verdicts',
    settled: 'settled',
    ofSettled: (yuan: string, members: number) => `${yuan} CNY between ${members} members`,
    position: 'position',
    ofPosition: ({ id, receivableFen, payableFen, netFen }: Position) =>
      `${id} receives ${formatYuan(receivableFen)}, pays ${formatYuan(payableFen)}: ${formatYuan(netFen)}`,
    root: 'root',
    archive: 'archive',
    ofArchive: (rows: number, files: number) => `${rows} rows in ${files} files`,
    check: 'check',
    equal: 'as its close said',
    unequal: (count: number) => `${count} DIFFERENCES`,
    difference: (closed: string, cleared: string) => `${closed} closed, ${cleared} cleared`,
  },
  zh: {
    day: '清算日',
    ofDay: ({ day, charges, taps }: Cleared, segments: number) =>
      `${day}：收费 ${charges} 笔，终端记录 ${taps} 条，来自 ${segments} 个清算段`,
    verdicts: '判定',
    settled: '结算',
    ofSettled: (yuan: string, members: number) => `${members} 个成员之间共 ${yuan} 元`,
    position: '头寸',
    ofPosition: ({ id, receivableFen, payableFen, netFen }: Position) =>
      `${id} 应收 ${formatYuan(receivableFen)}，应付 ${formatYuan(payableFen)}，净额 ${formatYuan(netFen)}`,
    root: '日根',
    archive: '归档',
    ofArchive: (rows: number, files: number) => `${files} 个文件，${rows} 行`,
    check: '核对',
    equal: '与关账一致',
    unequal: (count: number) => `与关账不一致，共 ${count} 处`,
    difference: (closed: string, cleared: string) => `关账 ${closed}，重算 ${cleared}`,
  },
} as const

function describe(
  { cleared, segments, differences }: ClearedStoredDay,
  { check, lang = 'en' }: ClearDayOptions,
  archived: ArchivedDay | undefined,
): string[] {
  const words = LINES[lang]
  const { positions } = cleared
  const settled = words.ofSettled(formatYuan(Number(cleared.settledFen)), positions.length)
  return [
    figureLine(words.day, words.ofDay(cleared, segments)),
    figureLine(words.verdicts, countsOf(cleared.verdicts, lang)),
    figureLine(words.settled, settled),
    ...positions.map((position) => figureLine(words.position, words.ofPosition(position))),
    figureLine(words.root, cleared.root),
    ...(archived
      ? [figureLine(words.archive, words.ofArchive(archived.rows, archived.files.length))]
      : []),
    ...(check === true ? checked(differences, lang) : []),
  ]
}

function checked(differences: ClearedStoredDay['differences'], lang: 'en' | 'zh'): string[] {
  const words = LINES[lang]
  if (differences.length === 0) return [figureLine(words.check, words.equal)]
  const shown = differences
    .slice(0, SHOWN_MAX)
    .map(({ what, closed, cleared }) =>
      figureLine('', `${what}: ${words.difference(String(closed), String(cleared))}`),
    )
  return [figureLine(words.check, words.unequal(differences.length)), ...shown]
}
