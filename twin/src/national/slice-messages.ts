import { view } from '@unifare/core'
import {
  BATCH_RECORDS_MAX,
  CHAIN_START,
  chainNext,
  chargeHead,
  encodeBatch,
  encodeMessage,
  type MessageKind,
  sealChargeRecords,
} from '@unifare/tap'
import type { Expected } from './faults.ts'
import { HELD_DENY_VERSION, NATIONAL_CENTRE, type NationalPlan } from './national-plan.ts'

/** Signs as a party; who signs does not matter to what is measured behind the intake. */
export type Sign = (message: Uint8Array) => Promise<Uint8Array>

/** What terminals and operators of a slice have to tell: records as bytes, in their order. */
export interface SliceRecords {
  readonly terminals: readonly {
    readonly terminal: string
    readonly operator: string
    readonly records: readonly Uint8Array[]
  }[]
  readonly charges: ReadonlyMap<string, readonly Uint8Array[]>
  readonly expected: readonly Expected[]
}

/** The signed messages of a slice as they reach the centre: taps first, then the charges. */
export async function* sliceMessages(
  plan: NationalPlan,
  { terminals, charges }: SliceRecords,
  sign: Sign,
): AsyncGenerator<Uint8Array> {
  const bundles = [{ kind: 'deny', publisher: NATIONAL_CENTRE, version: HELD_DENY_VERSION }]
  const sentAt = Date.parse(`${plan.day}T15:00:00Z`)
  const message = (kind: MessageKind, sender: string, body: Uint8Array) =>
    encodeMessage({ kind, sender, receiver: NATIONAL_CENTRE, sentAt, body, sign })
  for (const { terminal, operator, records } of terminals) {
    for (const { first, part, previous } of parts(records, 1)) {
      const place = { terminal, operator, first, previous, bundles, createdAt: sentAt, sign }
      yield message('tap-batch', operator, await encodeBatch({ ...place, records: part }))
    }
  }
  for (const [operator, records] of charges) {
    const firstNumber = view(records[0] as Uint8Array).getUint32(chargeHead.fields.number[0])
    for (const { first, part, previous } of parts(records, firstNumber)) {
      const amountFen = part.reduce((sum, one) => sum + amountOf(one), 0)
      const list = { operator, first, previous, records: part, amountFen, day: plan.day, sign }
      yield message('charge-batch', operator, await sealChargeRecords(list))
    }
  }
}

interface Part {
  readonly first: number
  readonly part: readonly Uint8Array[]
  readonly previous: Uint8Array
}

/** Records in batches, with the chain value before each. */
function* parts(records: readonly Uint8Array[], firstNumber: number): Generator<Part> {
  let previous = CHAIN_START
  for (let at = 0; at < records.length; at += BATCH_RECORDS_MAX) {
    const part = records.slice(at, at + BATCH_RECORDS_MAX)
    yield { first: firstNumber + at, part, previous }
    if (at + BATCH_RECORDS_MAX < records.length) previous = part.reduce(chainNext, previous)
  }
}

function amountOf(charge: Uint8Array): number {
  return view(charge).getUint32(chargeHead.fields.amountFen[0])
}
