import type { Ride } from './ride.ts'
import type { When } from './tariff.ts'
import type { FareMedium } from './words.ts'

export type Condition = (ride: Ride) => boolean

const NETWORK_OF_MEDIUM = {
  card: 't-union',
  code: 'ride-code',
} as const satisfies Record<FareMedium, string>

/** Conditions as one function; absent ones cost nothing when a ride is priced. */
export function compileWhen(when: When, city: string): Condition {
  const tests: Condition[] = []
  const { modes, lines, journey, media, issuer, issuerDivisions, networks, riderClasses } = when
  if (modes !== undefined) tests.push(({ mode }) => modes.includes(mode))
  if (lines !== undefined) {
    tests.push(({ line }) => line !== undefined && lines.includes(line))
  }
  if (journey !== undefined) {
    const closed = journey === 'closed'
    tests.push((ride) => (ride.entry !== undefined && ride.exit !== undefined) === closed)
  }
  if (media !== undefined) tests.push(({ medium }) => media.includes(medium))
  if (issuer !== undefined) {
    const local = issuer === 'local'
    const prefix = cityPrefix(city)
    tests.push((ride) => ride.issuer.division.startsWith(prefix) === local)
  }
  if (issuerDivisions !== undefined) {
    tests.push((ride) => issuerDivisions.includes(ride.issuer.division))
  }
  if (networks !== undefined) {
    tests.push((ride) => networks.includes(ride.network ?? NETWORK_OF_MEDIUM[ride.medium]))
  }
  if (riderClasses !== undefined) tests.push((ride) => riderClasses.includes(ride.riderClass))
  return tests.length === 1 ? (tests[0] as Condition) : (ride) => tests.every((test) => test(ride))
}

/**
 * What the codes of a city and its districts begin with: two digits of a municipality (110000),
 * four of a prefecture-level city (440100), all six of a county-level one (429004).
 */
function cityPrefix(city: string): string {
  if (city.endsWith('0000')) return city.slice(0, 2)
  return city.endsWith('00') ? city.slice(0, 4) : city
}
