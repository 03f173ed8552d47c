import type { Instant, TimeQuality } from '@unifare/core'
import {
  encodeTap,
  FLAGS,
  REASONS,
  type Reason,
  TAP_VERSION,
  type Tap,
  type TapKind,
} from '@unifare/tap'
import type { TerminalConfig } from './config.ts'
import type { LoggedTap, TapLog } from './tap-log.ts'

const NO_KEY = { scheme: 0, use: 0, index: 0, version: 0, algorithm: 0 } as const

/** What differs from tap to tap; everything else comes from the terminal's place. */
export type TapContent = Partial<
  Pick<
    Tap,
    | 'line'
    | 'station'
    | 'medium'
    | 'issuer'
    | 'account'
    | 'counter'
    | 'amountFen'
    | 'balanceFen'
    | 'key'
    | 'refersTo'
    | 'tariffVersion'
    | 'entry'
    | 'distanceM'
    | 'durationS'
    | 'serial'
    | 'holderKind'
    | 'evidence'
    | 'flags'
  >
> & { readonly kind: TapKind; readonly reason?: Reason }

/** Appends a record to the log; durable only after the log's `sync`. */
export function appendRecord(
  log: TapLog,
  config: TerminalConfig,
  when: { readonly at: Instant; readonly quality: TimeQuality },
  content: TapContent,
  options?: { readonly resolves?: number },
): LoggedTap {
  const { reason, flags = 0, ...rest } = content
  const tap: Tap = {
    version: TAP_VERSION,
    terminal: config.terminal,
    sequence: log.nextSequence(),
    at: when.at,
    timeQuality: when.quality,
    mode: config.mode,
    operator: config.operator,
    city: config.city,
    line: config.line,
    station: config.station,
    vehicle: config.vehicle,
    medium: 'none',
    issuer: '',
    account: '',
    counter: 0,
    amountFen: 0,
    balanceFen: 0,
    key: NO_KEY,
    refersTo: 0,
    tariffVersion: 0,
    entry: null,
    distanceM: 0,
    durationS: 0,
    serial: 0,
    evidence: new Uint8Array(0),
    ...rest,
    flags: flags | (config.test ? FLAGS.test : 0),
    reason: reason === undefined ? 0 : REASONS[reason].number,
  }
  return log.append(tap, encodeTap(tap), options)
}
