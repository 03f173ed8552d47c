import { fromHex } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { busAsVersionB, decodeBus } from './bus-record.ts'
import { cardDay, cardTime } from './card-time.ts'
import { shanghaiRailTail } from './city-tails.ts'
import { BUS_STATUS, busLayout } from './composite-records.ts'
import { fileConfigurationLayout } from './file-configuration.ts'
import { decodeLocal } from './local-records.ts'

/** A record of 128 bytes with the given hexadecimal at the given offsets. */
function record(...parts: readonly (readonly [offset: number, hex: string])[]): Uint8Array {
  const bytes = new Uint8Array(128)
  bytes.set(fromHex('27027D0101'))
  for (const [offset, hex] of parts) bytes.set(fromHex(hex), offset)
  return bytes
}

describe('record 2702', () => {
  test.each(['AB', 'BA'])(
    'direction %s at byte 57 is version B, whatever else stands there',
    (direction) => {
      expect(decodeBus(record([14, '01'], [57, direction])).version).toBe('B')
    },
  )

  test('a boarding time where version B keeps it is version B', () => {
    expect(decodeBus(record([14, '01'], [46, '20261121083000'])).version).toBe('B')
  })

  test('a record that was never used is version B', () => {
    expect(decodeBus(record()).version).toBe('B')
  })

  test('anything else in use is version A', () => {
    const found = decodeBus(
      record(
        [14, '01'],
        [15, '4530'],
        [51, '0000413100000042'],
        [67, '20261121083000'],
        [86, '0042'],
        [88, '423038413738'],
      ),
    )
    expect(found).toMatchObject({
      version: 'A',
      bus: {
        boardingCity: '4530',
        boardingTerminal: '0000413100000042',
        boardingTime: '20261121083000',
        line: 66,
        vehicle: 'B08A78',
      },
    })
  })

  test('a reader acts on version A in the words of version B', () => {
    const bytes = record(
      [14, '01'],
      [15, '4530'],
      [19, '03664530FFFFFFFF'],
      [51, '0000413100000042'],
      [67, '20261121083000'],
      [81, '00000320'],
      [86, '0042'],
    )
    expect(busAsVersionB(bytes)).toMatchObject({
      status: BUS_STATUS.onBoard,
      boardingCity: '4530',
      boardingInstitution: '03664530FFFFFFFF',
      boardingTerminal: '0000413100000042',
      boardingTime: '20261121083000',
      boardingLine: 66,
      markedFen: 800,
    })
    const versionB = record([14, '01'], [53, '00000190'], [57, 'AB'])
    expect(busAsVersionB(versionB)).toEqual(busLayout.decode(versionB))
  })
})

describe('local shapes', () => {
  const month = fromHex(`012E002611000C150000138827${'10'.padEnd(70, '0')}`)

  test('the month of Guangzhou and Foshan', () => {
    for (const city of ['5810', '5880']) {
      expect(decodeLocal(month, { city, number: 1 }).month).toMatchObject({
        year: '26',
        month: '11',
        metroRides: 12,
        rides: 21,
        metroSum: 5000,
        sum: 10000,
      })
    }
  })

  test('another city, another record or other first bytes stay raw', () => {
    expect(decodeLocal(month, { city: '7910', number: 1 })).toEqual({
      number: 1,
      raw: month,
      month: null,
    })
    expect(decodeLocal(month, { city: '5810', number: 2 }).month).toBeNull()
    expect(decodeLocal(month.slice(1), { city: '5810', number: 1 }).month).toBeNull()
  })

  test('the tail of Shanghai', () => {
    const tail = shanghaiRailTail.decode(record([110, '000320'], [113, '0005'], [122, '55']))
    expect(tail).toMatchObject({ sum: 800, count: 5, inside: '55' })
  })

  test('the trip log as personalisation data describe it', () => {
    expect(fileConfigurationLayout.decode(fromHex('1E 02 00 00 30 1E 30'))).toMatchObject({
      sfi: 0x1e,
      kind: 2,
      recordBytes: 48,
      size: 0x1e30,
    })
  })
})

describe('times of a card', () => {
  test('are those of China', () => {
    expect(cardTime('20261121083000')).toBe('2026-11-21T08:30:00+08:00')
    expect(cardDay('20991231')).toBe('2099-12-31')
  })

  test.each([
    '00000000000000',
    'FFFFFFFFFFFFFF',
    '20260230083000',
    '20261121240000',
    '2026112108300',
    '',
  ])('%j is none', (digits) => {
    expect(cardTime(digits)).toBeNull()
  })

  test.each(['00000000', '20261301', '2026112A', ''])('%j is no day', (digits) => {
    expect(cardDay(digits)).toBeNull()
  })
})
