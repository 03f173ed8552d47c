import type { Day, Fen } from '@unifare/core'
import type { Entry } from '@unifare/ledger'
import type { ClearedCharge } from './clearing.ts'
import type { Money } from './netting.ts'

/**
 * The day's entries, aggregated: settlement (members' positions, the centre's fees and the rounding
 * residue), card money that settled, and a suspense account for every reason why money that left a
 * card did not settle. Debit is positive; every entry sums to zero.
 */
export function dayEntries(day: Day, charges: readonly ClearedCharge[], money: Money): Entry[] {
  const spent = new Map<string, Fen>()
  addSpent(spent, charges)
  return [...moneyEntries(day, money, spent), ...suspenseEntries(day, charges)]
}

/** The entries of a whole day: its settlement, and what the cards of each issuer spent. */
export function moneyEntries(day: Day, money: Money, spent: ReadonlyMap<string, Fen>): Entry[] {
  return [settlement(day, money), purses(day, spent)].filter(({ postings }) => postings.length > 0)
}

function settlement(day: Day, { positions, centre, feeFen, residueFen }: Money): Entry {
  const members = positions.filter(({ id }) => id !== centre)
  return entry(day, 'settlement', [
    ...members.flatMap(({ id, receivableFen, payableFen }) => [
      { account: `member/${id}/receivable`, amountFen: receivableFen },
      { account: `member/${id}/payable`, amountFen: -payableFen },
    ]),
    { account: 'centre/fees', amountFen: feeFen },
    { account: 'centre/rounding', amountFen: residueFen },
  ])
}

/** Adds what settled of card money, by issuer. */
export function addSpent(spent: Map<string, Fen>, charges: readonly ClearedCharge[]): void {
  for (const { charge, verdict } of charges) {
    if (charge.medium !== 'card' || verdict !== 'normal') continue
    spent.set(charge.issuer, (spent.get(charge.issuer) ?? 0) + charge.amountFen)
  }
}

function purses(day: Day, spent: ReadonlyMap<string, Fen>): Entry {
  return entry(
    day,
    'purses',
    [...spent]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([issuer, amountFen]) => [
        { account: `purses/${issuer}/float`, amountFen: -amountFen },
        { account: `purses/${issuer}/spent`, amountFen },
      ]),
  )
}

/** An entry for every charge of card money that did not settle. */
export function suspenseEntries(day: Day, charges: readonly ClearedCharge[]): Entry[] {
  return charges.flatMap(({ id, charge, verdict }) =>
    verdict === 'normal' ||
    verdict === 'test' ||
    charge.medium !== 'card' ||
    charge.amountFen === 0 ||
    // It names money that the charge which it would correct told of.
    charge.corrects > 0
      ? []
      : [
          entry(day, `suspense/${id}`, [
            { account: `purses/${charge.issuer}/float`, amountFen: -charge.amountFen },
            { account: `suspense/${verdict}/${charge.operator}`, amountFen: charge.amountFen },
          ]),
        ],
  )
}

function entry(
  day: Day,
  kind: string,
  postings: readonly { readonly account: string; readonly amountFen: Fen }[],
): Entry {
  return {
    id: `${day}/${kind}`,
    day,
    kind: kind.split('/')[0] ?? kind,
    postings: postings.filter(({ amountFen }) => amountFen !== 0),
    refs: kind.startsWith('suspense/') ? { charge: kind.slice('suspense/'.length) } : {},
    textKey: `centre.${kind.split('/')[0]}`,
  }
}
