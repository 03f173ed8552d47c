import { type Fen, requireData, type Tx } from '@unifare/core'
import type { Input } from '@unifare/institution'
import type { AccountRow } from '../tables.ts'
import { accountsOf } from './person.ts'
import type { PeopleTerms } from './terms.ts'

/** What orders of people are carried out with. */
export interface PeopleOptions {
  readonly id: string
  readonly centre: string
  readonly iin: string
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  /** Names of the channels that this issuer works with. */
  readonly channels: ReadonlySet<string>
  /** Highest fare of one use, as signed into credentials. */
  readonly capFen: Fen
}

/** One order being carried out. */
export interface PeopleContext extends PeopleOptions {
  readonly tx: Tx
  readonly input: Input
  readonly terms: PeopleTerms
  readonly fields: Readonly<Record<string, unknown>>
}

/** The same by somebody whose key acts for a rider. */
export interface RiderContext extends PeopleContext {
  readonly rider: string
}

/** The standing account of the rider; throws `issuer.no-account`. */
export async function ownAccount({ tx, rider }: RiderContext): Promise<AccountRow> {
  const row = (await accountsOf(tx, rider)).at(-1)
  requireData(
    row !== undefined && row.state !== 'withdrawn',
    'issuer.no-account',
    'no account under this key: open one first',
  )
  return row
}
