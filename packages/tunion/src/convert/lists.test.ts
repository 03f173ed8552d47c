import type { AcceptanceRow, DenyEntry } from '@unifare/bundle'
import { describe, expect, test } from 'vitest'
import { readFile, writeFile } from '../index.ts'
import { AT, HEADER, ISSUER, OPERATOR } from '../tunion.fixture.ts'
import { denyEntryOf, ucOf } from './deny-list.ts'
import { listDifference } from './list-difference.ts'
import { whiteListOf } from './white-list.ts'

const PREFIXES = [
  { prefix: '31048600', issuer: ISSUER },
  { prefix: '3104860001', issuer: ISSUER },
  { prefix: '31048700', issuer: null },
]

describe('BN from acceptance', () => {
  const row = (change: Partial<AcceptanceRow> = {}): AcceptanceRow => ({
    operator: OPERATOR,
    mode: 'bus',
    medium: 'card',
    issuer: ISSUER,
    division: '440100',
    status: 'in-service',
    from: AT,
    ...change,
  })
  const listOf = (...rows: AcceptanceRow[]) =>
    whiteListOf(rows, { operator: OPERATOR, prefixes: PREFIXES })
  const timesOf = (...rows: AcceptanceRow[]) =>
    listOf(...rows)
      .records.filter(({ bin }) => bin === '31048600')
      .map(({ channel, status, effective, expiry }) => [channel, status, effective, expiry])

  test('a row a prefix of the issuer, with its times', () => {
    const { records, left } = listOf(row())
    expect(left).toEqual([])
    expect(records.map(({ bin }) => bin)).toEqual(['31048600', '3104860001'])
    expect(records[0]).toEqual({
      bin: '31048600',
      cardLength: 19,
      issuer: ISSUER,
      division: '440100',
      channel: '02',
      status: '1',
      effective: AT,
      expiry: null,
    })
    expect(readFile('BN', writeFile('BN', HEADER, records))).toMatchObject({ ok: true, records })
  })

  test('what ended stays with its end; later rows win from their time on', () => {
    expect(
      timesOf(
        row({ status: 'trial', from: 1_000 }),
        row({ from: 2_000 }),
        row({ status: 'ended', from: 3_000 }),
      ),
    ).toEqual([
      ['02', '2', 1_000, 2_000],
      ['02', '1', 2_000, 3_000],
    ])
    expect(timesOf(row({ from: 5_000 }), row({ status: 'planned', from: 4_000 }))).toEqual([])
    expect(
      timesOf(row({ from: 1_000 }), row({ status: 'ended', from: 9_000 }), row({ from: 4_000 })),
    ).toEqual([
      ['02', '1', 1_000, 4_000],
      ['02', '1', 4_000, null],
    ])
  })

  test('codes and other operators have no part; unknown modes and prefixes are told', () => {
    expect(listOf(row({ medium: 'code' }), row({ operator: '21580002' }))).toEqual({
      records: [],
      left: [],
    })
    expect(listOf(row({ mode: 'airship' }), row({ issuer: '30000009' })).left).toEqual([
      { item: ISSUER, code: 'tunion.unknown-channel' },
      { item: '30000009', code: 'tunion.bad-code' },
    ])
  })
})

describe('UC and deny entries', () => {
  const entry: DenyEntry = {
    medium: 'card',
    issuer: ISSUER,
    account: '3104860000000000017',
    reason: 'lost',
    since: AT + 123,
  }

  test.each([
    entry,
    { ...entry, medium: 'code', reason: 'arrears' },
    { ...entry, reason: 'fraud', since: 0 },
    { ...entry, reason: 'withdrawn' },
  ] as DenyEntry[])('an entry comes back through its file: %j', (one) => {
    const read = readFile('UC', writeFile('UC', HEADER, [ucOf(one)]))
    const [record] = read.ok ? read.records : []
    expect(record && denyEntryOf(record, AT)).toEqual({ ok: true, entry: one })
  })

  test('an expired row is none; an end to come has no place in ours', () => {
    const record = ucOf(entry)
    expect(denyEntryOf({ ...record, expiry: AT }, AT)).toEqual({ ok: true, entry: null })
    expect(denyEntryOf({ ...record, expiry: AT + 1 }, AT)).toMatchObject({ field: 'expiry' })
  })

  test.each([
    ['medium', { medium: '3' }],
    ['reason', { reason: '99' }],
    ['card', { card: 'X' }],
    ['issuer', { issuer: '3' }],
    ['effective', { effective: null }],
  ])('refused by its %s', (field, change) => {
    expect(denyEntryOf({ ...ucOf(entry), ...change }, AT)).toMatchObject({ ok: false, field })
  })
})

describe('a full list against the live one', () => {
  type Row = { name: string; text: string; effective: number | null; expiry: number | null }
  const row = (name: string, text = '', effective = 0, expiry: number | null = null): Row => ({
    name,
    text,
    effective,
    expiry,
  })
  const against = (live: readonly Row[], full: readonly Row[], at = 100) =>
    listDifference({ live, full, at, nameOf: ({ name }) => name, contentOf: ({ text }) => text })

  test('rows that are left out expire, none is deleted', () => {
    const result = against([row('a'), row('b')], [row('a', '', 50)])
    expect(result).toEqual({
      rows: [row('a'), row('b', '', 0, 100)],
      added: [],
      expired: [row('b', '', 0, 100)],
      unchanged: 1,
    })
  })

  test('a changed row expires and begins again; a new one begins not before now', () => {
    expect(against([row('a', 'old')], [row('a', 'new'), row('b', '', 300)]).rows).toEqual([
      row('a', 'old', 0, 100),
      row('a', 'new', 100),
      row('b', '', 300),
    ])
  })

  test('what expired before stays as it was, and may come back', () => {
    const past = row('a', '', 0, 50)
    expect(against([past], [])).toMatchObject({ rows: [past], expired: [] })
    expect(against([past], [row('a')]).rows).toEqual([past, row('a', '', 100)])
  })

  test('the same full list twice changes nothing', () => {
    const once = against([row('a', 'x'), row('c')], [row('a', 'y'), row('b')]).rows
    expect(against(once, [row('a', 'y'), row('b')], 200)).toMatchObject({
      rows: once,
      added: [],
      expired: [],
    })
  })

  test('an empty full list expires all', () => {
    expect(against([row('a'), row('b')], []).rows).toEqual([
      row('a', '', 0, 100),
      row('b', '', 0, 100),
    ])
  })
})
