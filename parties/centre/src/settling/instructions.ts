import type { Day, Fen } from '@unifare/core'
import type { Position } from '../netting.ts'
import { type ModelRow, modelOf, type SettlementModel } from './models.ts'
import { checkNets, netsOf, type Obligation } from './obligations.ts'

/** One payment between two members' accounts, for the settlement bank. */
export interface Instruction extends Obligation {
  /** End-to-end id: at most 35 characters, as ISO 20022 has it. */
  readonly endToEnd: string
  readonly window: string
  readonly model: SettlementModel
  readonly valueDate: Day
  /** The day that a gross payment is for; empty for a net one. */
  readonly day: string
}

/** What a window settles. */
export interface WindowMoney {
  readonly window: string
  readonly centre: string
  /** Its days with what members owe each other for them. */
  readonly days: readonly { readonly day: Day; readonly obligations: readonly Obligation[] }[]
  /** Sums over its days. */
  readonly positions: readonly Pick<Position, 'id' | 'netFen'>[]
}

/**
 * The payments that settle a window, each pair by its model: gross every day and direction by
 * itself, bilateral one payment of the difference, deferred net one payment of a member's whole net
 * to or from the centre. Throws a `TypeError` unless they come to the positions exactly.
 */
export function instructionsOf(
  money: WindowMoney,
  { models, valueDate }: { readonly models: readonly ModelRow[]; readonly valueDate: Day },
): Instruction[] {
  const { window, centre } = money
  type Payment = Obligation & { readonly model: SettlementModel; readonly day: string }
  const gross: Payment[] = []
  const pairs = new Map<string, Obligation[]>()
  const deferred: Obligation[] = []
  for (const { day, obligations } of money.days) {
    for (const one of obligations) {
      const model = modelOf(models, { ...one, day })
      if (model === 'gross') gross.push({ ...one, model, day })
      else if (model === 'deferred-net') deferred.push(one)
      else {
        const pair = [one.debtor, one.creditor].sort().join('/')
        pairs.set(pair, [...(pairs.get(pair) ?? []), one])
      }
    }
  }
  const bilateral = [...pairs.values()].flatMap((own) =>
    netPayments(own, own[0]?.creditor ?? '').map(
      (one): Payment => ({ ...one, model: 'bilateral-net', day: '' }),
    ),
  )
  const net = netPayments(deferred, centre).map(
    (one): Payment => ({ ...one, model: 'deferred-net', day: '' }),
  )
  const payments = [...gross, ...bilateral, ...net].sort(inOrder)
  checkNets(payments, money.positions)
  return payments.map((payment, index) => ({
    ...payment,
    endToEnd: `${window}-${String(index + 1).padStart(5, '0')}`,
    window,
    valueDate,
  }))
}

/** One payment for every member but the hub, to it or from it. */
function netPayments(owed: readonly Obligation[], hub: string): Obligation[] {
  return [...netsOf(owed)].flatMap(([member, netFen]): Obligation[] => {
    if (member === hub || netFen === 0) return []
    return netFen < 0
      ? [{ debtor: member, creditor: hub, amountFen: -netFen }]
      : [{ debtor: hub, creditor: member, amountFen: netFen }]
  })
}

function inOrder(
  a: Obligation & { readonly model: string; readonly day: string },
  b: Obligation & { readonly model: string; readonly day: string },
): number {
  const key = (one: typeof a) => [one.model, one.day, one.debtor, one.creditor].join('/')
  return key(a) < key(b) ? -1 : 1
}

/** What every member pays by instructions; it is set aside until they are booked. */
export function paymentsOf(instructions: readonly Obligation[]): ReadonlyMap<string, Fen> {
  const sums = new Map<string, Fen>()
  for (const { debtor, amountFen } of instructions) {
    sums.set(debtor, (sums.get(debtor) ?? 0) + amountFen)
  }
  return sums
}

/** Positions of several days together, in the order of members. */
export function sumPositions(days: readonly (readonly Position[])[]): Position[] {
  const sums = new Map<string, Position>()
  for (const { id, receivableFen, payableFen, netFen } of days.flat()) {
    const before = sums.get(id)
    sums.set(id, {
      id,
      receivableFen: (before?.receivableFen ?? 0) + receivableFen,
      payableFen: (before?.payableFen ?? 0) + payableFen,
      netFen: (before?.netFen ?? 0) + netFen,
    })
  }
  return [...sums.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}
