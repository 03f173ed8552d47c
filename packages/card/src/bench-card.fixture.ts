import { concat, fromHex, toHex } from '@unifare/core'
import { countingRandom, initApdu, newCard } from './card.fixture.ts'
import { createCard, resetCard, transmit } from './chip/card.ts'
import type { Card, CardKeyUse, CardMemory } from './chip/card-state.ts'
import { purchaseMac1, purchaseSessionKey } from './purse/purse-crypto.ts'

export const SELECT = '00A4040008A000000632010105'
export const RAIL = `27017D010100${'11'.repeat(122)}`
export const TRIP = '06'.repeat(48)
export const CACHE_RAIL = `80DC01D080${RAIL}`
export const CACHE_TRIP = `80DC00F030${TRIP}`
export const DATE_TIME = '20261121083000'
export const TERMINAL_SERIAL = 7

/** What MAC1 and TAC of a purchase of these tests cover. */
export function termsOf(amountFen: number, type: number) {
  return { amountFen, type, terminal: fromHex('413100000042'), dateTime: fromHex(DATE_TIME) }
}

/** A selected card on the bench: commands in hexadecimal, its keys at hand. */
export interface BenchCard {
  /** Sends a command; the answer as hexadecimal. */
  send(apdu: string | Uint8Array): string
  card(): Card
  memory(): CardMemory
  key(use: CardKeyUse): Uint8Array
  /** Loss of the field. */
  lose(): void
  /** Another memory, selected again. */
  patch(changes: Partial<CardMemory>): void
  /** Session key for the answer of an INIT. */
  sessionKey(init: string): Uint8Array
  /** DEBIT for the answer of an INIT, as a terminal with the right key makes it. */
  debit(init: string, terms?: { readonly amountFen?: number; readonly type?: number }): Uint8Array
  /** A whole composite purchase. */
  purchase(amountFen?: number): string
}

export async function benchCard(): Promise<BenchCard> {
  const random = countingRandom()
  let card = await newCard()
  const key: BenchCard['key'] = (use) => card.memory.keys.find((held) => held.use === use)!.key
  const bench: BenchCard = {
    key,
    send(apdu) {
      const step = transmit(card, typeof apdu === 'string' ? fromHex(apdu) : apdu, random)
      card = step.card
      return toHex(step.response)
    },
    card: () => card,
    memory: () => card.memory,
    lose() {
      card = resetCard(card)
    },
    patch(changes) {
      card = createCard({ ...card.memory, ...changes })
      bench.send(SELECT)
    },
    sessionKey(init) {
      const answer = fromHex(init)
      const offlineNumber = (answer[4]! << 8) | answer[5]!
      const session = { random: answer.slice(11, 15), offlineNumber }
      return purchaseSessionKey(key('purchase'), { ...session, terminalSerial: TERMINAL_SERIAL })
    },
    debit(init, { amountFen = 200, type = 9 } = {}) {
      const mac1 = purchaseMac1(bench.sessionKey(init), termsOf(amountFen, type))
      return concat(fromHex(`805401000F00000007${DATE_TIME}`), mac1, Uint8Array.of(8))
    },
    purchase(amountFen = 200) {
      const init = bench.send(initApdu(0x03, amountFen))
      bench.send(CACHE_RAIL)
      bench.send(CACHE_TRIP)
      return bench.send(bench.debit(init, { amountFen }))
    },
  }
  bench.send(SELECT)
  return bench
}
