import type { KeyTable, TableShape, WasmVerifier } from './wasm-verifier.ts'

/** A key under which signatures were good. */
export interface KnownKey {
  /** Uncompressed, 65 bytes. */
  readonly point: Uint8Array
  readonly table: KeyTable | undefined
}

/** How many keys are kept, and when a key gets a table. */
export interface KeyLimits {
  /** Keys kept with their points, with or without a table. */
  readonly maxKeys: number
  /** Keys with a small table: riders who come again. */
  readonly maxRiders: number
  /** Keys with a large table: issuers. */
  readonly maxIssuers: number
  /** Good signatures from which a key counts as a rider who comes again. */
  readonly riderUses: number
  /** Good signatures from which a key that many sign under gets an issuer's table. */
  readonly issuerUses: number
}

/**
 * A small table costs as much to make as three verifications with it save, a large one as some
 * hundred save beyond that; so both wait until a key has been met as often.
 */
export const DEFAULT_KEY_LIMITS: KeyLimits = {
  maxKeys: 8_192,
  maxRiders: 2_048,
  maxIssuers: 64,
  riderUses: 3,
  issuerUses: 128,
}

/** Tables by size. A rider's takes 15 kB, an issuer's 304 kB. */
export const TABLE_SHAPES = {
  rider: { width: 5, spread: 4 },
  issuer: { width: 8, spread: 1 },
} as const satisfies Record<string, TableShape>

export type TableSize = keyof typeof TABLE_SHAPES

/** Counts of what is kept. */
export interface KeyCounts {
  readonly keys: number
  readonly riderTables: number
  readonly issuerTables: number
}

/** Keys by their bytes, bounded; the one not used for longest goes first, and so do tables. */
export interface KeyTables {
  find(publicKey: Uint8Array): KnownKey | undefined
  /** Remembers that a signature was good under a key; only a frequent key becomes an issuer's. */
  used(key: {
    readonly publicKey: Uint8Array
    readonly point: Uint8Array
    readonly isFrequent: boolean
  }): void
  counts(): KeyCounts
}

interface Entry {
  readonly point: Uint8Array
  /** Good signatures since the key came in, or since it lost a table. */
  uses: number
}

/** Empty tables in the memory of a verifier. */
export function createKeyTables(verifier: WasmVerifier, limits: KeyLimits): KeyTables {
  const keys = new Map<string, Entry>()
  const lose = (name: string): void => {
    // It waits for its next table, so that too many riders cannot keep rebuilding them.
    const entry = keys.get(name)
    if (entry) entry.uses = 0
  }
  const riders = createPool({ verifier, size: 'rider', limit: limits.maxRiders, lose })
  const issuers = createPool({ verifier, size: 'issuer', limit: limits.maxIssuers, lose })

  const grant = (name: string, { uses, point }: Entry, isFrequent: boolean): void => {
    if (isFrequent && issuers.limit > 0 && uses >= limits.issuerUses) {
      issuers.use(name, point)
      riders.release(name)
    } else if (riders.limit > 0 && uses >= limits.riderUses) riders.use(name, point)
  }
  return {
    find(publicKey) {
      const name = nameOf(publicKey)
      const entry = keys.get(name)
      return entry && { point: entry.point, table: issuers.get(name) ?? riders.get(name) }
    },
    used({ publicKey, point, isFrequent }) {
      const name = nameOf(publicKey)
      const entry = keys.get(name) ?? { point, uses: 0 }
      entry.uses += 1
      keys.delete(name)
      keys.set(name, entry)
      grant(name, entry, isFrequent)
      if (keys.size <= limits.maxKeys) return
      const [oldest] = keys.keys()
      if (oldest === undefined) return
      keys.delete(oldest)
      riders.release(oldest)
      issuers.release(oldest)
    },
    counts: () => ({
      keys: keys.size,
      riderTables: riders.size(),
      issuerTables: issuers.size(),
    }),
  }
}

/** Tables of one size, each held by one key. */
function createPool(options: {
  readonly verifier: WasmVerifier
  readonly size: TableSize
  readonly limit: number
  /** Hears who lost a table to another key. */
  readonly lose: (name: string) => void
}) {
  const { verifier, size, limit, lose } = options
  const shape = TABLE_SHAPES[size]
  const held = new Map<string, KeyTable>()
  const empty: KeyTable[] = []

  const release = (name: string): void => {
    const table = held.get(name)
    if (!table) return
    held.delete(name)
    empty.push(table)
  }
  const make = (point: Uint8Array): KeyTable => {
    const [oldest] = held.keys()
    if (oldest !== undefined && held.size >= limit) {
      release(oldest)
      lose(oldest)
    }
    const table = empty.pop() ?? { at: verifier.allocate(verifier.tableBytes(shape)), ...shape }
    verifier.openKey(point)
    verifier.makeTable(table)
    return table
  }
  return {
    limit,
    release,
    get: (name: string) => held.get(name),
    size: () => held.size,
    /** Counts as a use; a key without a table gets one. */
    use(name: string, point: Uint8Array): void {
      const table = held.get(name) ?? make(point)
      held.delete(name)
      held.set(name, table)
    },
  }
}

function nameOf(publicKey: Uint8Array): string {
  return String.fromCharCode(...publicKey)
}
