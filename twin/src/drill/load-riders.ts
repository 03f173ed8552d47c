import { type CardSlot, readCard } from '@unifare/card'
import { assert, canonicalJson, type Fen, fromHex, utf8 } from '@unifare/core'
import { createWallet, type Wallet } from '@unifare/rider'
import { exchange } from '@unifare/tap'
import { riderRandom } from '../parties.ts'
import { issueDrillCards } from './drill-cards.ts'
import type { DrillNetwork } from './drill-network.ts'

export const RIDERS = 8
export const CARD_FEN = 1_000
export const CASH_FEN = 200_000
export const BANK_FEN = 200_000

/** An order that the rider's bank pays and the next reader writes. */
export interface PhoneOrder {
  readonly order: string
  readonly amountFen: Fen
}

export interface Rider {
  readonly number: string
  readonly card: CardSlot
  readonly wallet: Wallet
  /** Orders of the phone that are not over. */
  phone: readonly PhoneOrder[]
  /** Whether the rider wants the money of the card back, and has it. */
  leaving: 'no' | 'wants' | 'gone'
}

/** Riders with a card, a phone, cash and money at the bank. */
export async function newRiders(network: DrillNetwork): Promise<Rider[]> {
  const { plan, keys, engine, link } = network
  const cards = await issueDrillCards(network, { count: RIDERS, balanceFen: CARD_FEN })
  const [issuer] = plan.issuers
  assert(issuer !== undefined, 'the drill has an issuer')
  return Promise.all(
    cards.map(async (card, index): Promise<Rider> => {
      const wallet = createWallet({
        issuer: issuer.id,
        issuerKey: keys.link.publicKey(issuer.id),
        link,
        engine,
        random: riderRandom(plan, `wallet-${index}`),
        now: () => network.clock.now(),
      })
      await wallet.open()
      await wallet.authorise({ channel: 'simulated', limitFen: 100_000, sources: ['balance'] })
      network.issuer().bank.fund(wallet.state().account, BANK_FEN)
      const read = await readCard(card)
      assert(read.ok, 'a new card can be read')
      return { number: read.view.number, card, wallet, phone: [], leaving: 'no' }
    }),
  )
}

/** The rider's phone orders and the issuer asks the bank; both again, until it is known. */
export async function orderByPhone(
  network: DrillNetwork,
  rider: Rider,
  { order, amountFen }: PhoneOrder,
): Promise<void> {
  const { engine, link, keys, clock } = network
  const { linkKey, issuer } = rider.wallet.state()
  const body = { do: 'load-request', way: 'next-reader', order, card: rider.number, amountFen }
  const self = {
    id: `rider-${linkKey.publicKey}`,
    sign: async (message: Uint8Array) => engine.ed25519Sign(fromHex(linkKey.privateKey), message),
    publicKeyOf: async () => keys.link.publicKey(issuer),
    engine,
    now: () => clock.now(),
  }
  await exchange(link, self, { receiver: issuer, kind: 'order', body: utf8(canonicalJson(body)) })
  await network.issuer().issuer.payLoads()
}

/** What the phone shows: orders that are over are forgotten. */
export async function lookAtPhone(rider: Rider): Promise<void> {
  const view = (await rider.wallet.look()) as {
    readonly orders: readonly { readonly order: string; readonly state: string }[]
  }
  const over = new Set(
    view.orders
      .filter(({ state }) => state === 'CONFIRMED' || state === 'REVERSED')
      .map(({ order }) => order),
  )
  rider.phone = rider.phone.filter(({ order }) => !over.has(order))
}
