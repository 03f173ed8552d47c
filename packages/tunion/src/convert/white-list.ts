import type { AcceptanceRow } from '@unifare/bundle'
import { MODES, type Mode } from '@unifare/tap'
import type { RecordOfKind } from '../read-file.ts'
import type { LeftOut } from './cleared-line.ts'
import { channels } from './numbers.ts'

/** A prefix of card numbers and its issuer; null where nobody knows whose it is. */
export interface CardPrefix {
  readonly prefix: string
  readonly issuer: string | null
}

const CARD_DIGITS = 19
const OPEN = { 'in-service': '1', trial: '2' } as const satisfies Partial<
  Record<AcceptanceRow['status'], string>
>

/**
 * BN for an acquirer: for every prefix of an issuer whose cards it takes, channel by channel, the
 * times in which it does. Times that ended stay in the list with their end. Issuers without a known
 * prefix and modes without a channel are told, not left out in silence.
 */
export function whiteListOf(
  rows: readonly AcceptanceRow[],
  { operator, prefixes }: { readonly operator: string; readonly prefixes: readonly CardPrefix[] },
): {
  readonly records: RecordOfKind<'BN'>[]
  readonly left: LeftOut[]
} {
  const groups = new Map<string, AcceptanceRow[]>()
  for (const row of rows) {
    if (row.operator !== operator || row.medium !== 'card') continue
    const key = `${row.issuer}/${row.mode}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  const records: RecordOfKind<'BN'>[] = []
  const left: LeftOut[] = []
  for (const [, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const periods = periodsOf(group)
    const [{ issuer, mode } = { issuer: '', mode: '' }] = group
    const bins = prefixes.filter((one) => one.issuer === issuer).map(({ prefix }) => prefix)
    if (!isMode(mode)) left.push({ item: issuer, code: 'tunion.unknown-channel' })
    else if (bins.length === 0 && periods.length > 0)
      left.push({ item: issuer, code: 'tunion.bad-code' })
    else {
      const channel = channels.code(mode)
      for (const bin of bins.toSorted()) {
        records.push(
          ...periods.map((period) => ({ bin, cardLength: CARD_DIGITS, channel, ...period })),
        )
      }
    }
  }
  return { records, left }
}

function isMode(mode: string): mode is Mode {
  return Object.hasOwn(MODES, mode)
}

/** Later rows win over earlier ones from their time on: each open row's time until one does. */
function periodsOf(rows: readonly AcceptanceRow[]) {
  return rows.flatMap((row, index) => {
    const ends = rows.slice(index + 1).map(({ from }) => from)
    const end = ends.length === 0 ? null : Math.min(...ends)
    const status =
      row.status === 'in-service' || row.status === 'trial' ? OPEN[row.status] : undefined
    if (status === undefined || (end !== null && end <= row.from)) return []
    const { issuer, division } = row
    return [{ issuer, division, status, effective: row.from, expiry: end }]
  })
}
