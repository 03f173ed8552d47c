import {
  createMemoryStorage,
  type Day,
  fromHex,
  type Storage,
  type Tx,
  UnifareError,
  view,
} from '@unifare/core'
import { type Charge, MEDIA, parseCharge, parseTap, type Tap } from '@unifare/tap'
import { accountHash } from '../engine/account-hash.ts'
import { chargesOf } from '../judged/judged-charges.ts'
import { settledMarks } from '../settled/settled-marks.ts'
import { charges, type DayRow, days, orders, taps } from '../tables.ts'
import { loadLines } from './line-table.ts'
import { type InclusionProof, proveLines } from './proof.ts'
import { parseSubject } from './proof-subject.ts'
import { proveRow } from './prove-rows.ts'
import { loadRowsDay } from './rows-day.ts'
import type { Subject } from './subject.ts'

/** Where a proof is looked for. */
export interface ProofPlace {
  /** All closed days when not given. */
  readonly day?: Day | undefined
  /** The centre's storage: it has the verdict rows of days that were closed by segments. */
  readonly storage?: Storage
}

/**
 * Proves what a closed day of a centre's store holds, by any name that `parseSubject` reads or the
 * identity of a tap (`card-…`, `code-…`). Needs no key. A tap whose charge was corrected is proved
 * by the charge that settled it first. Throws `proof.bad-name`, `proof.not-found`,
 * `centre.no-closed-day` without the files of a day that was closed by segments.
 */
export async function proveStored(
  tx: Tx,
  name: string,
  { day: on, storage = createMemoryStorage() }: ProofPlace = {},
): Promise<InclusionProof> {
  const subject = await subjectOf(tx, name)
  const candidates = on === undefined ? await daysOf(tx, subject, storage) : [on]
  const rows = await tx.get(
    days,
    candidates.map((day) => ({ day })),
  )
  for (const row of rows) {
    const proof = row && (await proveOn(tx, row, { subject, storage }))
    if (proof !== undefined) return proof
  }
  const where = on === undefined ? 'no closed day' : `the day ${on} does not`
  throw new UnifareError('proof.not-found', `${where} hold${on === undefined ? 's' : ''} ${name}`)
}

async function proveOn(
  tx: Tx,
  row: DayRow,
  { subject, storage }: { readonly subject: Subject; readonly storage: Storage },
): Promise<InclusionProof | undefined> {
  const ofRows = await loadRowsDay(tx, row, storage)
  if (ofRows === undefined) {
    const { day, previousRoot, root, signature } = row
    const kept = await loadLines(tx, day)
    return proveLines({ day, previousRoot, root, signature, ...kept })(subject)
  }
  const hash = await hashOfSubject(tx, subject)
  // Rows of a tap stand with its charge, which may name a tap of another account.
  const proof = await proveRow(ofRows, subject, hash)
  return proof ?? (subject.kind === 'tap' ? proveRow(ofRows, subject) : undefined)
}

/** Hash of the account that a charge or tap is of. */
async function hashOfSubject(tx: Tx, subject: Subject): Promise<number | undefined> {
  if (subject.kind === 'charge') {
    const [row] = await tx.get(charges, [chargeKey(subject.charge)])
    return row && hashOfAccount(parseCharge(row.raw))
  }
  if (subject.kind !== 'tap') return undefined
  const [row] = await tx.get(taps, [tapKey(subject.delivery)])
  return row === undefined || row.identity === '' ? undefined : hashOfAccount(parseTap(row.raw))
}

function hashOfAccount({
  medium,
  issuer,
  account,
}: Pick<Charge | Tap, 'medium' | 'issuer' | 'account'>): number {
  const words = view(fromHex(`${issuer}${account}F`))
  return accountHash(words, 0, medium === 'card' ? MEDIA.card : MEDIA.code)
}

async function subjectOf(tx: Tx, name: string): Promise<Subject> {
  if (!/^(card|code)-\d{8}-\d{19}-\d{1,10}$/.test(name)) return parseSubject(name)
  const [tap] = await tx.select(taps, { identity: name }, { limit: 1 })
  if (tap === undefined) throw new UnifareError('proof.not-found', `no tap ${name} was delivered`)
  return { kind: 'tap', delivery: `${tap.terminal}-${tap.sequence}` }
}

/** Where a subject may stand: what the tables say first, then all other days, newest first. */
async function daysOf(tx: Tx, subject: Subject, storage: Storage): Promise<readonly Day[]> {
  const known = await knownDay(tx, subject, storage)
  const all = (await tx.select(days, {})).map(({ day }) => day).toReversed()
  return known === undefined ? all : [known, ...all.filter((day) => day !== known)]
}

async function knownDay(tx: Tx, subject: Subject, storage: Storage): Promise<Day | undefined> {
  switch (subject.kind) {
    case 'charge':
      return (await chargesOf(tx, [chargeKey(subject.charge)]))[0]?.day
    case 'tap': {
      const [tap] = await tx.get(taps, [tapKey(subject.delivery)])
      if (tap === undefined || tap.identity === '') return undefined
      return (await settledMarks(tx, storage, [tap.identity]))[0]?.day
    }
    case 'order': {
      const { issuer, order } = subject
      return (await tx.get(orders, [{ issuer, order }]))[0]?.day
    }
    case 'position':
      return undefined
  }
}

function chargeKey(name: string): { operator: string; number: number } {
  const [operator = '', number] = name.split('-')
  return { operator, number: Number(number) }
}

function tapKey(delivery: string): { terminal: string; sequence: number } {
  const [terminal = '', sequence] = delivery.split('-')
  return { terminal, sequence: Number(sequence) }
}
