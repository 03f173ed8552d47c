import type { Sides } from '../netting.ts'
import { ISSUER_SUMS, type MemberSums, OPERATOR_SUMS, SAFE } from './member-sums.ts'
import { digitsOf } from './packed.ts'

const WHOLE = 1_000_000n

/** A sum of whole numbers, exact however large it grows. */
interface Exact {
  /** What is added up as a number, and what was taken out of it before it could lose a unit. */
  part: number
  rest: bigint
}

/** Amount in fen, then micro-fen of the fee and of the member's share in it. */
type Side = readonly [amountFen: Exact, feeMicro: Exact, shareMicro: Exact]

/**
 * The sums of all shards by member: `A − F + a` of every operator, `A − i` of every issuer, and `c`
 * (reference clearing 1.6), exact. The centre's own is summed by itself, so that the three tie.
 */
export function sidesOf(parts: readonly MemberSums[]): Sides {
  const receivable = new Map<number, Side>()
  const payable = new Map<number, Side>()
  const [centre] = newSide()
  for (const { operators, operatorValues, issuers, issuerValues } of parts) {
    for (let line = 0; line < operators.length; line++) {
      const at = line * OPERATOR_SUMS
      const [amount, fee, share] = sideOf(receivable, operators[line]!)
      add(amount, operatorValues[at]!)
      add(fee, operatorValues[at + 1]!)
      add(share, operatorValues[at + 2]!)
      add(centre, operatorValues[at + 3]!)
    }
    for (let line = 0; line < issuers.length; line++) {
      const [amount, , share] = sideOf(payable, issuers[line]!)
      add(amount, issuerValues[line * ISSUER_SUMS]!)
      add(share, issuerValues[line * ISSUER_SUMS + 1]!)
    }
  }
  return {
    receivable: named(receivable, ([amount, fees, share]) => amount - fees + share),
    payable: named(payable, ([amount, , share]) => amount - share),
    centreMicro: valueOf(centre),
  }
}

function newSide(): Side {
  const zero = (): Exact => ({ part: 0, rest: 0n })
  return [zero(), zero(), zero()]
}

function sideOf(sides: Map<number, Side>, member: number): Side {
  const known = sides.get(member)
  if (known !== undefined) return known
  const side = newSide()
  sides.set(member, side)
  return side
}

function add(sum: Exact, value: number): void {
  if (Math.abs(sum.part) + Math.abs(value) > SAFE) {
    sum.rest += BigInt(sum.part)
    sum.part = 0
  }
  sum.part += value
}

function valueOf({ part, rest }: Exact): bigint {
  return rest + BigInt(part)
}

function named(
  sides: ReadonlyMap<number, Side>,
  due: (side: readonly [amount: bigint, fee: bigint, share: bigint]) => bigint,
): Map<string, bigint> {
  const all = [...sides].map(([member, [amount, fees, share]]) => {
    const values = [valueOf(amount) * WHOLE, valueOf(fees), valueOf(share)] as const
    return [digitsOf(member), due(values)] as const
  })
  return new Map(all)
}
