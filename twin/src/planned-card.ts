import { type CardSlot, createCardSlot, personalise } from '@unifare/card'
import { assert, type Fen } from '@unifare/core'
import type { NetworkKeys } from './keys.ts'
import { riderRandom } from './parties.ts'
import type { Plan } from './plan.ts'

/** A card of an issuer of the plan, in its holder's pocket. `holder` names its randomness. */
export async function newPlannedCard(
  { plan, keys }: { readonly plan: Plan; readonly keys: NetworkKeys },
  card: {
    readonly holder: string
    readonly issuer: string
    readonly number: string
    readonly balanceFen: Fen
  },
): Promise<CardSlot> {
  const issuer = plan.issuers.find(({ id }) => id === card.issuer)
  assert(issuer !== undefined, `${card.issuer} issues cards`)
  const { masters } = keys
  const made = await personalise({
    issuer: issuer.id,
    number: card.number,
    provinceCode: `${issuer.city.slice(0, 2)}00`,
    cityCode: issuer.city,
    validFrom: '20200101',
    validTo: '20401231',
    interoperable: true,
    balanceFen: card.balanceFen,
    keys: { store: keys.storeOf(Object.values(masters)), ...masters },
  })
  return createCardSlot({ card: made, random: riderRandom(plan, card.holder) })
}
