import { fromHex, UnifareError } from '@unifare/core'

/** Fields of an order as they came over the wire: nothing about them is known yet. */
export type ControlBody = Readonly<Record<string, unknown>>

/** Reads a text; throws `control.malformed` with the field's name, as all readers here. */
export function textField(body: ControlBody, field: string): string {
  const value = body[field]
  return typeof value === 'string' ? value : malformed(field, 'a text')
}

/** Reads a whole number that is not negative. */
export function wholeField(body: ControlBody, field: string): number {
  const value = body[field]
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : malformed(field, 'a whole number')
}

/** Reads bytes, hexadecimal on the wire. */
export function bytesField(body: ControlBody, field: string): Uint8Array {
  return fromHex(textField(body, field))
}

/** Reads an object. */
export function objectField(body: ControlBody, field: string): ControlBody {
  const value = body[field]
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as ControlBody)
    : malformed(field, 'an object')
}

function malformed(field: string, wanted: string): never {
  throw new UnifareError('control.malformed', `"${field}" must be ${wanted}`, { field })
}
