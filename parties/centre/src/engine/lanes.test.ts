import { MODES } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FeeRow } from '../fees.ts'
import { acceptanceTable } from './acceptance-table.ts'
import { createLanes } from './lanes.ts'
import { moneyOf } from './member-sums.ts'
import { sidesOf } from './sides.ts'

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
const ISSUERS = [1, 2, 3]
const open = () =>
  createLanes({
    issuers: new Set(ISSUERS.map((issuer) => String(issuer).padStart(8, '0'))),
    acceptance: acceptanceTable({ rows: [] }),
    fees: FEES,
  })

/** Sums by member, added up. */
function byMember(members: Uint32Array, values: Float64Array): Map<number, number[]> {
  const columns = values.length / members.length
  const sums = new Map<number, number[]>()
  members.forEach((member, line) => {
    note(sums, member, [...values.subarray(line * columns, (line + 1) * columns)])
  })
  return sums
}

function note(sums: Map<number, number[]>, member: number, values: readonly number[]): void {
  const before = sums.get(member)
  const now = values.map((value, i) => value + (before?.[i] ?? 0))
  sums.set(member, now)
}

describe('lanes', () => {
  const charges = fc.array(
    fc.record({
      operator: fc.integer({ min: 1, max: 3_000 }),
      issuer: fc.constantFrom(...ISSUERS),
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
        const operators = new Map<number, number[]>()
        const issuers = new Map<number, number[]>()
        for (const { operator, issuer, day, amountFen, back } of asked) {
          const lane = lanes.lane(operator, BUS, 1)
          const number = lanes.issuer(issuer)
          const feeRow = lanes.feeRowOn(lane, number, day)
          expect(feeRow).toBe(DAYS.indexOf(day))
          lanes.settle(lane, number, feeRow, amountFen)
          const money = moneyOf(amountFen, FEES[feeRow]!)
          const { feeMicro, acquirerMicro, issuerMicro } = money
          if (back) lanes.takeBack(lane, number, money)
          const sign = back ? 0 : 1
          const centreMicro = feeMicro - acquirerMicro - issuerMicro
          const own = [amountFen, feeMicro, acquirerMicro, centreMicro, 1]
          note(
            operators,
            operator,
            own.map((value) => value * sign),
          )
          note(issuers, issuer, [amountFen * sign, issuerMicro * sign, sign])
        }
        const sums = lanes.sums()
        expect(byMember(sums.operators, sums.operatorValues)).toEqual(operators)
        expect(byMember(sums.issuers, sums.issuerValues)).toEqual(issuers)
      }),
      { numRuns: 60 },
    )
  })

  test('put sums aside before they are more than a number holds', () => {
    const lanes = open()
    const lane = lanes.lane(7, BUS, 1)
    const amountFen = 0xffff_ffff
    const times = 400
    for (let i = 0; i < times; i++) lanes.settle(lane, lanes.issuer(1), 0, amountFen)
    const { operators, operatorValues } = lanes.sums()
    expect(operators.length).toBeGreaterThan(1)
    expect([...operatorValues].every((value) => value <= 2 ** 53)).toBe(true)
    const { receivable, payable, centreMicro } = sidesOf([lanes.sums()])
    const { feeMicro, acquirerMicro, issuerMicro } = moneyOf(amountFen, FEES[0]!)
    const whole = BigInt(amountFen) * 1_000_000n
    const all = (micro: bigint) => micro * BigInt(times)
    expect([...receivable]).toEqual([['00000007', all(whole - BigInt(feeMicro - acquirerMicro))]])
    expect([...payable]).toEqual([['00000001', all(whole - BigInt(issuerMicro))]])
    expect(centreMicro).toBe(all(BigInt(feeMicro - acquirerMicro - issuerMicro)))
  })

  test('know no issuer that is no member', () => {
    const lanes = open()
    const words = [0, 1, 3, 4, 0x99999999]
    expect(words.map((word) => lanes.issuer(word))).toEqual([-1, 0, 2, -1, -1])
  })
})
