import { type RecordFields, type RecordLayout, toHex } from '@unifare/core'
import { busVersionALayout, decodeBus } from '../files/bus-record.ts'
import { busLayout, COMPOSITE_ID, compositeLayout, railLayout } from '../files/composite-records.ts'
import { bicycleLayout, ferryLayout, rentalLayout, taxiLayout } from '../files/own-records.ts'

/** Fields of a record by name, as JSON: bytes and packed digits as hexadecimal. */
export type FieldTexts = Readonly<Record<string, string | number>>

const LAYOUTS: Readonly<Record<number, RecordLayout<RecordFields>>> = {
  [COMPOSITE_ID.rail]: railLayout,
  [COMPOSITE_ID.bus]: busLayout,
  [COMPOSITE_ID.water]: ferryLayout,
  [COMPOSITE_ID.taxi]: taxiLayout,
  [COMPOSITE_ID.rental]: rentalLayout,
  [COMPOSITE_ID.bicycle]: bicycleLayout,
}

/**
 * All fields of a record of EF 1A. One that has no layout shows its head, and its content as bytes.
 * 2703 to 2706 are read as we write them: another acceptor may mean something else.
 */
export function compositeFields(bytes: Uint8Array): FieldTexts {
  const id = compositeLayout.decode(bytes).id
  const versionA = id === COMPOSITE_ID.bus && decodeBus(bytes).version === 'A'
  const layout = versionA ? busVersionALayout : (LAYOUTS[id] ?? compositeLayout)
  const { raw: _, ...values } = layout.decode(bytes)
  const entries: readonly [string, string | number | Uint8Array][] = Object.entries(values)
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      value instanceof Uint8Array ? toHex(value) : printable(value),
    ]),
  )
}

/** Text of a vehicle without the zeros that fill it. */
function printable(value: string | number): string | number {
  return typeof value === 'string' ? value.replaceAll('\0', '') : value
}
