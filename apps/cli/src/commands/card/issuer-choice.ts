import { UnifareError } from '@unifare/core'
import { type Institution, institutions, type Mode } from '@unifare/registry'

/** An institution of the demonstration that issues cards, with its block of numbers. */
export type Issuer = Institution & { readonly iin: string }

/** Issuer of a city by its name in either language, its city code or its institution code. */
export function issuerOf(asked: string): Issuer {
  const wanted = asked.trim().toLowerCase()
  const issuers = institutions().filter(
    (one): one is Issuer => one.role === 'issuer' && one.iin !== undefined,
  )
  const names = ({ id, city, cityZh, cityEn }: Issuer) =>
    [id, city, cityZh, cityZh.replace(/市$/, ''), cityEn].map((name) => name.toLowerCase())
  const found = issuers.find((one) => names(one).includes(wanted))
  if (found) return found
  const cities = issuers.map(({ cityEn, cityZh }) => `${cityEn} ${cityZh}`).join(', ')
  throw new UnifareError(
    'card.unknown-city',
    `no issuer of the demonstration in "${asked}"; there are: ${cities}`,
  )
}

/** Operator that runs a mode in a city, or elsewhere where the city has none. */
export function operatorOf(city: string, mode: Mode): Institution {
  const able = institutions().filter((one) => one.role === 'operator' && one.modes.includes(mode))
  const found = able.find((one) => one.city === city) ?? able[0]
  if (found) return found
  throw new UnifareError('card.unknown-city', `nobody in the demonstration runs ${mode}`)
}
