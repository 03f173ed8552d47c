import { type Fen, roundMicroFen } from '@unifare/core'
import type { RecordOfKind } from '../read-file.ts'
import type { ClearedLine } from './cleared-line.ts'
import { TX_TYPE_CODE, txTypes } from './numbers.ts'
import type { ResultRules } from './results.ts'

/**
 * BP of a member: always one record, of zeros on a day without business. Amounts have no sign: where
 * corrections took back more than the day brought, what is less than nothing stands on the other side.
 */
export function bpOf(position: {
  readonly receivableFen: Fen
  readonly payableFen: Fen
  readonly netFen: Fen
}): RecordOfKind<'BP'> {
  const { receivableFen, payableFen, netFen } = position
  return {
    receivableFen: Math.max(0, receivableFen) + Math.max(0, -payableFen),
    payableFen: Math.max(0, payableFen) + Math.max(0, -receivableFen),
    netFen: Math.abs(netFen),
    sign: netFen < 0 ? '1' : '0',
  }
}

interface Group {
  readonly head: Omit<
    RecordOfKind<'CR'>,
    'count' | 'amountFen' | 'acquirerFen' | 'issuerFen' | 'centreFen' | 'disputeFen'
  >
  count: number
  amountFen: Fen
  acquirerMicro: bigint
  issuerMicro: bigint
  centreMicro: bigint
}

/**
 * CR: charges counted and summed by parties, business type, code and test flag, rows in a fixed
 * order. Amounts are of all charges, shares of those that settle, each share rounded once a row:
 * a statistic, the position is BP. Ride codes are in it as business type 8401. Rows with the
 * adjust flag are what corrections took back.
 */
export function crOf(
  lines: readonly ClearedLine[],
  { clearing, codes }: ResultRules,
): RecordOfKind<'CR'>[] {
  const groups = new Map<string, Group>()
  for (const line of lines) {
    const head = {
      acquirer: line.operator,
      clearing,
      issuer: line.issuer,
      sender: line.operator,
      businessType: businessTypeOf(line),
      adjust: line.reversal,
      errorCode: codes.of(line.verdict).errorCode,
      test: line.test,
    }
    const key = Object.values(head).join('/')
    const group = groups.get(key) ?? {
      head,
      count: 0,
      amountFen: 0,
      acquirerMicro: 0n,
      issuerMicro: 0n,
      centreMicro: 0n,
    }
    groups.set(key, group)
    group.count += 1
    group.amountFen += Math.abs(line.amountFen)
    group.acquirerMicro += absolute(line.acquirerMicro)
    group.issuerMicro += absolute(line.issuerMicro)
    group.centreMicro += absolute(line.centreMicro)
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { head, count, amountFen, acquirerMicro, issuerMicro, centreMicro }]) => ({
      ...head,
      count,
      amountFen,
      acquirerFen: roundMicroFen(acquirerMicro),
      disputeFen: 0,
      issuerFen: roundMicroFen(issuerMicro),
      centreFen: roundMicroFen(centreMicro),
    }))
}

/** Evidence names the type of a debit; a compound one is known by its byte alone. */
function businessTypeOf({ medium, taps }: ClearedLine): string {
  if (medium === 'code') return TX_TYPE_CODE
  const last = taps.at(-1)?.evidence[1]
  return txTypes.code(last === 9 ? '9' : '6')
}

/** Amounts of the format have no sign: the adjust flag tells what was taken back. */
function absolute(micro: bigint): bigint {
  return micro < 0n ? -micro : micro
}
