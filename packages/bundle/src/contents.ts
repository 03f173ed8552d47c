import { type Instant, requireData } from '@unifare/core'

/** Who takes whose medium, on what. Later rows win over earlier ones that speak of the same. */
export interface AcceptanceRow {
  readonly operator: string
  readonly mode: string
  readonly medium: 'card' | 'code'
  readonly issuer: string
  /** GB/T 2260 code of the issuer's city: local policies ask whether a rider is from here. */
  readonly division: string
  readonly status: 'planned' | 'trial' | 'converting' | 'in-service' | 'ended'
  readonly from: Instant
}

/** Content of an `acceptance` list. */
export interface AcceptanceContent {
  readonly rows: readonly AcceptanceRow[]
}

/** A card or code account that must be refused, by its issuer's word. */
export interface DenyEntry {
  readonly medium: 'card' | 'code'
  readonly issuer: string
  readonly account: string
  readonly reason: 'arrears' | 'lost' | 'fraud' | 'withdrawn'
  readonly since: Instant
}

/** Content of a `deny` list. */
export interface DenyContent {
  readonly entries: readonly DenyEntry[]
}

/** A terminal of an operator: what it is, where it stands, the key it signs with. */
export interface Device {
  readonly terminal: string
  /** Ed25519 public key, hexadecimal. */
  readonly key: string
  readonly mode: string
  readonly city: string
  readonly line: number
  readonly station: number
}

/** Content of a `devices` list. */
export interface DevicesContent {
  readonly devices: readonly Device[]
}

type Shape = Readonly<Record<string, 'string' | 'number'>>

const ACCEPTANCE: Shape = {
  operator: 'string',
  mode: 'string',
  medium: 'string',
  issuer: 'string',
  division: 'string',
  status: 'string',
  from: 'number',
}
const DENY: Shape = {
  medium: 'string',
  issuer: 'string',
  account: 'string',
  reason: 'string',
  since: 'number',
}
const DEVICE: Shape = {
  terminal: 'string',
  key: 'string',
  mode: 'string',
  city: 'string',
  line: 'number',
  station: 'number',
}

/** Reads an acceptance list whole or throws `bundle.malformed` with the row. */
export function parseAcceptance(content: unknown): AcceptanceContent {
  return { rows: rows(content, 'rows', ACCEPTANCE) as unknown as AcceptanceRow[] }
}

/** Reads a deny list whole or throws `bundle.malformed` with the row. */
export function parseDeny(content: unknown): DenyContent {
  return { entries: rows(content, 'entries', DENY) as unknown as DenyEntry[] }
}

/** Reads a device list whole or throws `bundle.malformed` with the row. */
export function parseDevices(content: unknown): DevicesContent {
  return { devices: rows(content, 'devices', DEVICE) as unknown as Device[] }
}

function rows(content: unknown, name: string, shape: Shape): Record<string, unknown>[] {
  const list = (content as Record<string, unknown> | null)?.[name]
  requireData(Array.isArray(list), 'bundle.malformed', `the list has no ${name}`)
  list.forEach((row: Record<string, unknown> | null, index) => {
    for (const [field, type] of Object.entries(shape)) {
      const value = row?.[field]
      requireData(
        type === 'number' ? Number.isSafeInteger(value) : typeof value === 'string',
        'bundle.malformed',
        `${name}[${index}].${field} is missing or not a ${type}`,
      )
    }
  })
  return list as Record<string, unknown>[]
}

/** The row that says whether an operator takes a medium of an issuer on a mode; undefined when not listed. */
export function acceptanceOf(
  content: AcceptanceContent,
  asked: Pick<AcceptanceRow, 'operator' | 'mode' | 'medium' | 'issuer'>,
  at: Instant,
): AcceptanceRow | undefined {
  return content.rows.findLast(
    (row) =>
      row.issuer === asked.issuer &&
      row.operator === asked.operator &&
      row.mode === asked.mode &&
      row.medium === asked.medium &&
      row.from <= at,
  )
}

/** True when the row lets a rider travel. */
export function isOpen(row: AcceptanceRow | undefined): row is AcceptanceRow {
  return row?.status === 'in-service' || row?.status === 'trial'
}
