import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fromHex, parseJson, type Repository, requireData } from '@unifare/core'
import { openRepositories } from '@unifare/core/node'

/** Says of a data folder what cannot be seen from its files. */
const RECORD = 'network.json'

/** What a network of this machine keeps beside its data, so that it can be read when it is over. */
export interface NetworkRecord {
  readonly centre: string
  /** Beginning of every party's schema; the party's id follows. */
  readonly schemas: string
  /** Folder of the database below the data folder; null for a PostgreSQL server. */
  readonly database: string | null
  /** Ed25519 public keys of all institutions, hexadecimal. */
  readonly keys: Readonly<Record<string, string>>
}

/** Text of the record for its file in the data folder. */
export function networkRecordFile(record: NetworkRecord): { name: string; text: string } {
  return { name: RECORD, text: `${JSON.stringify(record, null, 2)}\n` }
}

/** The stored state of one party, of a network that does not run at the moment. */
export interface StoredParty {
  readonly id: string
  readonly centre: string
  readonly repository: Repository
  readonly publicKeyOf: (party: string) => Uint8Array | undefined
  close(): Promise<void>
}

/**
 * Opens what a party keeps in the data folder of `unifare start`; the centre unless told otherwise.
 * Throws `data.no-network`, `data.unknown-party`, `data.in-use`.
 */
export async function openStoredParty(dataDir: string, party?: string): Promise<StoredParty> {
  const dir = resolve(dataDir)
  const { centre, schemas, database, keys } = await readRecord(dir)
  const id = party ?? centre
  requireData(
    keys[id] !== undefined,
    'data.unknown-party',
    `${id} is no institution of ${dataDir}; there are ${Object.keys(keys).sort().join(', ')}`,
  )
  const databaseUrl = process.env['DATABASE_URL']
  requireData(
    database !== null || Boolean(databaseUrl),
    'data.no-network',
    `the state of ${dataDir} is on a PostgreSQL server: name it in DATABASE_URL`,
  )
  if (database !== null) await refuseRunning(dir)
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

async function readRecord(dir: string): Promise<NetworkRecord> {
  const file = join(dir, RECORD)
  requireData(
    existsSync(file),
    'data.no-network',
    `${dir} holds no network: "unifare start --data ${dir}" makes one`,
  )
  return parseJson(await readFile(file, 'utf8')) as unknown as NetworkRecord
}

/** PGlite is for one process: a second one would break what the first one writes. */
async function refuseRunning(dir: string): Promise<void> {
  const marker = await readFile(join(dir, 'unifare-demonstration'), 'utf8').catch(() => '')
  const owner = Number.parseInt(marker, 10)
  requireData(
    !Number.isSafeInteger(owner) || owner === process.pid || !isRunning(owner),
    'data.in-use',
    `the network of process ${owner} runs in ${dir}: end it first`,
  )
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
