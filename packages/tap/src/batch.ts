import { type Fen, type Hashes, type Instant, requireData, view } from '@unifare/core'
import { field } from './framed.ts'
import {
  type ListHeader,
  openList,
  openListHeader,
  type SealedList,
  sealList,
} from './sealed-list.ts'
import { TAP_HEAD_LENGTH, TAP_VERSION, tapHead } from './tap.ts'

const MAGIC = 'UB'
const CODE = 'batch.malformed'

/** One list that the terminal held when it made the batch: decides liability for deny-listed media. */
export interface HeldBundle {
  readonly kind: string
  readonly publisher: string
  readonly version: number
}

/** What a terminal states about its batch. `amountFen` sums what cards were debited. */
export interface BatchHeader extends ListHeader {
  readonly terminal: string
  readonly operator: string
  readonly createdAt: Instant
  readonly bundles: readonly HeldBundle[]
}

/** A batch of taps; the records are verbatim, readable or not. */
export interface Batch extends Omit<SealedList, 'header'> {
  readonly header: BatchHeader
}

/** Makes a signed batch of a terminal's records in journal order; throws `batch.too-large`. */
export function encodeBatch(input: {
  readonly terminal: string
  readonly operator: string
  readonly first: number
  readonly previous: Uint8Array
  readonly records: readonly Uint8Array[]
  readonly bundles: readonly HeldBundle[]
  readonly createdAt: Instant
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  readonly hashes?: Hashes
}): Promise<Uint8Array> {
  return sealList({
    ...input,
    magic: MAGIC,
    amountFen: controlSum(input.records),
    header: {
      terminal: input.terminal,
      operator: input.operator,
      createdAt: input.createdAt,
      bundles: input.bundles.map(({ kind, publisher, version }) => ({ kind, publisher, version })),
    },
  })
}

/** Reads a batch and checks everything that needs no key. Single records are not parsed. */
export function parseBatch(bytes: Uint8Array, hashes?: Hashes): Batch {
  const list = openList(MAGIC, bytes, hashes)
  const header = headerOf(list.header)
  const amountFen = controlSum(list.records)
  requireData(
    amountFen === header.amountFen,
    'batch.bad-totals',
    `amounts sum to ${amountFen} fen, the header says ${header.amountFen}`,
  )
  return { ...list, header }
}

/** What a batch states of itself; its records, chain and signature are left to `parseBatch`. */
export function parseBatchHeader(bytes: Uint8Array): BatchHeader {
  return headerOf(openListHeader(MAGIC, bytes))
}

function headerOf(header: SealedList['header']): BatchHeader {
  const bundles = field(header, 'bundles', 'object', CODE)
  requireData(Array.isArray(bundles), CODE, 'bundles is not a list')
  return {
    ...header,
    terminal: field(header, 'terminal', 'string', CODE),
    operator: field(header, 'operator', 'string', CODE),
    createdAt: field(header, 'createdAt', 'number', CODE),
    bundles: bundles.map((entry: unknown) => ({
      kind: field(entry, 'kind', 'string', CODE),
      publisher: field(entry, 'publisher', 'string', CODE),
      version: field(entry, 'version', 'number', CODE),
    })),
  }
}

/**
 * Control total: what the amount field says in every record of version 1, whatever its kind or
 * faults; records of other versions count as zero. It is read off the bytes alone, so that an
 * older reader comes to the same sum as a terminal that writes kinds of the future.
 */
function controlSum(records: readonly Uint8Array[]): Fen {
  const [amountAt] = tapHead.fields.amountFen
  let sum = 0
  for (const record of records) {
    if (record[0] !== TAP_VERSION || record.length < TAP_HEAD_LENGTH) continue
    sum += view(record).getUint32(amountAt)
  }
  return sum
}
