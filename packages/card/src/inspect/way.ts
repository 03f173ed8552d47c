import { readField, toHex } from '@unifare/core'
import type { Trip } from '../files/trip-log.ts'

/**
 * The seven bytes [10..17) of a trip record. Acceptors use them freely, so the bytes stand beside
 * what they mean; line, station and operator are null where they mean something else.
 */
export interface Way {
  readonly raw: string
  readonly form: WayForm
  readonly line: number | null
  readonly station: number | null
  readonly operator: number | null
}

/** `standard`: line 2, station 2, operator 2. `terminal`: repeats the terminal. `local`: own codes. */
export type WayForm = 'standard' | 'terminal' | 'local'

const SEVEN = [10, 'bytes', 7] as const
const DIGITS_OF_A_TERMINAL = 12

/**
 * Cities whose acceptors are known to put own codes there, by city and by what the bytes look like
 * (reference card 2.5): Beijing's railways `08 00 19 00 30 00 00`, Zhuhai `03 01 00 00 78 35 09`.
 */
const LOCAL: readonly { readonly city: string; readonly bytes: RegExp }[] = [
  { city: '1000', bytes: /^(?!00)..00(?!00)..00..0000$/ },
  { city: '7835', bytes: /^....00007835..$/ },
]

/** Reads the seven bytes of a trip record of the newer layout. */
export function wayOf(trip: Trip): Way {
  const raw = toHex(readField(trip.raw, SEVEN))
  const form = formOf(trip, raw)
  const numbers =
    form === 'standard'
      ? { line: trip.line, station: trip.station, operator: trip.operator }
      : { line: null, station: null, operator: null }
  return { raw, form, ...numbers }
}

function formOf({ terminal, city }: Trip, raw: string): WayForm {
  const repeated = raw.slice(0, DIGITS_OF_A_TERMINAL)
  if (!/^0*$/.test(repeated) && terminal.includes(repeated)) return 'terminal'
  return LOCAL.some((local) => local.city === city && local.bytes.test(raw)) ? 'local' : 'standard'
}
