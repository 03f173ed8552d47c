import { ascii, fromHex } from '@unifare/core'
import {
  CITY_REFS,
  cityUnionProfile,
  newCard,
  PIN_REFS,
  REFS,
  SM4_REFS,
  STORE,
} from '../src/card.fixture.ts'
import { createCard } from '../src/chip/card.ts'
import { cityUnionPurse } from '../src/chip/city-union-purse.ts'
import type { CardTarget } from './card-fuzz.ts'

/** Name and FCI of a third scheme's application that a card may carry. */
const FOREIGN = { name: ascii('PAY.SZT'), fci: fromHex('6F0984075041592E535A54') }
const PIN = { value: fromHex('123456'), tries: 3, forLoad: true }

/**
 * One card of every kind: both key systems, both ciphers, with a PIN, as a phone holds it, beside
 * a third scheme, and one whose counter is about to end.
 */
export async function cardTargets(): Promise<CardTarget[]> {
  const dual = await newCard({ cityUnion: cityUnionProfile() })
  const all = { store: STORE, ...REFS, ...PIN_REFS }
  const worn = (await newCard()).memory
  const city = { ...cityUnionProfile(), keys: { store: STORE, ...CITY_REFS } }
  return [
    { name: 'T-Union', card: await newCard({ foreign: [FOREIGN] }), purseAt: 0 },
    { name: 'dual, T-Union purse', card: dual, purseAt: 0 },
    { name: 'dual, city-union purse', card: dual, purseAt: 1 },
    { name: 'city union', card: createCard(await cityUnionPurse(city)), purseAt: 0 },
    { name: 'SM4', card: await newCard({ keys: { store: STORE, ...SM4_REFS } }), purseAt: 0 },
    { name: 'PIN', card: await newCard({ pin: PIN, keys: all }), purseAt: 0 },
    {
      name: 'phone',
      card: await newCard({ aidSuffix: fromHex('10009156000014A1') }),
      purseAt: 0,
    },
    {
      name: 'counter near its end',
      card: createCard({ ...worn, offlineNumber: 0xfff0, onlineNumber: 0xfff0 }),
      purseAt: 0,
    },
  ]
}
