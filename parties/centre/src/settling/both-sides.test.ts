import { describe, expect, it } from 'vitest'
import {
  accepts,
  CENTRE,
  chargeOf,
  checked,
  DAY,
  dayOf,
  ISSUER,
  OPERATOR,
  tapOf,
} from '../clearing.fixture.ts'
import { clearDay } from '../clearing.ts'
import { statementsOf } from '../statement.ts'
import { instructionsOf } from './instructions.ts'
import { DEMONSTRATION_MODELS } from './models.ts'
import { dayObligations, netsOf, pairSumsOf } from './obligations.ts'

/** An institution that issues cards and runs buses: one member with both sides. */
const BOTH = '50000001'

const ride = (number: number, issuer: string, operator: string, amountFen: number) => {
  const tap = tapOf({ issuer, operator, amountFen, counter: number, sequence: number })
  return { tap, charge: chargeOf([tap], { number }) }
}
const rides = [
  // Its own card on its own bus, a stranger's card on its bus, its card on another's bus.
  ride(1, BOTH, BOTH, 1_000),
  ride(2, ISSUER, BOTH, 2_000),
  ride(3, BOTH, OPERATOR, 5_000),
]
const pairs = [
  { issuer: BOTH, operator: BOTH },
  { issuer: ISSUER, operator: BOTH },
  { issuer: BOTH, operator: OPERATOR },
]
const cleared = clearDay(
  dayOf(
    rides.map(({ charge }) => charge),
    rides.map(({ tap }) => checked(tap)),
    { issuers: new Set([BOTH, ISSUER]), acceptance: { rows: pairs.map(accepts) } },
  ),
)

describe('an institution that is issuer and operator at once', () => {
  it('is one member: what it receives and what it pays stand side by side', () => {
    expect(cleared.charges.map(({ verdict }) => verdict)).toEqual(['normal', 'normal', 'normal'])
    // F is 6, 12 and 30 fen; the operator keeps 15 % of it, the issuer half; 16.8 fen less what rounding gives the members.
    expect(cleared.positions).toEqual([
      { id: CENTRE, receivableFen: 16, payableFen: 0, netFen: 16 },
      { id: ISSUER, receivableFen: 0, payableFen: 1_994, netFen: -1_994 },
      { id: OPERATOR, receivableFen: 4_975, payableFen: 0, netFen: 4_975 },
      { id: BOTH, receivableFen: 2_985, payableFen: 5_982, netFen: -2_997 },
    ])
  })

  it('has one statement in which its own ride stands on both sides', () => {
    const own = statementsOf(cleared, CENTRE).find(({ member }) => member === BOTH)
    expect(own?.lines.map(({ charge, side }) => [charge, side])).toEqual([
      [`${BOTH}-1`, 'receive'],
      [`${BOTH}-1`, 'pay'],
      [`${BOTH}-2`, 'receive'],
      [`${OPERATOR}-3`, 'pay'],
    ])
    expect(own?.position.netFen).toBe(-2_997)
  })

  it('pays its net alone: its own ride moves the fee and nothing else', () => {
    const obligations = dayObligations({
      pairs: pairSumsOf(cleared.charges),
      orders: cleared.orders,
      positions: cleared.positions,
      centre: CENTRE,
    })
    expect(obligations.filter(({ debtor, creditor }) => debtor === creditor)).toEqual([])
    const money = {
      window: 'W20261120-1',
      centre: CENTRE,
      days: [{ day: DAY, obligations }],
      positions: cleared.positions,
    }
    const terms = { models: DEMONSTRATION_MODELS, valueDate: '2026-11-23' }
    const instructions = instructionsOf(money, terms)
    expect(
      instructions.map(({ debtor, creditor, amountFen }) => [debtor, creditor, amountFen]),
    ).toEqual([
      [CENTRE, OPERATOR, 4_975],
      [ISSUER, CENTRE, 1_994],
      [BOTH, CENTRE, 2_997],
    ])
    expect(netsOf(instructions).get(CENTRE)).toBe(16)
  })
})
