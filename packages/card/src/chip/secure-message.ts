import { concat } from '@unifare/core'
import { sameMac } from '@unifare/crypto'
import { secureMessagingMac } from '../purse/purse-crypto.ts'
import { SW } from '../status-words.ts'
import {
  type Card,
  type CardCall,
  type CardKeyUse,
  type CardStep,
  findKey,
  refuse,
} from './card-state.ts'

const MAC_BYTES = 4
/** APPLICATION BLOCK and CARD BLOCK: nobody makes a card safe from them by wrong MACs. */
const BLOCKS: readonly number[] = [0x1e, 0x16]

/**
 * Wrong MACs after which a card says 6983 (a rule of our own): a stranger who guesses gets fifteen
 * of four thousand million tries. Under secure messaging they count for good, until the issuer
 * shows itself by EXTERNAL AUTHENTICATE. In purchases and loads they count while the card is in
 * the field: nobody kills a card by holding a reader to a pocket.
 */
export const WRONG_MACS_MAX = 15

/**
 * Takes a command under secure messaging (reference card 5.5): the MAC over header, Lc and data
 * must be right under a fresh challenge and the card's key for `use`. A challenge serves once.
 * `then` gets the data without its MAC.
 */
export function withSecureMessage(
  { card, command }: CardCall,
  use: CardKeyUse,
  then: (card: Card, data: Uint8Array) => CardStep,
): CardStep {
  const { cla, ins, p1, p2, data } = command
  if (data.length < MAC_BYTES) return refuse(card, SW.wrongLength)
  const { challenge } = card.session
  if (!challenge) return refuse(card, SW.noChallenge)
  const used = { ...card, session: { ...card.session, challenge: null } }
  const { memory } = card
  const key = findKey(memory, use)
  if (!key) return refuse(used, SW.conditions)
  if (memory.wrongMacs >= WRONG_MACS_MAX && !BLOCKS.includes(ins)) return refuse(used, SW.blocked)
  const content = data.slice(0, -MAC_BYTES)
  const message = concat(Uint8Array.of(cla, ins, p1, p2, data.length), content)
  const { algorithm } = key
  const expected = secureMessagingMac({ key: key.key, challenge, message, algorithm })
  if (!sameMac(expected, data.slice(-MAC_BYTES))) {
    const wrongMacs = memory.wrongMacs + 1
    return refuse({ ...used, memory: { ...memory, wrongMacs } }, SW.badSecureMac)
  }
  return then({ ...used, memory: { ...memory, wrongMacs: 0 } }, content)
}
