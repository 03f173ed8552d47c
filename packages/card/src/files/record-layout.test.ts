import { fieldLength, fromHex, type RecordFields, type RecordLayout, toHex } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { busVersionALayout } from './bus-record.ts'
import { logLayout, managementInfoLayout, publicInfoLayout } from './card-files.ts'
import { cashInfoLayout } from './cash-info.ts'
import { shanghaiRailTail, ziboBusTail } from './city-tails.ts'
import { cityTripLayout } from './city-trip.ts'
import { cityUnionInfoLayout, cityUnionRecordLayout } from './city-union.ts'
import { busLayout, compositeLayout, railLayout } from './composite-records.ts'
import { fileConfigurationLayout } from './file-configuration.ts'
import { holderLayout } from './holder-file.ts'
import { guangfoMonthLayout } from './local-records.ts'
import { bicycleLayout, ferryLayout, rentalLayout, taxiLayout } from './own-records.ts'
import { psamApplicationLayout, psamInfoLayout } from './psam-files.ts'
import { recordLayout } from './record-layout.ts'
import { decodeTrip, oldTripLayout, tripLayout } from './trip-log.ts'

const layouts: readonly (readonly [string, number, RecordLayout<RecordFields>])[] = [
  ['EF 15', 30, publicInfoLayout],
  ['EF 15, city union', 30, cityUnionInfoLayout],
  ['EF 16', 55, holderLayout],
  ['EF 17', 60, managementInfoLayout],
  ['EF 17, city union', 48, cityUnionRecordLayout],
  ['EF 17, city union, as we fill it', 48, cityTripLayout],
  ['EF 18', 23, logLayout],
  ['EF 19, record 1 of Guangzhou and Foshan', 48, guangfoMonthLayout],
  ['any record of EF 1A', 128, compositeLayout],
  ['record 2701', 128, railLayout],
  ['record 2701, tail of Shanghai', 128, shanghaiRailTail],
  ['record 2702', 128, busLayout],
  ['record 2702, version A', 128, busVersionALayout],
  ['record 2702, tail of Zibo', 128, ziboBusTail],
  ['record 2703', 128, ferryLayout],
  ['record 2704', 128, taxiLayout],
  ['record 2705', 128, rentalLayout],
  ['record 2706', 128, bicycleLayout],
  ['EF 1E', 48, tripLayout],
  ['EF 1E, older', 48, oldTripLayout],
  ['DF11 of the cash face', 32, cashInfoLayout],
  ['EF 15 of a PSAM', 14, psamInfoLayout],
  ['EF 17 of a PSAM', 25, psamApplicationLayout],
  ['a file in DGI A001', 7, fileConfigurationLayout],
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

  const told = Object.values(layout.fields).reduce((sum, field) => sum + fieldLength(field), 0)

  test('encode(decode(x)) is x, and the fields alone say every byte that has one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: length, maxLength: length }), (bytes) => {
        const { raw, ...fields } = layout.decode(bytes)
        expect(layout.encode({ raw, ...fields })).toEqual(bytes)
        if (told === length) expect(layout.encode(fields)).toEqual(bytes)
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
