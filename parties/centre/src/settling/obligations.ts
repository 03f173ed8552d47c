import { assert, type Fen, MICRO_PER_FEN, roundMicroFen, sumFen } from '@unifare/core'
import type { ClearedCharge } from '../clearing.ts'
import { type Position, sharesOf } from '../netting.ts'
import { type OrderMove, partiesOf } from '../order-moves.ts'

/** What the charges of a day come to between an issuer and an operator, exact. */
export interface PairSum {
  readonly issuer: string
  readonly operator: string
  /** `A − F + a` of all their charges. */
  readonly operatorMicro: bigint
}

/** That one member owes another money; above zero. */
export interface Obligation {
  readonly debtor: string
  readonly creditor: string
  readonly amountFen: Fen
}

type PairedCharge = Pick<ClearedCharge, 'charge' | 'fee' | 'reverses'>

/** Sums of the charges that settle, by issuer and operator; a correction takes its old one back. */
export function pairSumsOf(charges: readonly PairedCharge[]): PairSum[] {
  const sums = new Map<string, PairSum>()
  addPairs(sums, charges)
  return pairsOf(sums)
}

/** Adds charges that settle to sums by issuer and operator. */
export function addPairs(sums: Map<string, PairSum>, charges: readonly PairedCharge[]): void {
  for (const { charge, fee, reverses } of charges) {
    if (fee === null) continue
    const { issuer, operator } = charge
    const key = `${issuer}/${operator}`
    const before = sums.get(key)?.operatorMicro ?? 0n
    const was =
      reverses === undefined ? 0n : sharesOf(reverses.amountFen, reverses.fee).operatorMicro
    const now = sharesOf(charge.amountFen, fee).operatorMicro
    sums.set(key, { issuer, operator, operatorMicro: before + now - was })
  }
}

/** Sums by issuer and operator, in their order. */
export function pairsOf(sums: ReadonlyMap<string, PairSum>): PairSum[] {
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum)
}

/**
 * Who owes whom what for a day, in whole fen, so that every member's obligations come to its
 * position exactly. What an operator receives is spread over its issuers by largest remainder; what
 * an issuer pays beyond that is the centre's, who so bears the fen of rounding between pairs as it
 * bears those of members. An obligation of a member to itself moves nothing and is left out.
 * Throws a `TypeError` unless the sums tie with the positions.
 */
export function dayObligations(day: {
  readonly pairs: readonly PairSum[]
  readonly orders: readonly OrderMove[]
  readonly positions: readonly Position[]
  readonly centre: string
}): Obligation[] {
  const { pairs, orders, positions, centre } = day
  const owed = new Map<string, Obligation>()
  const owe = (debtor: string, creditor: string, amountFen: Fen) => {
    if (amountFen < 0) return owe(creditor, debtor, -amountFen)
    if (amountFen === 0 || debtor === creditor) return
    const key = `${debtor}/${creditor}`
    const sum = sumFen([owed.get(key)?.amountFen ?? 0, amountFen])
    owed.set(key, { debtor, creditor, amountFen: sum })
  }
  const ordered = ordersOf(orders)
  const paidFen = new Map<string, Fen>()
  for (const [operator, own] of groupBy(pairs, ({ operator }) => operator)) {
    const parts = spread(own.map(({ operatorMicro }) => operatorMicro))
    own.forEach(({ issuer }, index) => {
      const part = parts[index] ?? 0
      owe(issuer, operator, part)
      paidFen.set(issuer, (paidFen.get(issuer) ?? 0) + part)
    })
  }
  for (const { id, payableFen } of positions) {
    if (id === centre) continue
    owe(id, centre, payableFen - (ordered.get(id) ?? 0) - (paidFen.get(id) ?? 0))
  }
  for (const move of orders) {
    const { creditor, debtor } = partiesOf(move)
    owe(debtor, creditor, move.amountFen)
  }
  const obligations = [...owed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
  checkNets(obligations, positions)
  return obligations
}

/** What every member pays for orders. */
function ordersOf(orders: readonly OrderMove[]): ReadonlyMap<string, Fen> {
  const paid = new Map<string, Fen>()
  for (const move of orders) {
    const { debtor } = partiesOf(move)
    paid.set(debtor, (paid.get(debtor) ?? 0) + move.amountFen)
  }
  return paid
}

/** Exact amounts as whole fen whose sum is the rounded sum: largest remainders first, then the earlier. */
function spread(micros: readonly bigint[]): Fen[] {
  const floors = micros.map(floorFen)
  const order = micros
    .map((micro, index) => ({ index, rest: micro - BigInt(floors[index] ?? 0) * MICRO_PER_FEN }))
    .sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1))
  let left = roundMicroFen(micros.reduce((sum, micro) => sum + micro, 0n)) - sumFen(floors)
  for (const { index } of order) {
    if (left === 0) break
    floors[index] = (floors[index] ?? 0) + 1
    left -= 1
  }
  assert(left === 0, 'parts sum to the rounded whole')
  return floors
}

function floorFen(micro: bigint): Fen {
  const whole = micro / MICRO_PER_FEN
  return Number(micro < whole * MICRO_PER_FEN ? whole - 1n : whole)
}

function groupBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

/** What every member gets less what it gives. */
export function netsOf(moves: readonly Obligation[]): ReadonlyMap<string, Fen> {
  const nets = new Map<string, Fen>()
  for (const { debtor, creditor, amountFen } of moves) {
    nets.set(debtor, (nets.get(debtor) ?? 0) - amountFen)
    nets.set(creditor, (nets.get(creditor) ?? 0) + amountFen)
  }
  return nets
}

/** Throws a `TypeError` unless moves of money come to the net position of every member, exactly. */
export function checkNets(
  moves: readonly Obligation[],
  positions: readonly Pick<Position, 'id' | 'netFen'>[],
): void {
  const nets = new Map(netsOf(moves))
  for (const { id, netFen } of positions) {
    const movedFen = nets.get(id) ?? 0
    assert(movedFen === netFen, `${id}: moves come to ${movedFen}, the position is ${netFen} fen`)
    nets.delete(id)
  }
  assert(nets.size === 0, `${[...nets.keys()].join(', ')} have moves and no position`)
}
