import { businessDay, type Day, type Fen, type Instant, type Tx } from '@unifare/core'
import type { RiskClass } from '@unifare/ridecode'
import { accountsOf, classOf, personOf } from '../people/person.ts'
import { dueFenOf } from '../people/standing.ts'
import { type AccountRow, rides } from '../tables.ts'

/** What a credential of a class grants. */
export interface ClassTerms {
  /** Validity of the credential: what a rider can owe at most grows with it. */
  readonly authorisationS: number
  /** Most that one ride may cost; null for the network's maximum. */
  readonly capFen: Fen | null
  readonly companionsMax: number
}

/** Risk classes from a day on. An account in arrears has none: nothing is renewed. */
export interface RiskTerms {
  readonly validFrom: Day
  /** Rides that were paid before a rider is trusted for a day. */
  readonly paidRidesForStandard: number
  readonly classes: Readonly<Record<Exclude<RiskClass, 'none'>, ClassTerms>>
}

/** Reference reliability 10.4. The numbers of companions are ours. */
export const RISK_TERMS: readonly RiskTerms[] = [
  {
    validFrom: '2026-01-01',
    paidRidesForStandard: 10,
    classes: {
      prepaid: { authorisationS: 7_200, capFen: 1_000, companionsMax: 0 },
      new: { authorisationS: 7_200, capFen: 1_000, companionsMax: 1 },
      standard: { authorisationS: 86_400, capFen: null, companionsMax: 5 },
    },
  },
]

/** What an account is granted now. */
export interface Grant {
  readonly riskClass: RiskClass
  readonly authorisationS: number
  readonly capFen: Fen
  readonly companionsMax: number
}

/** Companions where an issuer has no classes. */
const COMPANIONS_WITHOUT_CLASSES = 3

/**
 * Class of an account in good standing and what it grants: prepaid accounts are good for the money
 * that is free, others are new until enough rides are paid. Without classes everybody is granted
 * the same, but no ride of a prepaid account may cost more than is free. Terms before the first
 * day of the table: the first.
 */
export async function grantOf(
  tx: Tx,
  row: AccountRow,
  options: {
    readonly at: Instant
    readonly risk: readonly RiskTerms[] | undefined
    /** The network's maximum, and what holds without classes. */
    readonly flat: { readonly authorisationS: number; readonly capFen: Fen }
  },
): Promise<Grant> {
  const { at, risk, flat } = options
  const day = businessDay(at)
  const terms = risk?.findLast(({ validFrom }) => validFrom <= day) ?? risk?.[0]
  if (terms === undefined) {
    const capFen = Math.min(flat.capFen, await freeFenOf(tx, row))
    return { ...flat, capFen, riskClass: 'none', companionsMax: COMPANIONS_WITHOUT_CLASSES }
  }
  const riskClass = await classNow(tx, row, terms)
  const { capFen, ...granted } = terms.classes[riskClass]
  const cap = Math.min(capFen ?? flat.capFen, flat.capFen)
  return { ...granted, riskClass, capFen: Math.min(cap, await freeFenOf(tx, row)) }
}

async function classNow(
  tx: Tx,
  row: AccountRow,
  { paidRidesForStandard }: RiskTerms,
): Promise<keyof RiskTerms['classes']> {
  if (classOf(row) === 'anonymous') return 'prepaid'
  let paid = 0
  for (const { account } of await accountsOf(tx, row.rider)) {
    const own = await tx.select(rides, { account })
    paid += own.filter(({ state, medium, amountFen }) => {
      return medium === 'code' && state === 'paid' && amountFen > 0
    }).length
  }
  return paid >= paidRidesForStandard ? 'standard' : 'new'
}

/** Money that is prepaid and not asked for; without end for who pays after the ride. */
async function freeFenOf(tx: Tx, row: AccountRow): Promise<Fen> {
  if (classOf(row) === 'registered') return Number.MAX_SAFE_INTEGER
  const { prepaidFen } = await personOf(tx, row.account)
  return Math.max(0, prepaidFen - (await dueFenOf(tx, row.account)))
}
