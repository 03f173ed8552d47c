import type { Tap } from '@unifare/tap'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { CARD, cardTap, chargeOf, ISSUERS, OPERATORS } from '../clearing.fixture.ts'
import { checkFeeRows, type FeeRow, feeOf } from '../fees.ts'
import { acceptanceTable } from './acceptance-table.ts'
import { clearDaysOnColumns, clearDaysOnObjects, outcomesOf, PLAIN } from './days.fixture.ts'
import { createLanes } from './lanes.ts'
import { moneyOf, OPERATOR_SUMS } from './member-sums.ts'

const MOST_FEN = 0xffff_ffff
const ASKED = { mode: 'bus', acquirer: 'a', issuer: 'i', day: '2026-11-20' } as const

/** Rows with any of floor, cap and tiers, and shares that fit. */
const rows = fc
  .record({
    ratePpm: fc.nat(1_000_000),
    acquirerSharePpm: fc.nat(1_000_000),
    other: fc.nat(1_000_000),
    floorMicro: fc.option(fc.nat(Number.MAX_SAFE_INTEGER), { nil: undefined }),
    overMicro: fc.option(fc.nat(1_000_000_000), { nil: undefined }),
    tiers: fc.option(
      fc.uniqueArray(fc.integer({ min: 1, max: MOST_FEN }), { minLength: 1, maxLength: 3 }),
      { nil: undefined },
    ),
  })
  .map(({ ratePpm, acquirerSharePpm, other, floorMicro, overMicro, tiers }): FeeRow => {
    const capMicro = Math.min((floorMicro ?? 0) + (overMicro ?? 0), Number.MAX_SAFE_INTEGER)
    return {
      ...PLAIN,
      ratePpm,
      acquirerSharePpm,
      issuerSharePpm: Math.min(other, 1_000_000 - acquirerSharePpm),
      ...(floorMicro !== undefined && { floorMicro }),
      ...(overMicro !== undefined && { capMicro }),
      ...(tiers !== undefined && {
        tiers: tiers
          .toSorted((a, b) => a - b)
          .map((fromFen, i) => ({ fromFen, ratePpm: (ratePpm + i * 123_457) % 1_000_001 })),
      }),
    }
  })

describe('money in columns is that of the fee matrix to the unit', () => {
  test('for any row and amount, charge by charge and summed', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.nat(MOST_FEN), { maxLength: 20 }), (row, amounts) => {
        checkFeeRows([row])
        const lanes = createLanes({
          issuers: new Set(['00000002']),
          acceptance: acceptanceTable({ rows: [] }),
          fees: [PLAIN, row],
        })
        const whole = [0n, 0n, 0n, 0n]
        for (const amountFen of amounts) {
          const fee = feeOf([row], { ...ASKED, amountFen })
          if (fee === undefined) throw new TypeError('no fee')
          const { feeMicro, acquirerMicro, issuerMicro } = moneyOf(amountFen, row)
          expect([feeMicro, acquirerMicro, issuerMicro].map(BigInt)).toEqual([
            fee.feeMicro,
            fee.acquirerMicro,
            fee.issuerMicro,
          ])
          expect(fee.feeMicro).toBeLessThanOrEqual(BigInt(amountFen) * 1_000_000n)
          lanes.settle(lanes.lane(1, 3, 1), lanes.issuer(2), 1, amountFen)
          const parts = [BigInt(amountFen), fee.feeMicro, fee.acquirerMicro, fee.centreMicro]
          for (const [i, part] of parts.entries()) whole[i] = (whole[i] ?? 0n) + part
        }
        const { operatorValues, operators } = lanes.sums()
        const told = [0n, 0n, 0n, 0n]
        for (let line = 0; line < operators.length; line++) {
          for (let i = 0; i < 4; i++)
            told[i] = (told[i] ?? 0n) + BigInt(operatorValues[line * OPERATOR_SUMS + i] ?? 0)
        }
        expect(told).toEqual(whole)
      }),
      { numRuns: 300 },
    )
  })
})

describe('days under rows with floor, cap and tiers', () => {
  let taps: Tap[] = []
  beforeAll(async () => {
    taps = await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        cardTap({
          sequence: i + 1,
          serial: i + 1,
          counter: Math.floor(i / 4) + 1,
          operator: OPERATORS[i % 2] as string,
          issuer: ISSUERS[(i % 4) % 2] as string,
          account: CARD.slice(0, 18) + (i % 4),
          amountFen: 50 + 97 * i,
          balanceFen: 9_000,
        }),
      ),
    )
  })

  const matrix: readonly FeeRow[] = [
    { ...PLAIN, validTo: null },
    {
      ...PLAIN,
      id: 'bounded',
      acquirer: OPERATORS[1] as string,
      floorMicro: 1_234_567,
      capMicro: 7_654_321,
      tiers: [{ fromFen: 1_000, ratePpm: 5_001 }],
    },
  ]
  const other: readonly FeeRow[] = [{ ...PLAIN, floorMicro: 3_333_333 }]

  test('clear to the same positions on columns as with objects', async () => {
    const charge = (tap: Tap, i: number) => chargeOf([tap], { number: i + 1 })
    const days = [
      {
        charges: taps.slice(0, 16).map(charge),
        taps: taps.map((tap) => ({ tap, held: 0 })),
        fees: matrix,
      },
      {
        day: '2026-11-21',
        charges: taps.slice(16).map((tap, i) => charge(tap, i + 16)),
        fees: other,
      },
    ]
    const [first] = await clearDaysOnObjects(days)
    expect(new Set(Object.values(first?.verdicts ?? {}))).toEqual(new Set(['normal']))
    for (const shards of [1, 4]) {
      expect(outcomesOf(await clearDaysOnColumns(days, { shards }))).toEqual(
        outcomesOf(await clearDaysOnObjects(days)),
      )
    }
    const plain = days.map((day) => ({ ...day, fees: [PLAIN] }))
    expect(outcomesOf(await clearDaysOnObjects(plain))).not.toEqual(
      outcomesOf(await clearDaysOnObjects(days)),
    )
  })
})
