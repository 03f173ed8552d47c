import { readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import {
  businessDayStart,
  createManualClock,
  type Env,
  type ManualClock,
  type Repository,
  requireData,
  toHex,
  UnifareError,
} from '@unifare/core'
import { holdFolder, openRepositories, systemClock, systemRandom } from '@unifare/core/node'
import type { Link } from '@unifare/tap'
import { createHttpLink } from '@unifare/tap/node'
import {
  addressOf,
  addressOfTerminals,
  createNetworkKeys,
  type Ground,
  type NetworkFile,
  type Plan,
  parseNetworkFile,
} from '@unifare/twin'
import type { ServedRole } from '@unifare/twin/node'
import { tellFault } from './alarm-line.ts'
import { type CentreClearing, openCentreClearing } from './centre-clearing.ts'
import { processEngine } from './engine.ts'
import { institutionDir, openInstitutionStorage, openTerminalStanding } from './party-storage.ts'
import { institutionsOf } from './running.ts'
import { writeStoredRecord } from './stored-network.ts'

/** Reads a network file; its `dataDir` is taken from the file's own folder. */
export async function readNetworkFile(path: string): Promise<NetworkFile> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UnifareError('network-file.unreadable', `${path}: cannot be read (${error.code})`)
  })
  const file = parseNetworkFile(text, basename(path))
  return { ...file, dataDir: resolve(dirname(path), file.dataDir) }
}

/** The one address of the parties that a process serves. */
export function addressOfRole(
  file: NetworkFile,
  role: ServedRole,
  ids: readonly string[],
): { readonly url: string; readonly port: number } {
  const urls = new Set(
    ids.map((id) => (role === 'terminal' ? addressOfTerminals(file, id) : addressOf(file, id))),
  )
  const [url = '', ...more] = urls
  requireData(
    more.length === 0,
    'network-file.bad-field',
    `${file.name}: addresses: ${ids.join(', ')} have ${urls.size} addresses: serve one with --id`,
  )
  return { url, port: Number(new URL(url).port) }
}

/** Link of a process: every party stands where the file says. */
export function linkOf(file: NetworkFile): Link {
  return createHttpLink({ addressOf: (receiver) => file.addresses.get(receiver) })
}

/**
 * A driven network moves through its day as its driver says; without a control token a process
 * keeps the system's time, whose quality nobody vouches for.
 */
export function clockOf(file: NetworkFile): ManualClock | undefined {
  return file.controlToken === undefined ? undefined : createManualClock(businessDayStart(file.day))
}

/** Keys, environments and database of a process. */
export interface Standing {
  readonly ground: Ground
  /** Where state and money are kept, in words for people. */
  readonly database: string
  close(): Promise<void>
}

/**
 * What the parties of a process stand on: journals in `dataDir`, state in PGlite or PostgreSQL.
 * The demonstration's keys follow from the seed: whoever reads the file knows them all.
 */
export async function openStanding(options: {
  readonly file: NetworkFile
  readonly plan: Plan
  readonly role: ServedRole
  readonly ids: readonly string[]
  readonly clock: ManualClock | undefined
}): Promise<Standing> {
  const { file, plan, role, ids } = options
  const engine = processEngine({ aside: options.clock === undefined })
  const clock = options.clock ?? systemClock()
  const random = systemRandom()
  const environments = new Map<string, Env>()
  const stand = {
    file,
    add: (party: string, own: Pick<Env, 'storage' | 'repository'>) => {
      environments.set(party, { clock, random, ...own })
    },
  }
  const { seed, dataDir } = file
  const centre = plan.centre.id
  const keys = createNetworkKeys({ seed, centre, engine })
  const bySegments = file.clearing === 'segments' && role === 'centre'
  const clearings = new Map<string, CentreClearing>()
  for (const id of bySegments ? ids : []) {
    clearings.set(id, await openCentreClearing(id, { seed, dataDir, centre }))
  }
  const kept =
    role === 'terminal'
      ? await standTerminals(stand, plan, ids)
      : await standInstitutions(stand, role, ids)
  if (kept.name !== undefined) {
    await writeStoredRecord(file.dataDir, kept.name, {
      pid: process.pid,
      centre: plan.centre.id,
      parties: ids,
      schemas: SCHEMAS,
      database: kept.folder,
      keys: Object.fromEntries(
        institutionsOf(plan).map(({ id }) => [id, toHex(keys.link.publicKey(id))]),
      ),
    })
  }
  return {
    ground: {
      plan,
      keys,
      engine,
      link: linkOf(file),
      ...(file.resultFiles && { resultFiles: file.resultFiles }),
      clearingOf: (id) => clearings.get(id)?.clearing,
      onCentreFault: tellFault,
      envOf(party) {
        const env = environments.get(party)
        requireData(env !== undefined, 'twin.unknown-party', `${party} is not of this process`)
        return env
      },
    },
    database: kept.database,
    async close() {
      for (const clearing of clearings.values()) await clearing.close()
      await kept.close()
    },
  }
}

interface Stand {
  readonly file: NetworkFile
  readonly add: (party: string, own: Pick<Env, 'storage' | 'repository'>) => void
}

/** Beginning of the schemas of institutions; their ids follow. */
const SCHEMAS = 'party_'

/** Where the state of a process is. */
interface Kept {
  readonly database: string
  /** Name of its database; none where there is no state but journals. */
  readonly name?: string
  /** Below the data folder; null on a server. */
  readonly folder: string | null
  close(): Promise<void>
}

async function standInstitutions(
  { file, add }: Stand,
  role: ServedRole,
  ids: readonly string[],
): Promise<Kept> {
  // Before the database, which is for one process, too.
  for (const id of ids) await holdFolder(institutionDir(file.dataDir, id))
  const databaseUrl = process.env['DATABASE_URL']
  // A database of its own for every process; one that lacks something reads it from the journal.
  const name = ids.length === 1 ? (ids[0] ?? role) : role
  const folder = join('database', name)
  const databases = await openRepositories(
    databaseUrl ? { databaseUrl } : { dataDir: join(file.dataDir, folder) },
  )
  for (const id of ids) {
    const repository: Repository = await databases.schema(`${SCHEMAS}${id}`)
    add(id, { storage: await openInstitutionStorage(file.dataDir, id), repository })
  }
  return {
    database: databases.description,
    name,
    folder: databaseUrl ? null : folder,
    close: () => databases.close(),
  }
}

async function standTerminals(
  { file, add }: Stand,
  plan: Plan,
  operators: readonly string[],
): Promise<Kept> {
  for (const operator of plan.operators) {
    if (!operators.includes(operator.institution.id)) continue
    const standing = await openTerminalStanding(file.dataDir, operator)
    for (const { terminal } of operator.terminals) add(terminal, standing)
  }
  return {
    database: 'none: terminals have journals only',
    folder: null,
    close: async () => undefined,
  }
}
