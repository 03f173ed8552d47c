import type { Tiers } from '@unifare/centre'
import { type Day, parseDay, requireData, UnifareError } from '@unifare/core'
import { institutions } from '@unifare/registry'
import { tiersOf } from './network-tiers.ts'
import { type Plan, planNetwork } from './plan.ts'

/** Names in `addresses` that are no institutions: the terminals of all operators, and all riders. */
export const TERMINALS = 'terminals'
export const RIDERS = 'riders'

const TOKEN_LENGTH_MIN = 16
const RIDERS_MAX = 100_000
const ADDRESS = /^http:\/\/127\.0\.0\.1:(\d{1,5})$/

/** Ways to close the days of a centre: with objects in memory, or by segments of its journal. */
export const CLEARING_WAYS = ['objects', 'segments'] as const
export type ClearingWay = (typeof CLEARING_WAYS)[number]

/**
 * A network whose parties run as processes of their own: who takes part, where each listens on
 * this machine, and where they keep their data. Every process reads the same file.
 */
export interface NetworkFile {
  /** Name of the file, for messages. */
  readonly name: string
  readonly seed: string
  readonly day: Day
  readonly riders: number
  /** Ids that narrow the simulated membership; all of a role when absent. */
  readonly operators?: readonly string[]
  readonly issuers?: readonly string[]
  /** Centres of several tiers, and which clears what; one centre when absent. */
  readonly tiers?: Tiers
  /** Ids of members that get T-Union-like result files beside their statements. */
  readonly resultFiles?: readonly string[]
  /** How a centre closes its days: with objects in memory when absent. */
  readonly clearing?: ClearingWay
  /** As written: relative to the file's own folder. */
  readonly dataDir: string
  /**
   * Base address by institution, `terminals` (or `terminals/<operator>` for one operator's) and
   * `riders`.
   */
  readonly addresses: ReadonlyMap<string, string>
  /**
   * Secret between the driver of the day and the parties. With it, parties take orders and their
   * time from the driver; without it, they keep the time of the system and take no driver's orders.
   */
  readonly controlToken?: string
}

/** Reads a network file; throws `network-file.*` with the file's name and the place in it. */
export function parseNetworkFile(text: string, name: string): NetworkFile {
  const at = (place: string, fault: string): never => {
    throw new UnifareError('network-file.bad-field', `${name}: ${place}: ${fault}`, { place })
  }
  const file = objectOf(parseText(text, name)) ?? at('(whole file)', 'must be one JSON object')
  const unknown = Object.keys(file).find((key) => !FIELDS.has(key))
  if (unknown !== undefined) at(unknown, `unknown field; known are ${[...FIELDS].join(', ')}`)
  const string = (field: string): string => {
    const value = file[field]
    return typeof value === 'string' && value !== '' ? value : at(field, 'must be a text')
  }
  const { riders, controlToken } = file
  const read = {
    name,
    seed: string('seed'),
    day: dayOf(string('day'), at),
    riders:
      typeof riders === 'number' && Number.isInteger(riders) && riders > 0 && riders <= RIDERS_MAX
        ? riders
        : at('riders', `must be a whole number from 1 to ${RIDERS_MAX}`),
    ...membersOf(file, 'operators', at),
    ...membersOf(file, 'issuers', at),
    ...membersOf(file, 'resultFiles', at),
    ...tiersOf(file, at),
    ...clearingOf(file, at),
    dataDir: string('dataDir'),
    addresses: addressesOf(file['addresses'], at),
  }
  if (controlToken === undefined) return read
  return typeof controlToken === 'string' && controlToken.length >= TOKEN_LENGTH_MIN
    ? { ...read, controlToken }
    : at('controlToken', `must be a text of at least ${TOKEN_LENGTH_MIN} characters`)
}

/** The plan of the network that a file describes. */
export function planOfFile(file: NetworkFile): Plan {
  return planNetwork(file)
}

/** Where a party listens; throws `network-file.no-address`. */
export function addressOf(file: NetworkFile, party: string): string {
  const address = file.addresses.get(party)
  requireData(
    address !== undefined,
    'network-file.no-address',
    `${file.name}: addresses.${party}: is missing`,
    { place: `addresses.${party}` },
  )
  return address
}

/** Where an operator's terminals listen. */
export function addressOfTerminals(file: NetworkFile, operator: string): string {
  return file.addresses.get(`${TERMINALS}/${operator}`) ?? addressOf(file, TERMINALS)
}

const FIELDS: ReadonlySet<string> = new Set([
  'seed',
  'day',
  'riders',
  'operators',
  'issuers',
  'resultFiles',
  'centres',
  'tierRules',
  'clearing',
  'dataDir',
  'addresses',
  'controlToken',
])

type At = (place: string, fault: string) => never
type Fields = Readonly<Record<string, unknown>>

function parseText(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error)
    throw new UnifareError('network-file.not-json', `${name}: ${fault}`)
  }
}

function objectOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined
}

function clearingOf({ clearing }: Fields, at: At): { readonly clearing?: ClearingWay } {
  if (clearing === undefined) return {}
  const way = CLEARING_WAYS.find((one) => one === clearing)
  if (way === undefined) return at('clearing', `must be one of ${CLEARING_WAYS.join(', ')}`)
  return { clearing: way }
}

function dayOf(text: string, at: At): Day {
  try {
    parseDay(text)
    return text
  } catch {
    return at('day', `"${text}" is not a day YYYY-MM-DD`)
  }
}

/** Lists of members, and the roles of those that may stand in them. */
const MEMBER_LISTS = {
  operators: ['operator'],
  issuers: ['issuer'],
  resultFiles: ['operator', 'issuer'],
} as const

function membersOf<F extends keyof typeof MEMBER_LISTS>(
  file: Fields,
  field: F,
  at: At,
): { readonly [name in F]?: readonly string[] } {
  const value = file[field]
  if (value === undefined) return {}
  if (!Array.isArray(value) || value.length === 0) return at(field, 'must be a list of ids')
  const roles: readonly string[] = MEMBER_LISTS[field]
  const known = new Set(
    institutions()
      .filter(({ role }) => roles.includes(role))
      .map(({ id }) => id),
  )
  value.forEach((id: unknown, index) => {
    if (typeof id === 'string' && known.has(id)) return
    at(
      `${field}[${index}]`,
      `${JSON.stringify(id)} is no ${roles.join(' or ')} of the simulated membership`,
    )
  })
  return { [field]: value as readonly string[] } as { readonly [name in F]: readonly string[] }
}

function addressesOf(value: unknown, at: At): ReadonlyMap<string, string> {
  const fields = objectOf(value) ?? at('addresses', 'must be an object of addresses by party')
  return new Map(
    Object.entries(fields).map(([party, address]) => {
      const port = typeof address === 'string' ? Number(ADDRESS.exec(address)?.[1]) : Number.NaN
      // Orders and simulated keys must never leave the machine.
      return port >= 1 && port <= 65_535
        ? [party, address as string]
        : at(`addresses.${party}`, 'must be http://127.0.0.1:<port>')
    }),
  )
}
