import { table } from '@unifare/core'

/** How far the journal has been applied: one row, key `applied`. */
export interface PositionRow {
  readonly name: string
  readonly value: number
}

/** What became of a message: the answer that every repetition gets again. */
export interface IntakeRow {
  readonly sender: string
  readonly bodyHash: string
  readonly kind: string
  /** Index of the message in the journal. */
  readonly journalIndex: number
  readonly ok: boolean
  /** Result of the answer, or `{code, message}` of the refusal. */
  readonly result: unknown
}

/** A message that waits for its receiver. Ids grow in the order of the effects. */
export interface OutboxRow {
  readonly id: number
  readonly receiver: string
  readonly kind: string
  readonly body: Uint8Array
}

/** A message that its receiver refused for good: kept for people to look at. */
export interface ReturnedRow extends OutboxRow {
  readonly code: string
  readonly message: string
}

/** Which list stands at a place of the shelf. */
export interface ShelfRow {
  readonly name: string
  /** Hash and signature of the list: names its content for ever. */
  readonly list: string
}

/** A list as JSON. */
export interface ListRow {
  readonly list: string
  readonly bundle: unknown
}

/** Which list stood at a place of the shelf under a version. */
export interface VersionRow {
  readonly name: string
  readonly version: number
  readonly list: string
}

export const positions = table<PositionRow>({
  name: 'position',
  columns: { name: 'text', value: 'int' },
  key: ['name'],
})

export const intake = table<IntakeRow>({
  name: 'intake',
  columns: {
    sender: 'text',
    bodyHash: 'text',
    kind: 'text',
    journalIndex: 'int',
    ok: 'bool',
    result: 'json',
  },
  key: ['sender', 'bodyHash'],
})

export const outbox = table<OutboxRow>({
  name: 'outbox',
  columns: { id: 'int', receiver: 'text', kind: 'text', body: 'bytes' },
  key: ['id'],
})

export const returned = table<ReturnedRow>({
  name: 'returned',
  columns: {
    id: 'int',
    receiver: 'text',
    kind: 'text',
    body: 'bytes',
    code: 'text',
    message: 'text',
  },
  key: ['id'],
})

export const shelfTable = table<ShelfRow>({
  name: 'shelf',
  columns: { name: 'text', list: 'text' },
  key: ['name'],
})

export const versions = table<VersionRow>({
  name: 'shelf_version',
  columns: { name: 'text', version: 'int', list: 'text' },
  key: ['name', 'version'],
})

export const lists = table<ListRow>({
  name: 'list',
  columns: { list: 'text', bundle: 'json' },
  key: ['list'],
})

/** A piece of a list whose others have not come yet. */
export interface BundlePieceRow {
  readonly sender: string
  /** Kind, publisher, version, the version it changes, pieces and bytes. */
  readonly list: string
  readonly piece: number
  /** When the first piece of the list came. */
  readonly at: number
  readonly text: string
}

export const bundlePieces = table<BundlePieceRow>({
  name: 'bundle_piece',
  columns: { sender: 'text', list: 'text', piece: 'int', at: 'int', text: 'text' },
  key: ['sender', 'list', 'piece'],
  indexes: [['sender']],
})
