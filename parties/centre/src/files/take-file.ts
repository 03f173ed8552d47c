import { type Instant, requireData, type Tx, UnifareError } from '@unifare/core'
import { readFileName } from '@unifare/tunion'
import { marks } from '../tables.ts'
import { type FileOrder, keepPart, readFileOrder } from './file-order.ts'
import { type FileGap, gapsIn } from './gaps.ts'
import { type FileRow, files } from './tables.ts'
import { takeUpload, type UploadOutcome } from './take-upload.ts'

/** What the sender of a file is told. */
export interface FileAnswer extends Omit<FileRow, 'sender' | 'day' | 'takenAt'> {
  /** Files of this kind that are missing before the last: an alarm that heals. */
  readonly gaps: readonly FileGap[]
}

/**
 * Takes a part of a member's file, and the file once it is whole. The same content gets the same
 * answer for ever; another content under a name that was taken is refused (`tunion.name-taken`), as
 * is a sequence number that another name has. A file with faults is kept as refused, with all of
 * them, and brings nothing: the corrected one comes under its own sequence number.
 */
export async function takeFile(
  tx: Tx,
  order: Readonly<Record<string, unknown>>,
  input: { readonly sender: string; readonly at: Instant; readonly centre: string },
): Promise<FileAnswer> {
  const part = readFileOrder(order)
  const row = rowOf(part, input)
  const own = (await tx.select(files, { sender: input.sender })).filter(
    ({ kind }) => kind === row.kind,
  )
  const known = own.find(({ name }) => name === row.name)
  if (known !== undefined && known.state !== 'open') {
    requireData(known.hash === row.hash, 'tunion.name-taken', `${row.name} came with other content`)
    return answerOf(known, own)
  }
  requireData(
    !own.some(({ name, sequence }) => sequence === row.sequence && name !== row.name),
    'tunion.name-taken',
    `another file has sequence ${row.sequence}`,
  )
  const content = await keepPart(tx, part, row)
  if (content === undefined) return answerOf(row, own)
  const number = await nextNumber(tx)
  const outcome = await takeUpload(tx, { ...row, content }, input.centre)
  const taken: FileRow = { ...row, number, ...fieldsOf(outcome) }
  await tx.put(files, [taken])
  return answerOf(taken, [...own, taken])
}

/** Running number of files at this centre. */
async function nextNumber(tx: Tx): Promise<number> {
  const name = 'files'
  const [mark] = await tx.get(marks, [{ name }])
  const number = Number(mark?.value ?? 0) + 1
  await tx.put(marks, [{ name, value: String(number) }])
  return number
}

function rowOf(
  { name, hash }: FileOrder,
  { sender, at }: { readonly sender: string; readonly at: Instant },
): FileRow {
  const { kind, institution, sequence, role } = readFileName(name)
  if (kind !== 'UP') throw new UnifareError('tunion.wrong-kind', `${kind} is not taken here`)
  const own = role === 'acquirer' && institution === sender
  requireData(own, 'tunion.foreign', `${name} is not of ${sender}`)
  return {
    sender,
    name,
    kind,
    sequence,
    hash,
    number: 0,
    state: 'open',
    verdict: '',
    records: 0,
    repeated: 0,
    amountFen: 0,
    takenAt: at,
    day: '',
    faults: [],
  }
}

function fieldsOf(
  outcome: UploadOutcome,
): Pick<FileRow, 'state' | 'verdict' | 'records' | 'repeated' | 'amountFen' | 'faults'> {
  if (!outcome.ok) {
    const { faults } = outcome
    const nothing = { records: 0, repeated: 0, amountFen: 0 }
    return { state: 'refused', verdict: 'tunion.refused', ...nothing, faults }
  }
  const { records, repeated, amountFen } = outcome
  return { state: 'accepted', verdict: 'normal', records, repeated, amountFen, faults: [] }
}

function answerOf(row: FileRow, own: readonly FileRow[]): FileAnswer {
  const { sender: _sender, day: _day, takenAt: _takenAt, ...told } = row
  const taken = own.filter(({ state }) => state !== 'open')
  return { ...told, gaps: gapsIn(taken.map(({ sequence }) => sequence)) }
}

/** Files that were processed since the day before closed are told in the LD of this day. */
export async function assignFiles(tx: Tx, day: string): Promise<void> {
  const waiting = (await tx.select(files, { day: '' })).filter(({ state }) => state !== 'open')
  await tx.put(
    files,
    waiting.map((row) => ({ ...row, day })),
  )
}
