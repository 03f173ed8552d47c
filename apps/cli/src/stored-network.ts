import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fromHex, parseJson, type Repository, requireData } from '@unifare/core'
import { openRepositories } from '@unifare/core/node'

/** Says of a data folder what cannot be seen from its files: one file a process. */
const RECORD = /^stored-[A-Za-z0-9-]+\.json$/

/** What a process keeps beside its data, so that it can be read when the process is over. */
export interface StoredRecord {
  /** Number of the process. */
  readonly pid: number
  readonly centre: string
  /** Institutions whose state it keeps. */
  readonly parties: readonly string[]
  /** Beginning of every party's schema; the party's id follows. */
  readonly schemas: string
  /** Folder of the database below the data folder; null for a PostgreSQL server. */
  readonly database: string | null
  /** Ed25519 public keys of all institutions, hexadecimal. */
  readonly keys: Readonly<Record<string, string>>
  /** Port on this machine where the process answers readings while it runs; none where it does not. */
  readonly port?: number
}

/** Writes the record of a process into its data folder; one of the same name is replaced. */
export async function writeStoredRecord(
  dataDir: string,
  name: string,
  record: StoredRecord,
): Promise<void> {
  await writeFile(join(dataDir, `stored-${name}.json`), `${JSON.stringify(record, null, 2)}\n`)
}

/** The stored state of one party. */
export interface StoredParty {
  readonly id: string
  readonly centre: string
  readonly repository: Repository
  readonly publicKeyOf: (party: string) => Uint8Array | undefined
  close(): Promise<void>
}

/** Where the state of one party is. */
export interface StoredPlace {
  readonly id: string
  readonly centre: string
  readonly dir: string
  readonly record: StoredRecord
  /** Process that keeps the state to itself at the moment. */
  readonly heldBy?: number
  /** Port where that process answers readings, where it does. */
  readonly port?: number
}

/**
 * Opens what a party keeps in the data folder of `unifare start` or `unifare <party> serve`; the
 * centre unless told otherwise. Throws `data.no-network`, `data.unknown-party`, `data.in-use`.
 */
export async function openStoredParty(dataDir: string, party?: string): Promise<StoredParty> {
  return openPlace(await storedPlace(dataDir, party))
}

/** Finds a party's state; the centre's unless told otherwise. Throws as `openStoredParty`. */
export async function storedPlace(dataDir: string, party?: string): Promise<StoredPlace> {
  const dir = resolve(dataDir)
  const records = await readRecords(dir)
  const [{ centre }] = records
  const id = party ?? centre
  const record = records.find(({ parties }) => parties.includes(id))
  requireData(
    record !== undefined,
    'data.unknown-party',
    `${dataDir} has no state of ${id}; there is ${partiesOf(records).join(', ')}`,
  )
  const { database, pid, port } = record
  // PGlite is for one process: a second one would break what the first one writes.
  const isHeld = database !== null && pid !== process.pid && isRunning(pid)
  return {
    id,
    centre,
    dir,
    record,
    ...(isHeld && { heldBy: pid, ...(port !== undefined && { port }) }),
  }
}

/** Opens a party's state. Throws `data.no-network`, `data.in-use`. */
export async function openPlace({
  id,
  centre,
  dir,
  record,
  heldBy,
}: StoredPlace): Promise<StoredParty> {
  const { database, schemas, keys } = record
  const databaseUrl = process.env['DATABASE_URL']
  requireData(
    database !== null || Boolean(databaseUrl),
    'data.no-network',
    `the state of ${dir} is on a PostgreSQL server: name it in DATABASE_URL`,
  )
  requireData(
    heldBy === undefined,
    'data.in-use',
    `process ${heldBy} keeps the state of ${id} in ${dir} to itself: end it (Ctrl+C) and ask again. ${WHILE_RUNNING}`,
  )
  const databases = await openRepositories(
    database === null ? { databaseUrl } : { dataDir: join(dir, database) },
  )
  return {
    id,
    centre,
    repository: await databases.schema(`${schemas}${id}`),
    publicKeyOf(asked) {
      const key = keys[asked]
      return key === undefined ? undefined : fromHex(key)
    },
    close: () => databases.close(),
  }
}

/** What can be asked before the end, and how to have all of it. */
const WHILE_RUNNING =
  'While it runs: settlement, payments, reconcile, alarms and statistics answer of a network that serves its page ("unifare start" without --once); with its state on PostgreSQL (DATABASE_URL when it starts and when you ask) every command does'

async function readRecords(dir: string): Promise<readonly [StoredRecord, ...StoredRecord[]]> {
  const names = (await readdir(dir).catch(noFolder)).filter((name) => RECORD.test(name)).sort()
  const records = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(dir, name), 'utf8')
      return parseJson(text) as unknown as StoredRecord
    }),
  )
  const [first, ...more] = records
  requireData(
    first !== undefined,
    'data.no-network',
    `${dir} holds no network: "unifare start --data ${dir}" makes one`,
  )
  return [first, ...more]
}

/** No folder is no network; one that may not be read holds whatever it holds. */
function noFolder(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
  throw error
}

function partiesOf(records: readonly StoredRecord[]): string[] {
  return records.flatMap(({ parties }) => parties)
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
