import type { SignedBundle } from '@unifare/bundle'
import { type Instant, requireData, type Tx, UnifareError } from '@unifare/core'
import type { Input } from '@unifare/institution'
import type { Charge } from '@unifare/tap'
import { FAULTS_MAX, type FileKind, type Role, readFileName } from '@unifare/tunion'
import { marks } from '../tables.ts'
import { heardOperator } from '../watch/sources.ts'
import { type FileOrder, keepPart, readFileOrder } from './file-order.ts'
import { type FileGap, gapsIn } from './gaps.ts'
import type { FileOutcome } from './outcome.ts'
import type { SentFile } from './read-upload.ts'
import { type FileRow, files } from './tables.ts'
import { takeDenies } from './take-denies.ts'
import { takeUpload } from './take-upload.ts'

/** What the sender of a file is told. */
export interface FileAnswer extends Omit<FileRow, 'sender' | 'day' | 'takenAt'> {
  /** Files of this kind that are missing before the last: an alarm that heals. */
  readonly gaps: readonly FileGap[]
}

/** What the centre that takes a file is and can do. */
export interface FileInput {
  readonly input: Pick<Input, 'message' | 'acceptedAt'>
  readonly centre: string
  /** Makes a full deny list of a publisher that of the network. */
  readonly deny: (list: Pick<SignedBundle, 'publisher' | 'content'>) => Promise<unknown>
  /** Of a centre among others: whether one above clears a ride. */
  readonly goesUp?: ((charge: Charge) => boolean) | undefined
}

/** Kinds that members send to a centre, and the role in which they do. */
const SENDERS = { UP: 'acquirer', UC: 'issuer' } as const satisfies Partial<Record<FileKind, Role>>
type SentKind = keyof typeof SENDERS

const TAKEN: Readonly<
  Record<SentKind, (tx: Tx, file: SentFile, options: FileInput) => Promise<FileOutcome>>
> = {
  async UP(tx, file, options) {
    const { acceptedAt: at } = options.input
    await heardOperator(tx, { operator: file.sender, at })
    return takeUpload(tx, file, options)
  },
  UC: (_tx, file, { input, centre, deny }) =>
    takeDenies(file, { centre, at: input.acceptedAt, deny }),
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
  options: FileInput,
): Promise<FileAnswer> {
  const { message, acceptedAt } = options.input
  const { sender } = message
  const part = readFileOrder(order)
  const row = rowOf(part, { sender, at: acceptedAt })
  const own = (await tx.select(files, { sender })).filter(({ kind }) => kind === row.kind)
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
  const outcome = await TAKEN[kindOf(row)](tx, { ...row, content }, options)
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
  const wanted = SENDERS[kindOf({ kind })]
  const own = role === wanted && institution === sender
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

function kindOf({ kind }: { readonly kind: string }): SentKind {
  if (kind === 'UP' || kind === 'UC') return kind
  throw new UnifareError('tunion.wrong-kind', `${kind} is not taken here`)
}

function fieldsOf(
  outcome: FileOutcome,
): Pick<FileRow, 'state' | 'verdict' | 'records' | 'repeated' | 'amountFen' | 'faults'> {
  if (!outcome.ok) {
    const faults = outcome.faults.slice(0, FAULTS_MAX)
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
