import { businessDay, type Day, type Fen, sumFen, type Tx } from '@unifare/core'
import { addPostings, balances, type Entry, ledgerTables } from '@unifare/ledger'
import { systemBalance } from '../orders/order-context.ts'
import { advances } from '../people/tables.ts'
import { parseStatement, type StatedCharge } from '../statement.ts'
import { accounts, cards, rides, statements } from '../tables.ts'
import type { IssuerDifferenceName } from './kinds.ts'

/** Two records of an issuer that do not say the same. */
export interface IssuerDifference {
  readonly kind: IssuerDifferenceName
  readonly subject: string
  readonly leftFen: Fen | null
  readonly rightFen: Fen | null
  /** Day of the older side. */
  readonly since: Day
}

/**
 * Compares an issuer's statements, rides, cards, accounts and ledger up to a day; every difference
 * once, in order of its name. What the bank says of its channels is compared by their own statements.
 */
export async function findIssuerDifferences(
  tx: Tx,
  { member, day }: { readonly member: string; readonly day: Day },
): Promise<IssuerDifference[]> {
  const entries = await tx.select(ledgerTables.entries, {})
  const found = [
    ...(await matchStatements(tx, { member, entries, day })),
    ...(await matchCards(tx)),
    ...(await matchDebts(tx, day)),
    ...(await matchBalances(tx, { entries, day })),
  ]
  const keyOf = ({ kind, subject }: IssuerDifference) => `${kind}/${subject}`
  return found.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

async function matchStatements(
  tx: Tx,
  {
    member,
    entries,
    day: last,
  }: { readonly member: string; readonly entries: readonly Entry[]; readonly day: Day },
): Promise<IssuerDifference[]> {
  const booked = new Map(entries.map((entry) => [entry.id, entry]))
  const found: IssuerDifference[] = []
  for (const row of await tx.select(statements, {})) {
    if (row.day > last) continue
    const { day, part, charges } = parseStatement({ ...row }, member)
    const leftFen = sumFen(charges.filter(({ verdict }) => verdict === 'normal').map(movedFen))
    const gross = booked
      .get(`${day}/statement/${part}`)
      ?.postings.find(({ account }) => account === 'centre/gross')
    const rightFen = 0 - (gross?.amountFen ?? 0)
    if (leftFen !== rightFen) {
      found.push({
        kind: 'issuer.statement',
        subject: `${day}/${part}`,
        leftFen,
        rightFen,
        since: day,
      })
    }
    found.push(...(await matchRides(tx, charges, day)))
  }
  return found
}

/** What a charge moves: a correction only what it asks otherwise. */
function movedFen({ amountFen, reversedFen }: StatedCharge): Fen {
  return amountFen - reversedFen
}

async function matchRides(
  tx: Tx,
  charges: readonly StatedCharge[],
  since: Day,
): Promise<IssuerDifference[]> {
  const kept = await tx.get(
    rides,
    charges.map(({ charge }) => ({ charge })),
  )
  return charges.flatMap((charge, index): IssuerDifference[] => {
    const leftFen = movedFen(charge)
    const rightFen = kept[index]?.amountFen ?? null
    return leftFen === rightFen
      ? []
      : [{ kind: 'issuer.ride', subject: charge.charge, leftFen, rightFen, since }]
  })
}

async function matchCards(tx: Tx): Promise<IssuerDifference[]> {
  return (await tx.select(cards, {}))
    .filter((card) => systemBalance(card) < 0)
    .map(({ number, loadedFen, spentFen, issuedAt }) => ({
      kind: 'issuer.overspent',
      subject: number,
      leftFen: spentFen,
      rightFen: loadedFen,
      since: businessDay(issuedAt),
    }))
}

async function matchDebts(tx: Tx, since: Day): Promise<IssuerDifference[]> {
  const advanced = new Map<string, Fen>()
  for (const { account, amountFen } of await tx.select(advances, {})) {
    advanced.set(account, (advanced.get(account) ?? 0) + amountFen)
  }
  const rows = await tx.select(accounts, {})
  const debts = new Map(rows.map(({ account, debtFen }) => [account, debtFen]))
  const found = [...new Set([...advanced.keys(), ...debts.keys()])].flatMap(
    (subject): IssuerDifference[] => {
      const [leftFen, rightFen] = [debts.get(subject) ?? 0, advanced.get(subject) ?? 0]
      return leftFen === rightFen
        ? []
        : [{ kind: 'issuer.debt', subject, leftFen, rightFen, since }]
    },
  )
  const leftFen = (await balances(tx, 'riders/debt')).get('riders/debt') ?? 0
  const rightFen = sumFen(debts.values())
  if (leftFen !== rightFen) {
    found.push({ kind: 'issuer.debt-ledger', subject: 'riders/debt', leftFen, rightFen, since })
  }
  return found
}

async function matchBalances(
  tx: Tx,
  { entries, day: since }: { readonly entries: readonly Entry[]; readonly day: Day },
): Promise<IssuerDifference[]> {
  const kept = await balances(tx)
  const summed = addPostings(
    new Map(),
    entries.flatMap(({ postings }) => postings),
  )
  return [...new Set([...kept.keys(), ...summed.keys()])].flatMap((subject): IssuerDifference[] => {
    const [leftFen, rightFen] = [kept.get(subject) ?? 0, summed.get(subject) ?? 0]
    return leftFen === rightFen
      ? []
      : [{ kind: 'issuer.balance', subject, leftFen, rightFen, since }]
  })
}
