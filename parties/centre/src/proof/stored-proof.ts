import { type Day, type Tx, UnifareError } from '@unifare/core'
import { charges, days, orders, settled, taps } from '../tables.ts'
import { loadLines } from './line-table.ts'
import { type InclusionProof, proveLines } from './proof.ts'
import { parseSubject } from './proof-subject.ts'
import type { Subject } from './subject.ts'

/**
 * Proves what a closed day of a centre's store holds, by any name that `parseSubject` reads or the
 * identity of a tap (`card-…`, `code-…`). Needs no key. A tap whose charge was corrected is proved
 * by the charge that settled it first. Throws `proof.bad-name`, `proof.not-found`.
 */
export async function proveStored(tx: Tx, name: string, on?: Day): Promise<InclusionProof> {
  const subject = await subjectOf(tx, name)
  const candidates = on === undefined ? await daysOf(tx, subject) : [on]
  const rows = await tx.get(
    days,
    candidates.map((day) => ({ day })),
  )
  for (const row of rows) {
    if (row === undefined) continue
    const { day, previousRoot, root, signature } = row
    const kept = await loadLines(tx, day)
    const proof = proveLines({ day, previousRoot, root, signature, ...kept })(subject)
    if (proof !== undefined) return proof
  }
  const where = on === undefined ? 'no closed day' : `the day ${on} does not`
  throw new UnifareError('proof.not-found', `${where} hold${on === undefined ? 's' : ''} ${name}`)
}

async function subjectOf(tx: Tx, name: string): Promise<Subject> {
  if (!/^(card|code)-\d{8}-\d{19}-\d{1,10}$/.test(name)) return parseSubject(name)
  const [tap] = await tx.select(taps, { identity: name }, { limit: 1 })
  if (tap === undefined) throw new UnifareError('proof.not-found', `no tap ${name} was delivered`)
  return { kind: 'tap', delivery: `${tap.terminal}-${tap.sequence}` }
}

/** Where a subject may stand: what the tables say first, then all other days, newest first. */
async function daysOf(tx: Tx, subject: Subject): Promise<readonly Day[]> {
  const known = await knownDay(tx, subject)
  const all = (await tx.select(days, {})).map(({ day }) => day).toReversed()
  return known === undefined ? all : [known, ...all.filter((day) => day !== known)]
}

async function knownDay(tx: Tx, subject: Subject): Promise<Day | undefined> {
  switch (subject.kind) {
    case 'charge':
      return (await tx.get(charges, [chargeKey(subject.charge)]))[0]?.day
    case 'tap': {
      const [terminal = '', sequence] = subject.delivery.split('-')
      const [tap] = await tx.get(taps, [{ terminal, sequence: Number(sequence) }])
      const identity = tap?.identity
      return identity === undefined ? undefined : (await tx.get(settled, [{ identity }]))[0]?.day
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
