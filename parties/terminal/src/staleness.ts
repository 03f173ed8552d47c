import type { Instant } from '@unifare/core'
import { decodeCustomField, type ShownCode } from '@unifare/ridecode'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How old a terminal's lists are, in the steps that change what it may do. */
export type StalenessStage = 'fresh' | 'aged' | 'old' | 'expired'

/** What a terminal still takes with lists of an age. Cards are taken at every one. */
export interface Staleness {
  readonly stage: StalenessStage
  /** Age up to which the row holds. */
  readonly upToMs: number
  /** Which codes: all, those whose credential was made lately, or none. */
  readonly codes: 'all' | 'recent-credentials' | 'none'
  readonly companions: boolean
  /** Rides of one account at this terminal since the lists were current. */
  readonly usesMax: number
  /** Somebody must look after the terminal. */
  readonly alarm: boolean
}

/** What may be done with lists of an age (reference reliability 10.4): dated data, no branches. */
export const STALENESS: readonly Staleness[] = [
  {
    stage: 'fresh',
    upToMs: HOUR_MS,
    codes: 'all',
    companions: true,
    usesMax: Number.POSITIVE_INFINITY,
    alarm: false,
  },
  {
    stage: 'aged',
    upToMs: DAY_MS,
    codes: 'all',
    companions: false,
    usesMax: 2,
    alarm: false,
  },
  {
    stage: 'old',
    upToMs: 7 * DAY_MS,
    codes: 'recent-credentials',
    companions: false,
    usesMax: 2,
    alarm: false,
  },
  {
    stage: 'expired',
    upToMs: Number.POSITIVE_INFINITY,
    codes: 'none',
    companions: false,
    usesMax: 0,
    alarm: true,
  },
]

const EXPIRED = STALENESS.at(-1) as Staleness

/** A credential counts as recent for so long. */
const RECENT_S = DAY_MS / 1000
/** The longest that an issuer of the network authorises a phone: its standard class. */
const CREDENTIAL_S = DAY_MS / 1000

/** The row for lists that were last known to be current at an instant; 0 for never. */
export function stalenessAt(listsAt: Instant, at: Instant): Staleness {
  if (listsAt === 0) return EXPIRED
  return STALENESS.find(({ upToMs }) => at - listsAt <= upToMs) ?? EXPIRED
}

/**
 * Whether a code's credential was surely issued within the last day. Codes tell when a credential
 * ends, not when it began: only the network's own issuers, whose credentials live a day at most
 * (known by their custom field), leave no doubt.
 */
export function isRecent(code: ShownCode, atS: number): boolean {
  const ours = decodeCustomField(code.custom) !== undefined
  return ours && code.authorisationExpiryS - CREDENTIAL_S > atS - RECENT_S
}
