import { checkTiers, DEMONSTRATION_TIER_RULES, TIERS, type Tiers } from '@unifare/centre'
import { type Day, parseDay, UnifareError } from '@unifare/core'
import { institutions } from '@unifare/registry'

type Fields = Readonly<Record<string, unknown>>
type At = (place: string, fault: string) => never

const REACHES = ['same-city', 'same-province', 'cross-province'] as const
/** First day of rows that name none. */
const ALWAYS: Day = '2026-01-01'

/**
 * Reads `centres` (`{ id, tier, division, parent }`) and `tierRules` (`{ reach, tier }`) of a network
 * file, both with `validFrom` and `validTo` where they are dated; the demonstration's rules unless
 * given. Refuses centres that make no tree on the file's day.
 */
export function tiersOf(file: Fields, at: At): { readonly tiers?: Tiers } {
  const { centres, tierRules, day } = file
  if (centres === undefined) {
    return tierRules === undefined ? {} : at('tierRules', 'there are no centres to rule')
  }
  const tiers: Tiers = {
    centres: rows(centres, 'centres', at).map((row, index) => {
      const place = `centres[${index}]`
      const { tier, ...texts } = row
      const [id = '', parent = '', division = ''] = ['id', 'parent', 'division'].map((name) =>
        text(texts[name] ?? '', `${place}.${name}`, at),
      )
      if (!/^\d{8}$/.test(id)) at(`${place}.id`, 'must be eight digits')
      const common = { id, centre: id, parent, division, ...dated(row, place, at) }
      return { ...common, tier: oneOf(TIERS, tier, `${place}.tier`, at) }
    }),
    rules:
      tierRules === undefined
        ? DEMONSTRATION_TIER_RULES
        : rows(tierRules, 'tierRules', at).map((row, index) => {
            const place = `tierRules[${index}]`
            const reach = oneOf(REACHES, row['reach'], `${place}.reach`, at)
            const tier = oneOf(TIERS, row['tier'], `${place}.tier`, at)
            return { id: place, reach, tier, ...dated(row, place, at) }
          }),
  }
  const national = institutions().find(({ role }) => role === 'centre')?.id ?? ''
  if (!tiers.centres.some(({ id, tier }) => id === national && tier === 'national')) {
    // The masters of cards are its own.
    at('centres', `the national one is ${national}`)
  }
  try {
    checkTiers(tiers, String(day))
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    at('centres', error.message)
  }
  return { tiers }
}

function rows(value: unknown, place: string, at: At): readonly Fields[] {
  const good =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row))
  return good ? (value as readonly Fields[]) : at(place, 'must be a list of objects')
}

function text(value: unknown, place: string, at: At): string {
  return typeof value === 'string' ? value : at(place, 'must be a text')
}

function oneOf<T extends string>(known: readonly T[], value: unknown, place: string, at: At): T {
  return known.find((one) => one === value) ?? at(place, `must be one of ${known.join(', ')}`)
}

function dated({ validFrom = ALWAYS, validTo = null }: Fields, place: string, at: At) {
  const day = (value: unknown, name: string): Day => {
    try {
      parseDay(String(value))
      return String(value)
    } catch {
      return at(`${place}.${name}`, `${JSON.stringify(value)} is not a day YYYY-MM-DD`)
    }
  }
  return {
    validFrom: day(validFrom, 'validFrom'),
    validTo: validTo === null ? null : day(validTo, 'validTo'),
    source: 'ours',
  }
}
