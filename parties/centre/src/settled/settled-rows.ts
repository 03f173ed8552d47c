import { type Day, type FieldValues, fromHex, type Storage, type Tx, view } from '@unifare/core'
import { MEDIA } from '@unifare/tap'
import type { ClosingRules } from '../close.ts'
import { accountHash } from '../engine/account-hash.ts'
import type { AccountKey } from '../engine/past.ts'
import { rowsHistory } from '../engine/rows-history.ts'
import { ROW_BYTES, VERDICT_NUMBERS, verdictRow } from '../engine/verdict-rows.ts'
import { days } from '../tables.ts'

/** A tap that settled on a day that was closed by segments, as its verdict row has it. */
export interface SettledTap extends FieldValues<typeof verdictRow.fields> {
  readonly day: Day
  readonly identity: string
}

/**
 * What settled of the media of some identities (`card-…`, `code-…`) on days that were closed by
 * segments, oldest day first: days that were closed with objects keep it in tables. Throws
 * `centre.no-closed-day` and `centre.damaged-file`.
 */
export async function settledRows(
  tx: Tx,
  storage: Storage,
  { identities, before }: { readonly identities: readonly string[]; readonly before?: Day },
): Promise<readonly SettledTap[]> {
  if (identities.length === 0) return []
  const closed = (await tx.select(days, {}))
    .filter(({ rules }) => (rules as ClosingRules).segments !== undefined)
    .filter(({ day }) => before === undefined || day < before)
    .map(({ day }) => day)
  if (closed.length === 0) return []
  const accounts = new Map(
    identities.map((identity) => {
      const [medium = '', issuer = '', account = ''] = identity.split('-')
      return [`${medium}-${issuer}-${account}`, keyOf({ medium, issuer, account })] as const
    }),
  )
  const taps: SettledTap[] = []
  for (const day of closed) {
    const found = await rowsHistory(storage, [day])([...accounts.values()])
    for (const { rows } of found) for (const tap of readRows(rows, day)) taps.push(tap)
  }
  return taps
}

function keyOf({
  medium,
  issuer,
  account,
}: {
  readonly medium: string
  readonly issuer: string
  readonly account: string
}): AccountKey {
  const bytes = fromHex(`${issuer}${account}F`)
  const number = medium === 'card' ? MEDIA.card : MEDIA.code
  return { account: bytes, medium: number, hash: accountHash(view(bytes), 0, number) }
}

function readRows(rows: Uint8Array, day: Day): SettledTap[] {
  const taps: SettledTap[] = []
  for (let at = 0; at < rows.length; at += ROW_BYTES) {
    const row = verdictRow.decode(rows.subarray(at, at + ROW_BYTES))
    if (row.verdict !== VERDICT_NUMBERS.normal) continue
    const medium = row.medium === MEDIA.card ? 'card' : 'code'
    const account = row.account.slice(0, ACCOUNT_DIGITS)
    taps.push({
      ...row,
      day,
      identity: `${medium}-${row.issuer}-${account}-${row.counter}`,
    })
  }
  return taps
}

const ACCOUNT_DIGITS = 19
