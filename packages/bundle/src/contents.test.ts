import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AcceptanceRow,
  acceptanceOf,
  type Device,
  isOpen,
  parseAcceptance,
  parseDeny,
  parseDevices,
} from './index.ts'

const row: AcceptanceRow = {
  operator: '21580001',
  mode: 'metro',
  medium: 'card',
  issuer: '30000001',
  division: '440100',
  status: 'in-service',
  from: 100,
}
const device: Device = {
  terminal: '440100000001',
  key: 'AB'.repeat(32),
  mode: 'bus',
  city: '5810',
  line: 1,
  station: 2,
}
const malformed = (text: string) =>
  expect.objectContaining({ code: 'bundle.malformed', message: expect.stringContaining(text) })

describe('lists are read whole or not at all', () => {
  test('the row and the field that are wrong are named', () => {
    expect(() => parseAcceptance({ rows: [row, { ...row, from: 'now' }] })).toThrow(
      malformed('rows[1].from'),
    )
    expect(() => parseDevices({ devices: [{ ...device, key: 'abc' }] })).toThrow(
      malformed('devices[0].key'),
    )
    expect(() => parseDevices({ devices: [{ ...device, terminal: '1' }] })).toThrow(
      malformed('devices[0].terminal'),
    )
    expect(() => parseDeny({ entries: [null] })).toThrow(malformed('entries[0].medium'))
    expect(() => parseDeny({})).toThrow(malformed('entries'))
  })

  test('good ones come back as they are', () => {
    expect(parseAcceptance({ rows: [row] }).rows).toEqual([row])
    expect(parseDevices({ devices: [device] }).devices).toEqual([device])
    expect(parseDeny({ entries: [] }).entries).toEqual([])
  })

  test('whatever JSON comes, nothing but a refusal is thrown', () => {
    const parsers = fc.constantFrom(parseAcceptance, parseDeny, parseDevices)
    const content = fc.oneof(
      fc.jsonValue(),
      fc.jsonValue().map((value) => ({ rows: value, entries: value, devices: value })),
    )
    fc.assert(
      fc.property(parsers, content, (parse, value) => {
        try {
          parse(value)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bundle.malformed' })
        }
      }),
    )
  })
})

describe('acceptance', () => {
  const asked = { operator: '21580001', mode: 'metro', medium: 'card', issuer: '30000001' } as const

  test('later rows win, from their date on', () => {
    const ended = { ...row, status: 'ended', from: 200 } as const
    const content = { rows: [row, { ...row, mode: 'bus' }, ended] }
    expect(acceptanceOf(content, asked, 99)).toBeUndefined()
    expect(acceptanceOf(content, asked, 100)).toBe(row)
    expect(acceptanceOf(content, asked, 200)).toBe(ended)
  })

  test('somebody else, another mode, another medium: not listed', () => {
    const content = { rows: [row] }
    for (const change of [
      { operator: '2' },
      { mode: 'bus' },
      { medium: 'code' },
      { issuer: '3' },
    ]) {
      expect(acceptanceOf(content, { ...asked, ...change } as typeof asked, 500)).toBeUndefined()
    }
  })

  test('finds what a walk through the list finds', () => {
    const rows = fc.array(
      fc.record({
        operator: fc.constantFrom('21580001', '21580002'),
        mode: fc.constantFrom('metro', 'bus'),
        medium: fc.constantFrom('card' as const, 'code' as const),
        issuer: fc.constantFrom('30000001', '30000002'),
        from: fc.nat({ max: 10 }),
      }),
    )
    fc.assert(
      fc.property(rows, fc.nat({ max: 10 }), (some, at) => {
        const content = { rows: some.map((part) => ({ ...row, ...part })) }
        const expected = content.rows.findLast(
          ({ operator, mode, medium, issuer, from }) =>
            operator === asked.operator &&
            mode === asked.mode &&
            medium === asked.medium &&
            issuer === asked.issuer &&
            from <= at,
        )
        expect(acceptanceOf(content, asked, at)).toBe(expected)
        expect(acceptanceOf(content, asked, at)).toBe(expected)
      }),
    )
  })

  test('trial and service are open; everything else is closed, words of the future too', () => {
    const status = (text: string) => isOpen({ ...row, status: text as AcceptanceRow['status'] })
    expect(['trial', 'in-service'].every(status)).toBe(true)
    expect(['planned', 'converting', 'ended', 'paused'].some(status)).toBe(false)
    expect(isOpen(undefined)).toBe(false)
    expect(parseAcceptance({ rows: [{ ...row, status: 'paused' }] }).rows.length).toBe(1)
  })

  test('a deny entry with a reason of the future still stops', () => {
    const entry = { medium: 'card', issuer: '30000001', account: '1', reason: 'court', since: 1 }
    expect(parseDeny({ entries: [entry] }).entries).toEqual([entry])
  })
})
