import { table } from '@unifare/core'

/** The last word to an issuer about a journey. */
export interface ToldRow {
  readonly journey: string
  readonly version: number
  /** `TripNotice` */
  readonly notice: unknown
  /** Why it stands although its rider says that the gate did not open; else empty. */
  readonly claim: string
}

/** A code tap whose journey has not ended in a charge or void yet: its rider wants to hear of it. */
export interface UntoldRow {
  readonly terminal: string
  readonly sequence: number
}

export const told = table<ToldRow>({
  name: 'told_trip',
  columns: { journey: 'text', version: 'int', notice: 'json', claim: 'text' },
  key: ['journey'],
})

export const untold = table<UntoldRow>({
  name: 'untold_tap',
  columns: { terminal: 'text', sequence: 'int' },
  key: ['terminal', 'sequence'],
})
