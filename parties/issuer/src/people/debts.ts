import { compareText, type Fen, type Instant, requireData, type Tx } from '@unifare/core'
import { rides } from '../tables.ts'
import { accountsOf } from './person.ts'
import { advances } from './tables.ts'

/** A fare that the issuer advanced 垫付 for a rider. */
export interface Debt {
  readonly charge: string
  readonly account: string
  readonly amountFen: Fen
  readonly operator: string
  readonly mode: string
  readonly tapDay: string
  readonly since: Instant
  /** Whole days that it is old. */
  readonly ageDays: number
}

const DAY_MS = 86_400_000

/** What a rider owes on all accounts, oldest first. */
export async function debtsOf(tx: Tx, rider: string, at: Instant): Promise<readonly Debt[]> {
  const owed = []
  for (const { account } of await accountsOf(tx, rider)) {
    owed.push(...(await tx.select(advances, { account })))
  }
  const told = await tx.get(
    rides,
    owed.map(({ charge }) => ({ charge })),
  )
  const debts = owed.map(({ charge, account, amountFen, since }, index): Debt => {
    const ride = told[index]
    requireData(ride !== undefined, 'issuer.no-debt', `no ride of charge ${charge}`)
    const { operator, mode, tapDay } = ride
    const ageDays = Math.max(0, Math.floor((at - since) / DAY_MS))
    return { charge, account, amountFen, operator, mode, tapDay, since, ageDays }
  })
  return debts.toSorted((a, b) => a.since - b.since || compareText(a.charge, b.charge))
}
