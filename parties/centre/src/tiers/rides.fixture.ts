import { UnifareError } from '@unifare/core'
import { type Tap } from '@unifare/tap'
import { expect } from 'vitest'
import { DAY } from '../clearing.fixture.ts'
import type { Statement } from '../statement.ts'
import { charges, days, statements } from '../tables.ts'
import {
  CITIES,
  type City,
  openTierNetwork,
  type TierNetwork,
  TOP_DOWN,
} from './network.fixture.ts'

/** One ride of every card on every bus: nine, numbered by card on every bus. */
export async function ridden(network: TierNetwork): Promise<void> {
  for (const city of CITIES) await broughtBy(network, city, CITIES)
}

/** Rides of cards on the bus of a city, all in one message of taps and one of charges. */
export async function broughtBy(
  network: TierNetwork,
  city: City,
  cards: readonly City[],
  changes: Partial<Tap> = {},
): Promise<readonly Tap[]> {
  const rides: Tap[] = []
  for (const card of cards) {
    rides.push(await network.ride(city, card, { amountFen: 137, ...changes }))
  }
  await network.taps(city, rides)
  await network.charges(
    city,
    rides.map((tap) => [tap]),
  )
  return rides
}

/** Charges with the centres that have them to clear, and what these say. */
export async function clearedBy(network: TierNetwork): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const id of TOP_DOWN) {
    const rows = await network.centreOf(id).read((tx) => tx.select(charges, {}))
    for (const { operator, number, verdict } of rows) {
      const name = `${operator}-${number}`
      expect(found[name], `${name} is cleared twice`).toBeUndefined()
      found[name] = `${id} ${verdict}`
    }
  }
  return found
}

export async function statementOf(network: TierNetwork, centre: string, member: string, day = DAY) {
  const [row] = await network.centreOf(centre).read((tx) => tx.get(statements, [{ day, member }]))
  return row?.statement as Statement
}

export const rootsOf = async (network: TierNetwork) =>
  Promise.all(
    TOP_DOWN.map(async (id) => {
      const rows = await network.centreOf(id).read((tx) => tx.select(days, {}))
      return rows.map(({ root }) => root)
    }),
  )

export const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof UnifareError ? error.code : error),
  )

/** The day as it closes when nothing goes wrong: made once, only read. */
let undisturbed: Promise<TierNetwork> | undefined
export function closedNetwork(): Promise<TierNetwork> {
  undisturbed ??= (async () => {
    const network = await openTierNetwork()
    await ridden(network)
    await network.close()
    return network
  })()
  return undisturbed
}
