import { expect, it } from 'vitest'
import { CENTRE, chargeOf, checked, dayOf, ISSUER, OPERATORS, tapOf } from '../clearing.fixture.ts'
import { clearDay } from '../clearing.ts'
import { dayObligations, pairSumsOf } from '../settling/obligations.ts'
import { statementsOf } from '../statement.ts'
import { apportion } from './apportion.ts'
import { partsOf, partsOfMembers } from './member-parts.ts'

const [OWN, OTHER] = OPERATORS

/** A ride over the lines of two operators; the one at whose gate it ended asks for all of it. */
const tap = tapOf({ amountFen: 500 })
const shares = apportion(500, {
  rule: { by: 'distance' },
  legs: [
    { operator: OTHER, distanceM: 6_000 },
    { operator: OWN, distanceM: 4_000 },
  ],
})
const parts = partsOfMembers([{ rule: 'distance', amountFen: 500 }], { operator: OWN, shares })
const cleared = clearDay(dayOf([chargeOf([tap], { parts })], [checked(tap)]))

it('is one charge, whose parts name the other operator', () => {
  expect(parts).toEqual([
    { rule: 'distance', amountFen: 200 },
    { rule: `distance@${OTHER}`, amountFen: 300 },
  ])
  expect(cleared.charges.map(({ verdict }) => verdict)).toEqual(['normal'])
  expect(cleared.settledFen).toBe(500)
})

it('is netted by parts: each operator receives its own, the issuer pays once', () => {
  // F is 3 fen: a 0.45, i 1.5, of which 60 % fall on the other's part.
  const nets = cleared.positions.map(({ id, netFen }) => [id, netFen])
  expect(nets).toEqual([
    [CENTRE, 2],
    [ISSUER, -499],
    [OWN, 199],
    [OTHER, 298],
  ])
})

it('stands on the statements of both operators, and once on the issuer’s', () => {
  const lines = statementsOf(cleared, CENTRE).flatMap(({ member, lines: own }) =>
    own.map(({ charge, side, amountFen }) => [member, charge, side, amountFen]),
  )
  expect(lines).toEqual([
    [CENTRE, `${OWN}-1`, 'fee', 500],
    [ISSUER, `${OWN}-1`, 'pay', 500],
    [OWN, `${OWN}-1`, 'receive', 200],
    [OTHER, `${OWN}-1`, 'receive', 300],
  ])
})

it('stands under the root with its parts', () => {
  const [line] = cleared.leaves.map((leaf) => JSON.parse(new TextDecoder().decode(leaf)) as object)
  expect(line).toMatchObject({
    operator: OWN,
    amountFen: 500,
    members: [
      { member: OWN, amountFen: 200 },
      { member: OTHER, amountFen: 300 },
    ],
  })
})

it('is owed to each of them', () => {
  const { charges, orders, positions } = cleared
  const pairs = pairSumsOf(charges.flatMap(partsOf))
  expect(dayObligations({ pairs, orders, positions, centre: CENTRE })).toEqual([
    { debtor: ISSUER, creditor: CENTRE, amountFen: 2 },
    { debtor: ISSUER, creditor: OWN, amountFen: 199 },
    { debtor: ISSUER, creditor: OTHER, amountFen: 298 },
  ])
})
