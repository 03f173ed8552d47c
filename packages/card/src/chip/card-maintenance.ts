import { concat } from '@unifare/core'
import { sameMac } from '@unifare/crypto'
import { secureMessagingMac } from '../purse/purse-crypto.ts'
import { SW } from '../status-words.ts'
import { readU16 } from '../words.ts'
import {
  type Card,
  type CardCall,
  type CardStep,
  findKey,
  refuse,
  reply,
  wrongLe,
} from './card-state.ts'

const MAC_BYTES = 4
const PROVE_ANSWER = 8

/** GET CHALLENGE, 4 or 8 bytes; 4 when Le is left out. */
export function getChallenge({ card, command, random }: CardCall): CardStep {
  if (command.p1 !== 0x00 || command.p2 !== 0x00) return refuse(card, SW.wrongParameters)
  const length = command.le === undefined || command.le === 256 ? 4 : command.le
  if (length !== 4 && length !== 8) return refuse(card, SW.wrongLength)
  const challenge = random(length)
  return reply({ ...card, session: { ...card.session, challenge } }, challenge)
}

/**
 * GET TRANSACTION PROVE. The answer stays until the next INIT that succeeds: a second loss of
 * the field while it is read does not lose it (reference card 6.4).
 */
export function getProof({ card, command }: CardCall): CardStep {
  if (command.p1 !== 0x00) return refuse(card, SW.wrongParameters)
  if (command.data.length !== 2) return refuse(card, SW.wrongLength)
  const bad = wrongLe(command, PROVE_ANSWER)
  if (bad) return refuse(card, bad)
  const { proof } = card.memory
  if (!proof) return refuse(card, SW.conditions)
  const asked = proof.type === command.p2 && proof.number === readU16(command.data)
  return asked ? reply(card, concat(proof.mac2, proof.tac)) : refuse(card, SW.noProof)
}

/** APPLICATION BLOCK: P2 00 for a time, 01 for ever. */
export function blockApplication(call: CardCall): CardStep {
  const { p1, p2 } = call.command
  if (p1 !== 0x00 || p2 > 0x01) return refuse(call.card, SW.wrongParameters)
  return authorised(call, p2 === 0x01 ? 'permanent' : 'temporary')
}

/** APPLICATION UNBLOCK, of a temporary block. */
export function unblockApplication(call: CardCall): CardStep {
  const { p1, p2 } = call.command
  if (p1 !== 0x00 || p2 !== 0x00) return refuse(call.card, SW.wrongParameters)
  return authorised(call, 'none')
}

/** Sets the lock when the secure messaging MAC over the header is right. A challenge serves once. */
function authorised({ card, command }: CardCall, lock: Card['memory']['lock']): CardStep {
  const { cla, ins, p1, p2, data } = command
  if (data.length !== MAC_BYTES) return refuse(card, SW.wrongLength)
  const { challenge } = card.session
  if (!challenge) return refuse(card, SW.noChallenge)
  const used = { ...card, session: { ...card.session, challenge: null } }
  const key = findKey(card.memory, 'maintenance')
  if (!key) return refuse(used, SW.conditions)
  const message = Uint8Array.of(cla, ins, p1, p2, MAC_BYTES)
  const expected = secureMessagingMac({ key: key.key, challenge, message })
  if (!sameMac(expected, data)) return refuse(used, SW.badSecureMac)
  return reply({ ...used, memory: { ...card.memory, lock } })
}
