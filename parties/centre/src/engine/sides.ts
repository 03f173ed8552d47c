import type { Sides } from '../netting.ts'
import { type LaneSums, SAFE, SUM_COLUMNS } from './lane-sums.ts'
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
export function sidesOf(parts: readonly LaneSums[]): Sides {
  const operators = new Map<number, Side>()
  const issuers = new Map<number, Side>()
  const [fee, acquirer, issuer] = newSide()
  for (const { operators: operatorOf, issuers: issuerOf, values } of parts) {
    for (let line = 0; line < operatorOf.length; line++) {
      const at = line * SUM_COLUMNS
      const [amountFen, feeMicro] = [values[at]!, values[at + 1]!]
      const [acquirerMicro, issuerMicro] = [values[at + 2]!, values[at + 3]!]
      addTo(sideOf(operators, operatorOf[line]!), amountFen, feeMicro, acquirerMicro)
      addTo(sideOf(issuers, issuerOf[line]!), amountFen, 0, issuerMicro)
      add(fee, feeMicro)
      add(acquirer, acquirerMicro)
      add(issuer, issuerMicro)
    }
  }
  return {
    receivable: named(operators, ([amount, fees, share]) => amount - fees + share),
    payable: named(issuers, ([amount, , share]) => amount - share),
    centreMicro: valueOf(fee) - valueOf(acquirer) - valueOf(issuer),
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

function addTo([amount, fees, share]: Side, fen: number, feeMicro: number, shareMicro: number) {
  add(amount, fen)
  add(fees, feeMicro)
  add(share, shareMicro)
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
