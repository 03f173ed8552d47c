import { type Fen, roundMicroFen } from '@unifare/core'
import type { ClearedCharge } from './clearing.ts'
import type { Fee } from './fees.ts'

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

/** What the operator receives, the issuer pays and the centre keeps of a charge, exact. */
export interface Shares {
  readonly operatorMicro: bigint
  readonly issuerMicro: bigint
  readonly centreMicro: bigint
}

const NOTHING: Shares = { operatorMicro: 0n, issuerMicro: 0n, centreMicro: 0n }

/** `A − F + a`, `A − i` and `c` (reference clearing 1.6). */
export function sharesOf(amountFen: Fen, fee: Omit<Fee, 'row'>): Shares {
  const amount = BigInt(amountFen) * 1_000_000n
  return {
    operatorMicro: amount - fee.feeMicro + fee.acquirerMicro,
    issuerMicro: amount - fee.issuerMicro,
    centreMicro: fee.centreMicro,
  }
}

/** What an operator is to receive and an issuer to pay. */
interface Due extends Shares {
  readonly operator: string
  readonly issuer: string
}

/**
 * Nets what settles; a correction counts with what it asks less what it takes back, so a side may be
 * below zero.
 */
export function netPositions(
  normal: readonly Pick<ClearedCharge, 'charge' | 'fee' | 'reverses'>[],
  centre: string,
): Money {
  return netDues(
    normal.flatMap(({ charge, fee, reverses }): Due[] => {
      if (fee === null) return []
      const { operator, issuer } = charge
      const now = sharesOf(charge.amountFen, fee)
      const was = reverses === undefined ? NOTHING : sharesOf(reverses.amountFen, reverses.fee)
      const operatorMicro = now.operatorMicro - was.operatorMicro
      const issuerMicro = now.issuerMicro - was.issuerMicro
      const centreMicro = now.centreMicro - was.centreMicro
      return [{ operator, issuer, operatorMicro, issuerMicro, centreMicro }]
    }),
    centre,
  )
}

/** What each operator is to receive and each issuer to pay, and what the centre keeps, exact. */
export interface Sides {
  readonly receivable: ReadonlyMap<string, bigint>
  readonly payable: ReadonlyMap<string, bigint>
  readonly centreMicro: bigint
}

function netDues(dues: readonly Due[], centre: string): Money {
  const receivable = new Map<string, bigint>()
  const payable = new Map<string, bigint>()
  let centreMicro = 0n
  for (const due of dues) {
    add(receivable, due.operator, due.operatorMicro)
    add(payable, due.issuer, due.issuerMicro)
    centreMicro += due.centreMicro
  }
  return netSides({ receivable, payable, centreMicro }, centre)
}

/**
 * Nets a window, each member's sides rounded once. Throws a `TypeError` unless `A − F + a`, `A − i`
 * and `c` tie over the whole window, exactly.
 */
export function netSides({ receivable, payable, centreMicro }: Sides, centre: string): Money {
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
