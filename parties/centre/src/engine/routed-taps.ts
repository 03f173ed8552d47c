import { fromHex } from '@unifare/core'
import { MEDIA } from '@unifare/tap'
import { readTap } from '../close.ts'
import type { IsDenied } from '../deny-liability.ts'
import type { TapRow } from '../tables.ts'
import type { FileTap } from './file-records.ts'
import type { DenyMark } from './shard.ts'

/** Version of the list that a day makes of those of all centres: whoever is on it was denied. */
const DENIED = 1

/** Taps that a centre among others clears. */
export interface RoutedTaps {
  take(row: TapRow): FileTap
  /** Media of the taken taps that stood on the list that their terminal held. */
  denied(): readonly DenyMark[]
}

/**
 * Opens the taps of a centre among others. Their terminals hold lists of several centres, each with
 * versions of its own, so it is asked here who answers for a tap: for the day, those that stood on
 * the list that their terminal held are on one list, and no others have any.
 */
export function openRoutedTaps(isDenied: IsDenied): RoutedTaps {
  const media = new Map<string, DenyMark>()
  return {
    take(row) {
      const { terminal, sequence, operator, raw } = row
      const tap = readTap(row)
      const denied = tap !== undefined && isDenied(row, tap)
      if (denied) {
        const { medium, issuer, account } = tap
        media.set(`${medium}/${issuer}/${account}`, {
          account: fromHex(`${issuer}${account}F`),
          medium: MEDIA[medium],
          version: DENIED,
          until: 0,
        })
      }
      return { terminal, sequence, operator, raw, denyVersion: denied ? DENIED : 0 }
    },
    denied: () => [...media.values()],
  }
}
