import { type Fen, roundMicroFen } from '@unifare/core'
import type { ClearedCharge } from './clearing.ts'

/** What a member receives and pays for the day, rounded once. */
export interface Position {
  readonly id: string
  readonly receivableFen: Fen
  readonly payableFen: Fen
  readonly netFen: Fen
}

/** The day's money: positions of all members, the centre a member like the others. */
export interface Money {
  readonly centre: string
  readonly positions: readonly Position[]
  /** The centre's fees, rounded once. */
  readonly feeFen: Fen
  /** What rounding every member once left over; the centre keeps it in an account of its own. */
  readonly residueFen: Fen
}

/**
 * Nets what settles. Throws a `TypeError` unless `A − F + a`, `A − i` and `c` tie over the whole
 * window, exactly.
 */
export function netPositions(
  normal: readonly Pick<ClearedCharge, 'charge' | 'fee'>[],
  centre: string,
): Money {
  const receivable = new Map<string, bigint>()
  const payable = new Map<string, bigint>()
  let centreMicro = 0n
  for (const { charge, fee } of normal) {
    if (fee === null) continue
    const amount = BigInt(charge.amountFen) * 1_000_000n
    add(receivable, charge.operator, amount - fee.feeMicro + fee.acquirerMicro)
    add(payable, charge.issuer, amount - fee.issuerMicro)
    centreMicro += fee.centreMicro
  }
  const exact = total(payable) - total(receivable)
  if (exact !== centreMicro) {
    throw new TypeError(`invariant broken: (A − i) − (A − F + a) is ${exact}, c is ${centreMicro}`)
  }
  const ids = [...new Set([...receivable.keys(), ...payable.keys()])].sort()
  const members = ids.map((id) => {
    const receivableFen = roundMicroFen(receivable.get(id) ?? 0n)
    const payableFen = roundMicroFen(payable.get(id) ?? 0n)
    return { id, receivableFen, payableFen, netFen: receivableFen - payableFen }
  })
  const netFen = members.reduce((rest, member) => rest - member.netFen, 0)
  const own = {
    id: centre,
    receivableFen: Math.max(netFen, 0),
    payableFen: Math.max(-netFen, 0),
    netFen,
  }
  const feeFen = roundMicroFen(centreMicro)
  return {
    centre,
    positions: [...members, own].sort((a, b) => (a.id < b.id ? -1 : 1)),
    feeFen,
    residueFen: netFen - feeFen,
  }
}

function add(sums: Map<string, bigint>, key: string, value: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + value)
}

function total(sums: ReadonlyMap<string, bigint>): bigint {
  return [...sums.values()].reduce((sum, value) => sum + value, 0n)
}
