import { compileTariff, price } from '@unifare/fares'
import { describe, expect, it } from 'vitest'
import { type PlannedOperator, planNetwork } from './src/plan.ts'
import { writeScript } from './src/script.ts'

const plan = planNetwork({ seed: 'plan', day: '2026-11-20' })
const railways = plan.operators.filter(({ networks }) => networks.length > 0)
const script = writeScript(plan, { riders: 400 })

function amountsOf({ tariffs, networks, ladder, institution }: PlannedOperator): number[] {
  const [tariff, network, mode] = [tariffs[0], networks[0], institution.modes[0]]
  if (tariff === undefined || network === undefined || mode === undefined) return []
  const compiled = compileTariff(tariff, network)
  return ladder.map(([from, to]) => {
    const priced = price(compiled, {
      mode,
      at: 0,
      entry: { station: from, at: 0 },
      exit: { station: to, at: 0 },
      medium: 'code',
      riderClass: 'adult',
      issuer: { institution: '', division: '' },
    })
    return priced.ok ? priced.amountFen : -1
  })
}

describe('the demonstration network', () => {
  it('has the six cities whose ladders are published, on generated networks', () => {
    const cities = railways.map(({ institution }) => institution.division)
    expect(cities).toEqual(
      expect.arrayContaining(['110000', '310000', '440100', '440300', '420100', '610100']),
    )
    expect(railways.every(({ networks }) => networks[0]?.generated)).toBe(true)
  })

  it('has buses, metros, a ferry, light rail, taxis and bicycles', () => {
    const modes = new Set(plan.operators.flatMap(({ institution }) => institution.modes))
    expect([...modes].sort()).toEqual(['bicycle', 'bus', 'ferry', 'light-rail', 'metro', 'taxi'])
  })

  it.each(railways.filter(({ institution }) => institution.modes[0] === 'metro'))(
    '$institution.nameEn: several lines, a loop, and every step of the ladder ridden',
    (operator) => {
      const [network] = operator.networks
      expect(network?.lines.length).toBeGreaterThanOrEqual(3)
      expect(network?.lines.some(({ loop }) => loop)).toBe(true)
      const amounts = amountsOf(operator).sort((a, b) => a - b)
      const first = amounts[0] ?? 0
      // Every published ladder climbs by one yuan a step: a missing amount is a missing step.
      expect(amounts).toEqual(amounts.map((_, index) => first + index * 100))
      expect(amounts.length).toBeGreaterThanOrEqual(3)
      const gates = new Map(operator.terminals.map((gate) => [gate.terminal, gate]))
      const ridden = new Set<string>()
      const open = new Map<string, number>()
      for (const { terminal, rider } of script.steps) {
        const gate = gates.get(terminal)
        if (gate?.role === 'entry') open.set(rider, gate.station)
        if (gate?.role === 'exit') ridden.add(`${open.get(rider)}-${gate.station}`)
      }
      for (const [from, to] of operator.ladder) expect(ridden).toContain(`${from}-${to}`)
    },
  )

  it('lets most riders travel away from home', () => {
    const cityOf = new Map(
      plan.operators.flatMap(({ institution, terminals }) =>
        terminals.map(({ terminal }) => [terminal, institution.division] as const),
      ),
    )
    const homes = new Map(plan.issuers.map(({ id, division }) => [id, division]))
    const riders = new Map(script.riders.map((rider) => [rider.id, homes.get(rider.issuer)]))
    const away = script.steps.filter((step) => riders.get(step.rider) !== cityOf.get(step.terminal))
    expect(away.length).toBeGreaterThan(script.steps.length / 2)
  })

  it('is the same network and day under the same seed, another one under another', () => {
    const again = planNetwork({ seed: 'plan', day: '2026-11-20' })
    expect(again).toEqual(plan)
    expect(writeScript(again, { riders: 400 })).toEqual(script)
    expect(planNetwork({ seed: 'other', day: '2026-11-20' })).not.toEqual(plan)
  })
})
