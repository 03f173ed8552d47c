import {
  type CardProfile,
  type CardSlot,
  type CityUnionProfile,
  cityUnionPurse,
  createCard,
  createCardSlot,
  personalise,
  readCard,
} from '@unifare/card'
import { createSeededRandom } from '@unifare/core'
import { createSoftwareKeyStore, type KeyRef, type KeyUse } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'

/** Cards of every kind and the keys behind them; institutions made up. */

const CENTRE = '10000000'
/** From Guangzhou: a visitor of Wuhan. */
export const VISITOR = '02205810'
export const NUMBER = '3120000001000000017'

const random = createSeededRandom('cards fixture')

const master = (use: KeyUse, index: number): KeyRef => ({
  scheme: 'mot',
  issuer: CENTRE,
  use,
  index,
  version: 1,
  algorithm: '3des',
})
export const MASTERS = {
  purchase: master('purchase', 1),
  load: master('load', 1),
  tac: master('tac', 0),
  maintenance: master('maintenance', 1),
}
/** The same uses in the key system of the city union. */
export const CITY_MASTERS = {
  purchase: { ...MASTERS.purchase, scheme: 'mohurd' },
  load: { ...MASTERS.load, scheme: 'mohurd' },
  tac: { ...MASTERS.tac, scheme: 'mohurd' },
  maintenance: { ...MASTERS.maintenance, scheme: 'mohurd' },
} as const satisfies Record<string, KeyRef>
export const STORE = createSoftwareKeyStore({
  engine: nodeEngine(),
  random: (length) => random.fork('store').bytes(length),
  keys: [...Object.values(MASTERS), ...Object.values(CITY_MASTERS)].map((ref) => ({
    ref,
    material: random.fork(`${ref.scheme} ${ref.use}`).bytes(16),
  })),
})

/** A visitor's card with 50 yuan. */
export async function newCard(changes: Partial<CardProfile> = {}): Promise<CardSlot> {
  const card = await personalise({
    issuer: VISITOR,
    number: NUMBER,
    provinceCode: '5810',
    cityCode: '5810',
    validFrom: '20200101',
    validTo: '20401231',
    interoperable: true,
    balanceFen: 5_000,
    keys: { store: STORE, ...MASTERS },
    ...changes,
  })
  const stream = random.fork(`card ${changes.number ?? NUMBER}`)
  return createCardSlot({ card, random: (length) => stream.bytes(length) })
}

/** Issuer and city of the city cards of Wuhan, as a tap names them. */
export const CITY_ISSUER = '37004300'

/** A city-union purse of Wuhan with 30 yuan. */
export function cityProfile(changes: Partial<CityUnionProfile> = {}): CityUnionProfile {
  return {
    issuer: CITY_ISSUER.slice(0, 4),
    city: CITY_ISSUER.slice(4),
    serial: '0000000000000042',
    validFrom: '20200101',
    validTo: '20401231',
    balanceFen: 3_000,
    uid: Uint8Array.from({ length: 9 }, (_, i) => i + 1),
    keys: { store: STORE, ...CITY_MASTERS },
    ...changes,
  }
}

/** A card with a city-union purse and nothing else. */
export async function newCityCard(changes: Partial<CityUnionProfile> = {}): Promise<CardSlot> {
  const card = createCard(await cityUnionPurse(cityProfile(changes)))
  const stream = random.fork('city card')
  return createCardSlot({ card, random: (length) => stream.bytes(length) })
}

/** A card as any reader finds it in a new presentation, with all its travel records. */
export async function viewOf(slot: CardSlot, scheme: 'mot' | 'mohurd' = 'mot') {
  slot.reset()
  const read = await readCard(slot, {
    scheme,
    records: ['rail', 'bus', 'water', 'taxi', 'rental', 'bicycle'],
  })
  if (!read.ok) throw new Error(read.code)
  return read.view
}
