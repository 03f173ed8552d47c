import { roundMicroFen } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  accepts,
  CARD,
  CENTRE,
  chargeOf,
  checked,
  DAY,
  dayOf,
  ISSUER,
  ISSUERS,
  OPERATOR,
  OPERATORS,
  tapOf,
} from './clearing.fixture.ts'
import { type Cleared, clearDay } from './clearing.ts'
import { type Statement, statementCsv, statementsOf } from './statement.ts'

const good = tapOf()
const bad = tapOf({ sequence: 2 })
const cleared = clearDay(
  dayOf(
    [chargeOf([good]), chargeOf([bad], { number: 2 })],
    [checked(good), checked(bad, { evidence: 'card.bad-tac' })],
  ),
)

function statementOf(member: string, day: Cleared = cleared): Statement {
  const found = statementsOf(day, CENTRE).find((statement) => statement.member === member)
  if (found === undefined) throw new TypeError(`no statement of ${member}`)
  return found
}

describe('statements', () => {
  test('every member with a part in a charge has one, and the centre', () => {
    expect(statementsOf(cleared, CENTRE).map(({ member }) => member)).toEqual([
      CENTRE,
      ISSUER,
      OPERATOR,
    ])
  })

  test('a line for every charge, settled or not, with its taps, verdict and exact share', () => {
    const line = {
      charge: `${OPERATOR}-1`,
      taps: ['400000000001-1'],
      verdict: 'normal',
      side: 'receive',
      counterparty: ISSUER,
      medium: 'card',
      account: CARD,
      mode: 'bus',
      tapDay: DAY,
      endAt: '2026-11-20T00:00:01.000Z',
      amountFen: 200,
      feeMicro: '1200000',
      acquirerMicro: '180000',
      issuerMicro: '600000',
      centreMicro: '420000',
      shareMicro: '198980000',
    }
    const rejected = {
      ...line,
      charge: `${OPERATOR}-2`,
      taps: ['400000000001-2'],
      verdict: 'card.bad-tac',
      endAt: '2026-11-20T00:00:02.000Z',
      feeMicro: '0',
      acquirerMicro: '0',
      issuerMicro: '0',
      centreMicro: '0',
      shareMicro: '0',
    }
    expect(statementOf(OPERATOR).lines).toEqual([line, rejected])
    const pays = { side: 'pay', counterparty: OPERATOR }
    expect(statementOf(ISSUER).lines).toEqual([
      { ...line, ...pays, shareMicro: '199400000' },
      { ...rejected, ...pays },
    ])
  })

  test('an institution that is operator and issuer at once has both sides', () => {
    const tap = tapOf({ operator: ISSUER })
    const input = dayOf([chargeOf([tap])], [checked(tap)], {
      acceptance: { rows: [accepts({ operator: ISSUER })] },
    })
    const { lines, position } = statementOf(ISSUER, clearDay(input))
    expect(lines.map(({ side }) => side)).toEqual(['receive', 'pay'])
    expect(position).toEqual({ id: ISSUER, receivableFen: 199, payableFen: 199, netFen: 0 })
  })

  test('totals that their lines do not give are never sent', () => {
    const positions = cleared.positions.map((position) =>
      position.id === OPERATOR ? { ...position, receivableFen: 200 } : position,
    )
    expect(() => statementsOf({ ...cleared, positions }, CENTRE)).toThrow('invariant broken')
  })

  test('totals equal their lines, rounded once a side, whatever the day was', () => {
    const ride = fc.record({
      operator: fc.constantFrom(...OPERATORS),
      issuer: fc.constantFrom(...ISSUERS),
      amountFen: fc.integer({ min: 1, max: 100_000 }),
    })
    fc.assert(
      fc.property(fc.array(ride, { maxLength: 30 }), (rides) => {
        const taps = rides.map((one, i) => tapOf({ ...one, sequence: i + 1 }))
        const day = clearDay(
          dayOf(
            taps.map((tap, i) => chargeOf([tap], { number: i + 1 })),
            taps.map((tap) => checked(tap)),
          ),
        )
        for (const { member, lines, position, roundingFen } of statementsOf(day, CENTRE)) {
          const sum = (side: string) =>
            lines
              .filter((line) => line.side === side)
              .reduce((total, line) => total + BigInt(line.shareMicro), 0n)
          if (member === CENTRE) {
            expect(roundMicroFen(sum('fee')) + roundingFen).toBe(position.netFen)
            continue
          }
          expect(roundingFen).toBe(0)
          expect(roundMicroFen(sum('receive'))).toBe(position.receivableFen)
          expect(roundMicroFen(sum('pay'))).toBe(position.payableFen)
        }
      }),
    )
  })
})

test('CSV: a header, a line a charge, the totals, each ended by CR LF (RFC 4180)', () => {
  expect(statementCsv(statementOf(OPERATOR)).split('\r\n')).toEqual([
    'charge,taps,verdict,side,counterparty,medium,account,mode,tapDay,endAt,amountFen,feeMicro,acquirerMicro,issuerMicro,centreMicro,shareMicro,corrects,entry',
    `${OPERATOR}-1,400000000001-1,normal,receive,${ISSUER},card,${CARD},bus,${DAY},2026-11-20T00:00:01.000Z,200,1200000,180000,600000,420000,198980000,,`,
    `${OPERATOR}-2,400000000001-2,card.bad-tac,receive,${ISSUER},card,${CARD},bus,${DAY},2026-11-20T00:00:02.000Z,200,0,0,0,0,0,,`,
    `total,,,receive,,,,,${DAY},,199,,,,,,,`,
    `total,,,pay,,,,,${DAY},,0,,,,,,,`,
    `total,,,rounding,,,,,${DAY},,0,,,,,,,`,
    `total,,,net,,,,,${DAY},,199,,,,,,,`,
    '',
  ])
})

test('CSV: the taps of a journey stand in one cell', () => {
  const taps = [tapOf(), tapOf({ sequence: 2 })]
  const day = clearDay(
    dayOf(
      [chargeOf(taps)],
      taps.map((tap) => checked(tap)),
    ),
  )
  const [, line = ''] = statementCsv(statementOf(OPERATOR, day)).split('\r\n')
  expect(line.split(',')).toHaveLength(18)
  expect(line.split(',')[1]).toBe('400000000001-1 400000000001-2')
})
