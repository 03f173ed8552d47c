import { MODES } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FeeRow } from '../fees.ts'
import { acceptanceTable } from './acceptance-table.ts'
import { moneyOf, SUM_COLUMNS } from './lane-sums.ts'
import { createLanes } from './lanes.ts'

const COMMON = { acquirer: 'any', issuer: 'any', validTo: null, source: 'ours' } as const
const row = (id: string, mode: string, ratePpm: number, validFrom: string) =>
  ({
    ...COMMON,
    id,
    mode,
    ratePpm,
    acquirerSharePpm: 250_000,
    issuerSharePpm: 500_000,
    validFrom,
  }) as FeeRow
const FEES = [
  { ...row('bus', 'bus', 6_000, '2026-01-01'), validTo: '2026-11-20' } as FeeRow,
  row('bus-later', 'bus', 7_000, '2026-11-20'),
]
const DAYS = [0x20261119, 0x20261120] as const
const BUS = MODES.bus
const open = () =>
  createLanes({ issuers: new Set(), acceptance: acceptanceTable({ rows: [] }), fees: FEES })

describe('lanes', () => {
  const charges = fc.array(
    fc.record({
      operator: fc.integer({ min: 1, max: 3_000 }),
      issuer: fc.integer({ min: 1, max: 3 }),
      day: fc.constantFrom(...DAYS),
      amountFen: fc.integer({ min: 1, max: 1_000 }),
      back: fc.boolean(),
    }),
    { maxLength: 400 },
  )

  test('sum every charge once under the row of its day, however many lanes there are', () => {
    const lanes = open()
    fc.assert(
      fc.property(charges, (asked) => {
        // The lanes of the shard before stay, its money does not.
        lanes.begin()
        const told = new Map<string, number[]>()
        const note = (
          operator: number,
          issuer: number,
          values: readonly number[],
          sign: number,
        ) => {
          const name = `${operator}/${issuer}`
          const sums = told.get(name) ?? [0, 0, 0, 0, 0]
          told.set(
            name,
            sums.map((sum, i) => sum + sign * (values[i] ?? 0)),
          )
        }
        for (const { operator, issuer, day, amountFen, back } of asked) {
          const lane = lanes.lane(operator, issuer, BUS, 1)
          const feeRow = lanes.feeRowOn(lane, day)
          expect(feeRow).toBe(DAYS.indexOf(day))
          lanes.settle(lane, feeRow, amountFen)
          const money = moneyOf(amountFen, FEES[feeRow]!)
          const values = [...Object.values(money), 1]
          note(operator, issuer, values, 1)
          if (!back) continue
          lanes.takeBack(lane, money)
          note(operator, issuer, values, -1)
        }
        const { operators, issuers, values } = lanes.sums()
        const summed = new Map<string, number[]>()
        operators.forEach((operator, line) => {
          const name = `${operator}/${issuers[line]}`
          const sums = summed.get(name) ?? [0, 0, 0, 0, 0]
          const own = values.subarray(line * SUM_COLUMNS, (line + 1) * SUM_COLUMNS)
          summed.set(
            name,
            sums.map((sum, i) => sum + own[i]!),
          )
        })
        expect(summed).toEqual(told)
      }),
      { numRuns: 60 },
    )
  })
})
