import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accepts, chargeOf, checked, dayOf, tapOf } from '../clearing.fixture.ts'
import { clearDay } from '../clearing.ts'
import { sharesOf } from '../netting.ts'
import { GUANGDONG, HUBEI, NATION, place, TIERS, WUHAN } from './network.fixture.ts'
import { checkTiers, clearingCentreOf, nextHop, resultsByChild, type Tiers } from './tiers.ts'

const DAY = '2026-11-20'
const ride = (issuerDivision: string, operatorDivision: string, day = DAY) => ({
  issuerDivision,
  operatorDivision,
  day,
})

describe('the centre that clears a ride', () => {
  it.each([
    ['a Wuhan card in Wuhan', ride('420100', '420100'), WUHAN],
    ['an Yichang card in Wuhan', ride('420500', '420100'), HUBEI],
    ['a Wuhan card in Yichang', ride('420100', '420500'), HUBEI],
    // Yichang has no centre of its own.
    ['an Yichang card in Yichang', ride('420500', '420500'), HUBEI],
    ['a Wuhan card in Guangzhou', ride('420100', '440100'), NATION],
    ['a Beijing card in Beijing', ride('110000', '110000'), NATION],
  ])('%s', (_, asked, centre) => {
    expect(clearingCentreOf(TIERS, asked).centre).toBe(centre)
  })

  it('changes with the dated rule', () => {
    const rules = TIERS.rules.flatMap((one) =>
      one.reach === 'same-city'
        ? [
            { ...one, validTo: '2027-01-01' },
            { ...one, id: 'later', tier: 'province' as const, validFrom: '2027-01-01' },
          ]
        : [one],
    )
    const tiers = { ...TIERS, rules }
    checkTiers(tiers, DAY)
    expect(clearingCentreOf(tiers, ride('420100', '420100')).centre).toBe(WUHAN)
    expect(clearingCentreOf(tiers, ride('420100', '420100', '2027-01-01')).centre).toBe(HUBEI)
  })
})

describe('the way of a ride', () => {
  it('goes up, centre by centre, to the one that clears it', () => {
    const asked = ride('440100', '420100')
    expect(nextHop(TIERS, WUHAN, asked)).toEqual({ do: 'forward', to: HUBEI })
    expect(nextHop(TIERS, HUBEI, asked)).toEqual({ do: 'forward', to: NATION })
    expect(nextHop(TIERS, NATION, asked)).toEqual({ do: 'clear' })
  })

  it('never begins beside it or above it', () => {
    const unknown = expect.objectContaining({ code: 'tier.unknown' })
    expect(() => nextHop(TIERS, GUANGDONG, ride('420100', '420100'))).toThrow(unknown)
    expect(() => nextHop(TIERS, HUBEI, ride('420100', '420100'))).toThrow(unknown)
  })

  it('ends at one centre, whatever the places', () => {
    const division = fc.constantFrom('420100', '420500', '440100', '440300', '110000')
    fc.assert(
      fc.property(division, division, (issuer, operator) => {
        const asked = ride(issuer, operator)
        const lowest = { '4201': WUHAN, '4205': HUBEI, '4401': GUANGDONG, '4403': GUANGDONG }
        let at = lowest[operator.slice(0, 4) as keyof typeof lowest] ?? NATION
        for (let hops = 0; ; hops += 1) {
          const hop = nextHop(TIERS, at, asked)
          if (hop.do === 'clear') break
          at = hop.to
          expect(hops).toBeLessThan(3)
        }
        expect(at).toBe(clearingCentreOf(TIERS, asked).centre)
      }),
    )
  })
})

describe('tiers that contradict each other', () => {
  it.each<[string, Partial<Tiers>]>([
    [
      'two centres of a province',
      { centres: [...TIERS.centres, place('10420009', 'province', NATION, '42')] },
    ],
    [
      'a parent that is not the next above',
      { centres: [...TIERS.centres, place('10440100', 'city', NATION, '4401')] },
    ],
    [
      'a city of two digits',
      { centres: [...TIERS.centres, place('10430000', 'city', NATION, '43')] },
    ],
    ['no rule for far rides', { rules: TIERS.rules.slice(0, 2) }],
    ['two rules for near ones', { rules: [...TIERS.rules, ...TIERS.rules.slice(0, 1)] }],
  ])('%s', (_, changes) => {
    expect(() => checkTiers(TIERS, DAY)).not.toThrow()
    const bad = expect.objectContaining({ code: 'tier.bad-rules' })
    expect(() => checkTiers({ ...TIERS, ...changes }, DAY)).toThrow(bad)
  })
})

describe('a province and the nation above it, on one day', () => {
  const DIVISIONS: Readonly<Record<string, string>> = {
    '20420100': '420100',
    '20420500': '420500',
    '20440100': '440100',
    '30420500': '420500',
    '30440100': '440100',
  }
  const divisionOf = (member: string) => DIVISIONS[member]
  const [WUHAN_CARDS, YICHANG_CARDS, GUANGZHOU_CARDS] = ['20420100', '20420500', '20440100']
  const [YICHANG_BUS, GUANGZHOU_BUS] = ['30420500', '30440100']
  const issuers = [WUHAN_CARDS, YICHANG_CARDS, GUANGZHOU_CARDS]
  const rides = issuers.flatMap((issuer, index) =>
    [YICHANG_BUS, GUANGZHOU_BUS].map((operator, other) => {
      const counter = index * 2 + other + 1
      const amountFen = 1_000 + 137 * counter
      const tap = tapOf({ issuer, operator, amountFen, counter, sequence: counter })
      return { tap, charge: chargeOf([tap], { number: counter }) }
    }),
  )
  const rows = issuers.flatMap((issuer) =>
    [YICHANG_BUS, GUANGZHOU_BUS].map((operator) => accepts({ issuer, operator })),
  )
  const clear = (centre: string, own: typeof rides) =>
    clearDay(
      dayOf(
        own.map(({ charge }) => charge),
        own.map(({ tap }) => checked(tap)),
        { centre, issuers: new Set(issuers), acceptance: { rows } },
      ),
    )
  const hopOf = (centre: string, { charge }: (typeof rides)[0]) =>
    nextHop(TIERS, centre, {
      issuerDivision: DIVISIONS[charge.issuer] ?? '',
      operatorDivision: DIVISIONS[charge.operator] ?? '',
      day: charge.tapDay,
    })
  // What the operators of Hubei brought to their province.
  const brought = rides.filter(({ charge }) => charge.operator === YICHANG_BUS)
  const kept = brought.filter((one) => hopOf(HUBEI, one).do === 'clear')
  const forwarded = brought.filter((one) => hopOf(HUBEI, one).do === 'forward')
  // Guangdong clears its own beside this; the rest of its rides goes up too.
  const fromGuangdong = rides
    .filter(({ charge }) => charge.operator === GUANGZHOU_BUS)
    .filter((one) => hopOf(GUANGDONG, one).do === 'forward')
  const province = clear(HUBEI, kept)
  const nation = clear(NATION, [...forwarded, ...fromGuangdong])

  it('clears each ride once: its own in the province, the rest above', () => {
    expect(kept.map(({ charge }) => charge.issuer)).toEqual([WUHAN_CARDS, YICHANG_CARDS])
    expect(forwarded.map(({ charge }) => charge.issuer)).toEqual([GUANGZHOU_CARDS])
    for (const { charges } of [province, nation]) {
      expect(charges.every(({ verdict }) => verdict === 'normal')).toBe(true)
    }
  })

  it('has nets that tie at both, and together come to what one centre would have cleared', () => {
    for (const { positions } of [province, nation]) {
      expect(positions.reduce((sum, { netFen }) => sum + netFen, 0)).toBe(0)
    }
    const exact = (all: readonly ReturnType<typeof clear>[]) =>
      all
        .flatMap(({ charges }) => charges)
        .reduce((sum, { charge, fee }) => {
          return fee === null ? sum : sum + sharesOf(charge.amountFen, fee).operatorMicro
        }, 0n)
    const one = clear(NATION, [...brought, ...fromGuangdong])
    expect(exact([province, nation])).toBe(exact([one]))
    expect(province.settledFen + nation.settledFen).toBe(one.settledFen)
  })

  it('hands results down: the nation settles with provinces, which share them out exactly', () => {
    const results = resultsByChild(nation.positions, {
      tiers: TIERS,
      centre: NATION,
      day: DAY,
      divisionOf,
    })
    expect(results.map(({ unit }) => unit)).toEqual([NATION, HUBEI, GUANGDONG])
    expect(results.reduce((sum, { netFen }) => sum + netFen, 0)).toBe(0)
    for (const { netFen, members } of results) {
      expect(members.reduce((sum, one) => sum + one.netFen, 0)).toBe(netFen)
    }
    const hubei = results.find(({ unit }) => unit === HUBEI)
    expect(hubei?.members.map(({ id }) => id)).toEqual([WUHAN_CARDS, YICHANG_CARDS, YICHANG_BUS])
  })
})
