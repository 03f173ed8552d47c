import { type Fen, table } from '@unifare/core'

/** A file that a member sent: what became of it. */
export interface FileRow {
  readonly sender: string
  readonly name: string
  readonly kind: string
  readonly sequence: number
  /** SHA-256 of the content. */
  readonly hash: string
  /** Running number of files at this centre; 0 while parts are missing. */
  readonly number: number
  readonly state: 'open' | 'accepted' | 'refused'
  /** `normal`, or why it was refused. */
  readonly verdict: string
  readonly records: number
  /** Records that had come before, in another file. */
  readonly repeated: number
  readonly amountFen: Fen
  readonly takenAt: number
  /** Settlement day whose LD tells of it; empty until a day closes. */
  readonly day: string
  /** Faults of a refused file, with their places. */
  readonly faults: unknown
}

/** A part of a file whose others have not come yet. */
export interface FilePartRow {
  readonly sender: string
  readonly name: string
  readonly part: number
  readonly bytes: Uint8Array
}

export const files = table<FileRow>({
  name: 'file',
  columns: {
    sender: 'text',
    name: 'text',
    kind: 'text',
    sequence: 'int',
    hash: 'text',
    number: 'int',
    state: 'text',
    verdict: 'text',
    records: 'int',
    repeated: 'int',
    amountFen: 'int',
    takenAt: 'int',
    day: 'text',
    faults: 'json',
  },
  key: ['sender', 'name'],
  indexes: [['day'], ['state']],
})

export const fileParts = table<FilePartRow>({
  name: 'file_part',
  columns: { sender: 'text', name: 'text', part: 'int', bytes: 'bytes' },
  key: ['sender', 'name', 'part'],
})
