import type { Client, Connection, Submittable } from 'pg'

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')
/** Flags and the length of the header's extension: both zero. */
const HEADER = Buffer.concat([SIGNATURE, Buffer.alloc(8)])
const TRAILER = Buffer.from([0xff, 0xff])
const FIELD_BYTES = 12

/** Rows of 8-byte integers in PostgreSQL's binary COPY format, its fastest way in. */
export function binaryRows(columns: readonly BigInt64Array[], from: number, to: number): Buffer {
  const rowBytes = 2 + FIELD_BYTES * columns.length
  const body = Buffer.alloc(rowBytes * (to - from))
  let at = 0
  for (let row = from; row < to; row++) {
    at = body.writeInt16BE(columns.length, at)
    for (const column of columns) {
      at = body.writeInt32BE(8, at)
      at = body.writeBigInt64BE(column[row] ?? 0n, at)
    }
  }
  return Buffer.concat([HEADER, body, TRAILER])
}

/** Runs a `COPY … FROM STDIN` statement over ready bytes. */
export function copyIn(client: Client, statement: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(copyQuery({ statement, bytes, resolve, reject }))
  })
}

/** What the driver calls on the way of a COPY; it has no such query of its own. */
function copyQuery(options: {
  readonly statement: string
  readonly bytes: Buffer
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}): Submittable {
  const query = {
    submit: (connection: Connection) => connection.query(options.statement),
    handleCopyInResponse(connection: CopyConnection) {
      connection.sendCopyFromChunk(options.bytes)
      connection.endCopyFrom()
    },
    handleCommandComplete: () => undefined,
    handleReadyForQuery: () => options.resolve(),
    handleError: (error: Error) => options.reject(error),
  }
  return query
}

interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}
