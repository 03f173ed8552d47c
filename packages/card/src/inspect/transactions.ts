import { toHex } from '@unifare/core'
import { isEmptyRecord, logLayout } from '../files/card-files.ts'
import { cardTime } from '../files/card-time.ts'
import { keyOf, TRANSACTION_TYPES } from './code-tables.ts'
import { fitted, type Parts, recordNumber, recordsOf } from './parts.ts'
import type { ProblemList } from './problems.ts'

/** A record of the transaction log. */
export interface InspectedTransaction {
  /** File it stands in: 18, or 06 for the loads of a Shanghai card; and its place, newest 1. */
  readonly file: string
  readonly record: number
  /** Purchases and loads count separately. */
  readonly number: number
  /** `load`, `purchase`, `composite-purchase` …; `unknown` for a code without a name. */
  readonly type: string
  readonly typeCode: number
  readonly amountFen: number
  /** PSAM terminal number, 12 digits. */
  readonly terminal: string
  /** `2026-11-21T08:30:00+08:00`; null when there is no such time. */
  readonly time: string | null
  /** Bytes 2 to 4: a limit on most cards, the balance afterwards on those of Shanghai. */
  readonly overdraftFen: number | null
  readonly balanceFen: number | null
  /** Record number in EF 1E of the trip of the same second; null when none fits. */
  readonly trip: number | null
  readonly raw: string
}

const SHANGHAI = '2900'
/** Shanghai keeps its load log in EF 06, in the same layout (reference card 2.7). */
const SHANGHAI_LOADS = '06'

/** Whether a card keeps Shanghai's habits: its issuer code or its home city says so. */
export function isShanghai(card: { readonly issuer: string | null; readonly city: string | null }) {
  return card.issuer?.slice(4) === SHANGHAI || card.city === SHANGHAI
}

/** Records of EF 18 (and EF 06 of Shanghai) that were written, in file order. */
export function transactionsOf(
  parts: Parts,
  options: { readonly shanghai: boolean; readonly problems: ProblemList },
): readonly InspectedTransaction[] {
  const files = options.shanghai ? ['18', SHANGHAI_LOADS] : ['18']
  return files.flatMap((file) =>
    recordsOf(parts.files.get(file) ?? [], logLayout.length).flatMap((part, index) => {
      if (isEmptyRecord(part.bytes)) return []
      const bytes = fitted(part, logLayout.length, options.problems)
      if (!bytes) return []
      const entry = logLayout.decode(bytes)
      const time = cardTime(entry.date + entry.time)
      if (time === null) {
        options.problems.add('inspect.no-such-time', `${part.where}.time`, entry.date + entry.time)
      }
      return {
        file,
        record: recordNumber(part, index),
        number: entry.number,
        type: keyOf(TRANSACTION_TYPES, entry.type),
        typeCode: entry.type,
        amountFen: entry.amountFen,
        terminal: entry.terminal,
        time,
        overdraftFen: options.shanghai ? null : entry.overdraft,
        balanceFen: options.shanghai ? entry.overdraft : null,
        trip: null,
        raw: toHex(bytes),
      }
    }),
  )
}
