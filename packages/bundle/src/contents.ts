import { type Instant, requireData, UnifareError } from '@unifare/core'

/**
 * Who takes whose medium, on what. Later rows win over earlier ones that speak of the same. Words
 * of the future do not spoil a list: an unknown status is not open, an unknown reason still stops.
 */
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

/** What a field must be: a type, or a text of a certain form. */
type Shape = Readonly<Record<string, 'string' | 'number' | RegExp>>

const INSTITUTION = /^\d{8}$/

const ACCEPTANCE: Shape = {
  operator: INSTITUTION,
  mode: 'string',
  medium: 'string',
  issuer: INSTITUTION,
  division: 'string',
  status: 'string',
  from: 'number',
}
const DENY: Shape = {
  medium: 'string',
  issuer: INSTITUTION,
  account: /^\d{1,19}$/,
  reason: 'string',
  since: 'number',
}
const DEVICE: Shape = {
  terminal: /^\d{12}$/,
  key: /^[0-9A-F]{64}$/,
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

/** The devices of a list by terminal number; throws what `parseDevices` throws. */
export function devicesByTerminal(content: unknown): ReadonlyMap<string, Device> {
  return new Map(parseDevices(content).devices.map((device) => [device.terminal, device]))
}

function rows(content: unknown, name: string, shape: Shape): Record<string, unknown>[] {
  const list = (content as Record<string, unknown> | null)?.[name]
  requireData(Array.isArray(list), 'bundle.malformed', `the list has no ${name}`)
  const fields = Object.entries(shape)
  list.forEach((row: Record<string, unknown> | null, index) => {
    for (const [field, wanted] of fields) {
      if (fits(row?.[field], wanted)) continue
      // The words are made for a broken row only: a country's list has some hundred thousand.
      const text = `${name}[${index}].${field} is missing or not ${wanted}`
      throw new UnifareError('bundle.malformed', text)
    }
  })
  return list as Record<string, unknown>[]
}

function fits(value: unknown, wanted: Shape[string]): boolean {
  if (wanted === 'number') return Number.isSafeInteger(value)
  return typeof value === 'string' && (wanted === 'string' || wanted.test(value))
}

/** Rows by what they speak of, made once per list: it is asked at every tap and every charge. */
const indexes = new WeakMap<AcceptanceContent, ReadonlyMap<string, readonly AcceptanceRow[]>>()

function indexOf(content: AcceptanceContent): ReadonlyMap<string, readonly AcceptanceRow[]> {
  const known = indexes.get(content)
  if (known !== undefined) return known
  const index = new Map<string, AcceptanceRow[]>()
  for (const row of content.rows) {
    const same = index.get(rowKey(row))
    if (same === undefined) index.set(rowKey(row), [row])
    else same.push(row)
  }
  indexes.set(content, index)
  return index
}

function rowKey(row: Pick<AcceptanceRow, 'operator' | 'mode' | 'medium' | 'issuer'>): string {
  return `${row.operator}/${row.mode}/${row.medium}/${row.issuer}`
}

/** Rows of what an operator takes on a mode, of a medium of an issuer, in the order of their dates. */
export function acceptanceRows(
  content: AcceptanceContent,
  asked: Pick<AcceptanceRow, 'operator' | 'mode' | 'medium' | 'issuer'>,
): readonly AcceptanceRow[] {
  return indexOf(content).get(rowKey(asked)) ?? []
}

/** The row that says whether an operator takes a medium of an issuer on a mode; undefined when not listed. */
export function acceptanceOf(
  content: AcceptanceContent,
  asked: Pick<AcceptanceRow, 'operator' | 'mode' | 'medium' | 'issuer'>,
  at: Instant,
): AcceptanceRow | undefined {
  return acceptanceRows(content, asked).findLast((row) => row.from <= at)
}

/** True when the row lets a rider travel. */
export function isOpen(row: AcceptanceRow | undefined): row is AcceptanceRow {
  return row?.status === 'in-service' || row?.status === 'trial'
}
