import type { FeeRow } from '../fees.ts'
import { enlarged } from './key-table.ts'
import {
  createMoneyAdder,
  ISSUER_SUMS,
  type MemberSums,
  OPERATOR_SUMS,
  pushMoney,
  SAFE,
  type SettledMoney,
  type SumLine,
  type SumLines,
  withLines,
} from './member-sums.ts'

/** Whose money it is, as the words of both members. */
interface MoneyPair {
  readonly operator: number
  readonly issuer: number
}

/** The money of a shard, by lane and by issuer. */
export interface LaneMoney {
  /** Forgets all money. */
  begin(): void
  /** Counts a charge of a lane and an issuer, by their numbers. */
  settle(lane: number, issuer: number, feeRow: number, amountFen: number): void
  takeBack(pair: MoneyPair, money: SettledMoney): void
  sums(): MemberSums
}

/** Opens money under a fee matrix, of lanes and issuers whose words are told by number. */
export function createLaneMoney(
  fees: readonly FeeRow[],
  members: {
    readonly operatorOf: (lane: number) => number
    readonly issuers: Uint32Array
  },
): LaneMoney {
  const add = createMoneyAdder(fees)
  let lanes = new Float64Array(1_024 * OPERATOR_SUMS)
  const issuers = new Float64Array(members.issuers.length * ISSUER_SUMS)
  /** Lines that no longer grow. */
  let aside: SumLines = { operators: [], issuers: [] }

  /** Closes sums that come near to what a number holds. */
  function putAside(sums: Float64Array, from: number, columns: number, member: number): SumLine {
    const own = sums.subarray(from, from + columns)
    const line = { member, values: [...own] }
    own.fill(0)
    return line
  }

  return {
    begin() {
      lanes.fill(0)
      issuers.fill(0)
      aside = { operators: [], issuers: [] }
    },
    settle(lane, issuer, feeRow, amountFen) {
      const own = lane * OPERATOR_SUMS
      const share = issuer * ISSUER_SUMS
      if (own >= lanes.length) lanes = enlarged(lanes, new Float64Array(own * 2))
      add(lanes, own, issuers, share, feeRow, amountFen)
      if (lanes[own]! > SAFE || lanes[own + 1]! > SAFE) {
        aside.operators.push(putAside(lanes, own, OPERATOR_SUMS, members.operatorOf(lane)))
      }
      if (issuers[share]! > SAFE || issuers[share + 1]! > SAFE) {
        aside.issuers.push(putAside(issuers, share, ISSUER_SUMS, members.issuers[issuer]!))
      }
    },
    takeBack: (pair, money) => pushMoney(aside, pair, money, -1),
    sums() {
      const lines: SumLines = { operators: [...aside.operators], issuers: [...aside.issuers] }
      for (let at = 0; at < lanes.length; at += OPERATOR_SUMS) {
        if (lanes[at + OPERATOR_SUMS - 1] === 0) continue
        const member = members.operatorOf(at / OPERATOR_SUMS)
        lines.operators.push({ member, values: [...lanes.subarray(at, at + OPERATOR_SUMS)] })
      }
      members.issuers.forEach((member, issuer) => {
        const at = issuer * ISSUER_SUMS
        if (issuers[at + ISSUER_SUMS - 1] === 0) return
        lines.issuers.push({ member, values: [...issuers.subarray(at, at + ISSUER_SUMS)] })
      })
      return withLines(lines)
    },
  }
}
