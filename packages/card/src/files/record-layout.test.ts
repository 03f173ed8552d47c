import { fieldLength, fromHex, type RecordFields, type RecordLayout, toHex } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { logLayout, managementInfoLayout, publicInfoLayout } from './card-files.ts'
import { busLayout, railLayout } from './composite-records.ts'
import { recordLayout } from './record-layout.ts'
import { decodeTrip, oldTripLayout, tripLayout } from './trip-log.ts'

const layouts: readonly (readonly [string, number, RecordLayout<RecordFields>])[] = [
  ['EF 15', 30, publicInfoLayout],
  ['EF 17', 60, managementInfoLayout],
  ['EF 18', 23, logLayout],
  ['EF 1E', 48, tripLayout],
  ['EF 1E, older', 48, oldTripLayout],
  ['record 2701', 128, railLayout],
  ['record 2702', 128, busLayout],
]

describe.each(layouts)('%s', (_name, length, layout) => {
  test('fields lie inside and do not overlap', () => {
    expect(layout.length).toBe(length)
    let end = 0
    for (const [name, field] of Object.entries(layout.fields)) {
      expect(field[0], name).toBeGreaterThanOrEqual(end)
      end = field[0] + fieldLength(field)
    }
    expect(end).toBeLessThanOrEqual(length)
  })

  test('encode(decode(x)) is x, and the fields alone say every byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: length, maxLength: length }), (bytes) => {
        const { raw, ...fields } = layout.decode(bytes)
        expect(layout.encode({ raw, ...fields })).toEqual(bytes)
        expect(layout.encode(fields)).toEqual(bytes)
      }),
    )
  })

  test('bytes of any length decode and come back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(layout.encode(layout.decode(bytes))).toEqual(bytes)
      }),
    )
  })
})

test('a field that is changed changes its own bytes only', () => {
  const before = logLayout.decode(new Uint8Array(23).fill(0xee))
  const after = logLayout.encode({ ...before, amountFen: 0x01020304 })
  expect(toHex(after)).toBe(`${'EE'.repeat(5)}01020304${'EE'.repeat(14)}`)
})

test('a value that does not fit is refused', () => {
  const layout = recordLayout(4, {
    count: [0, 'u8'],
    code: [1, 'hex', 2],
    text: [3, 'latin1', 1],
  })
  for (const values of [
    { count: 256 },
    { count: -1 },
    { count: 1.5 },
    { code: '123' },
    { code: 'XY12' },
    { text: 'ab' },
    { text: '卡' },
  ]) {
    expect(() => layout.encode(values), JSON.stringify(values)).toThrow(/does not fit/)
  }
})

test('log record as real cards hold it', () => {
  const entry = logLayout.decode(fromHex('0012 000000 000000C8 09 413100000042 20261121 083000'))
  expect(entry).toMatchObject({ number: 18, amountFen: 200, type: 9, terminal: '413100000042' })
  expect(entry).toMatchObject({ date: '20261121', time: '083000' })
})

test('the older trip layout is told by its type byte', () => {
  const bytes = new Uint8Array(48)
  expect(decodeTrip(bytes).layout).toBe('new')
  bytes[0] = 9
  bytes[16] = 5
  const { layout, trip } = decodeTrip(bytes)
  expect(layout).toBe('old')
  expect(trip).toMatchObject({ tradeSerial: '0000000000000005' })
})
