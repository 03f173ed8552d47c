import { readStatistics as figuresOf } from '@unifare/centre'
import { type Day, parseDay, requireData } from '@unifare/core'
import { institutions } from '@unifare/registry'
import type { ReadParty } from './reading.ts'

/** Public counts of the closed days, up to one of them. Throws `data.no-day`. */
export async function readStatistics(party: ReadParty, { to }: { readonly to?: Day }) {
  if (to !== undefined) parseDay(to)
  const all = institutions()
  const homes = new Map(all.map(({ id, city }) => [id, city]))
  const told = await party.read((tx) => figuresOf(tx, { homes, ...(to && { to }) }))
  const until = to === undefined ? 'yet' : `up to ${to}`
  requireData(told !== undefined, 'data.no-day', `no day is closed here ${until}`)
  const names = new Map(all.map(({ city, cityZh, cityEn }) => [city, { zh: cityZh, en: cityEn }]))
  const cities = told.cities.map((one) => ({ ...one, ...names.get(one.city) }))
  return { centre: party.centre, ...told, cities }
}
