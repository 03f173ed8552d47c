import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CENTRE, chargeOf, DAY, ISSUER } from '../clearing.fixture.ts'
import type { ClearedCharge } from '../clearing.ts'
import { DEMONSTRATION_FEES, feeOf } from '../fees.ts'
import { netPositions, sharesOf } from '../netting.ts'
import { byMember, partsOfMembers, sharesOfCharge } from './member-parts.ts'

const [OWN, OTHER, STRANGER] = ['30000001', '30000002', '99999999']
const MEMBERS = new Set([OWN, OTHER])
const charge = (parts: readonly (readonly [string, number])[]) => ({
  operator: OWN,
  amountFen: parts.reduce((sum, [, amountFen]) => sum + amountFen, 0),
  parts: parts.map(([rule, amountFen]) => ({ rule, amountFen })),
})
const sharesIn = (parts: readonly (readonly [string, number])[]) =>
  sharesOfCharge(charge(parts), MEMBERS).map(({ member, amountFen }) => [member, amountFen])

describe('parts of a price', () => {
  it('are the operator’s that asks, but for those that name another member', () => {
    expect(sharesIn([['distance', 300]])).toEqual([[OWN, 300]])
    expect(
      sharesIn([
        ['distance', 300],
        [`distance@${OTHER}`, 200],
        [`discount@${OTHER}`, -50],
      ]),
    ).toEqual([
      [OWN, 300],
      [OTHER, 150],
    ])
    expect(sharesIn([[`flat@${OTHER}`, 200]])).toEqual([[OTHER, 200]])
  })

  it('stay the operator’s when they name nobody', () => {
    expect(
      sharesIn([
        ['flat', 100],
        [`flat@${STRANGER}`, 200],
      ]),
    ).toEqual([[OWN, 300]])
  })

  it('stay together when a discount is dearer than a member’s part', () => {
    expect(
      sharesIn([
        ['flat', 100],
        [`discount@${OTHER}`, -50],
      ]),
    ).toEqual([[OWN, 50]])
    expect(sharesIn([['free', 0]])).toEqual([[OWN, 0]])
  })
})

const anyShares = fc.tuple(fc.nat(5_000), fc.nat(5_000)).map(([own, other]) => [
  { member: OWN, amountFen: own },
  { member: OTHER, amountFen: other },
])

it('carry an apportionment: every member’s parts sum to its share', () => {
  fc.assert(
    fc.property(anyShares, fc.integer({ min: -3_000, max: 0 }), (shares, discountFen) => {
      const amountFen = shares.reduce((sum, share) => sum + share.amountFen, 0)
      const price = [
        { rule: 'distance', amountFen: amountFen - discountFen },
        { rule: 'discount', amountFen: discountFen },
      ]
      const parts = partsOfMembers(price, { operator: OWN, shares })
      expect(parts.reduce((sum, part) => sum + part.amountFen, 0)).toBe(amountFen)
      const told = sharesOfCharge({ operator: OWN, parts, amountFen }, MEMBERS)
      const some = shares.filter((share) => share.amountFen > 0)
      expect(told).toEqual(some.length > 0 ? some : [{ member: OWN, amountFen: 0 }])
    }),
  )
})

const feeFor = (amountFen: number) => {
  const asked = { mode: 'bus', acquirer: OWN, issuer: ISSUER, day: DAY, amountFen } as const
  const fee = feeOf(DEMONSTRATION_FEES, asked)
  if (fee === undefined) throw new TypeError('no fee row')
  return fee
}
const cleared = (ownFen: number, otherFen: number): ClearedCharge => {
  const parts = charge([
    ['distance', ownFen],
    [`distance@${OTHER}`, otherFen],
  ])
  return {
    id: `${OWN}-1`,
    charge: { ...chargeOf([]), issuer: ISSUER, ...parts },
    verdict: 'normal',
    fee: feeFor(ownFen + otherFen),
  }
}

describe('a charge of two members', () => {
  it('is left as it is when all of it is one member’s own', () => {
    const item = cleared(500, 0)
    expect(byMember(item, MEMBERS)).toEqual([item])
  })

  it('has parts that come to the whole: amount, fee, shares, and so positions', () => {
    fc.assert(
      fc.property(fc.nat(9_000), fc.nat(9_000), (ownFen, otherFen) => {
        const item = cleared(ownFen, otherFen)
        const parts = byMember(item, MEMBERS)
        const whole = sharesOf(item.charge.amountFen, feeFor(ownFen + otherFen))
        const sums = parts.map((part) => sharesOf(part.charge.amountFen, part.fee ?? feeFor(0)))
        for (const key of ['operatorMicro', 'issuerMicro', 'centreMicro'] as const) {
          expect(sums.reduce((sum, one) => sum + one[key], 0n)).toBe(whole[key])
        }
        const nets = netPositions(parts, CENTRE).positions
        expect(nets.reduce((sum, { netFen }) => sum + netFen, 0)).toBe(0)
        const payer = netPositions([item], CENTRE).positions.find(({ id }) => id === ISSUER)
        expect(nets.find(({ id }) => id === ISSUER)).toEqual(payer)
      }),
    )
  })

  it('is taken back from those who had it when a correction shares it otherwise', () => {
    const old = cleared(100, 400)
    const reverses = {
      charge: `${OWN}-1`,
      amountFen: 500,
      fee: feeFor(500),
      parts: old.charge.parts,
    }
    const correction = { ...cleared(500, 0), id: `${OWN}-2`, reverses }
    const [own, other] = byMember(correction, MEMBERS)
    expect([own?.charge.amountFen, own?.reverses?.amountFen]).toEqual([500, 100])
    expect([other?.charge.amountFen, other?.reverses?.amountFen]).toEqual([0, 400])
    const nets = netPositions([...byMember(old, MEMBERS), ...byMember(correction, MEMBERS)], CENTRE)
    const direct = netPositions([cleared(500, 0)], CENTRE)
    const netOf = (id: string, money = nets) => money.positions.find((one) => one.id === id)?.netFen
    expect(netOf(OWN)).toBe(netOf(OWN, direct))
    expect(netOf(OTHER)).toBe(0)
  })
})
