import { type Fen, requireData, type Tx } from '@unifare/core'
import { accounts, rides } from '../tables.ts'
import { accountsOf, classOf, personOf } from './person.ts'
import { PEOPLE_TERMS, type PeopleTerms } from './terms.ts'

/** Whether an account may have a credential now, or the reason why not, which its rider can lift. */
export type Standing =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly code: 'issuer.frozen' | 'issuer.arrears' | 'issuer.prepaid-low'
      readonly message: string
    }

/**
 * What speaks against a new credential: the rider froze the account, owes fares on it or on one
 * before it, or has not prepaid what the next rides may need. Throws `issuer.no-account`.
 */
export async function standingOf(
  tx: Tx,
  account: string,
  terms: Pick<PeopleTerms, 'reserveFen'> = PEOPLE_TERMS.at(-1) ?? { reserveFen: 0 },
): Promise<Standing> {
  const [row] = await tx.get(accounts, [{ account }])
  requireData(row !== undefined, 'issuer.no-account', `no account ${account} here`)
  const person = await personOf(tx, account)
  if (person.state === 'frozen') {
    const since = new Date(person.frozenAt).toISOString()
    return { ok: false, code: 'issuer.frozen', message: `frozen since ${since}` }
  }
  const debtFen = (await accountsOf(tx, row.rider)).reduce((sum, one) => sum + one.debtFen, 0)
  if (debtFen > 0) {
    return { ok: false, code: 'issuer.arrears', message: `repay ${debtFen} fen first` }
  }
  const leftFen = person.prepaidFen - (await dueFenOf(tx, account))
  if (classOf(row) === 'anonymous' && leftFen < terms.reserveFen) {
    const message = `${leftFen} fen are prepaid and free, ${terms.reserveFen} are needed`
    return { ok: false, code: 'issuer.prepaid-low', message }
  }
  return { ok: true }
}

/** Throws the reason why an account may have no credential. */
export async function requireStanding(...asked: Parameters<typeof standingOf>): Promise<void> {
  const standing = await standingOf(...asked)
  if (!standing.ok) requireData(false, standing.code, standing.message)
}

/** Fares that settled and were not yet asked of the rider. */
export async function dueFenOf(tx: Tx, account: string): Promise<Fen> {
  return (await tx.select(rides, { account }))
    .filter(({ state }) => state === 'due')
    .reduce((sum, { amountFen }) => sum + amountFen, 0)
}
