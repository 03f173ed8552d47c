import { concat } from '@unifare/core'
import { sameMac, sm4Encrypt, tdesEncrypt } from '@unifare/crypto'
import { ALGORITHM_3DES } from '../purse/purse-crypto.ts'
import { SW } from '../status-words.ts'
import { readU16 } from '../words.ts'
import {
  type CardCall,
  type CardKey,
  type CardMemory,
  type CardStep,
  findKey,
  refuse,
  reply,
  wrongLe,
} from './card-state.ts'
import { withSecureMessage } from './secure-message.ts'

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
  return setLock(call, p2 === 0x01 ? 'permanent' : 'temporary')
}

/** APPLICATION UNBLOCK, of a temporary block. */
export function unblockApplication(call: CardCall): CardStep {
  const { p1, p2 } = call.command
  if (p1 !== 0x00 || p2 !== 0x00) return refuse(call.card, SW.wrongParameters)
  return setLock(call, 'none')
}

/** CARD BLOCK: everything on the card, for ever. */
export function blockCard(call: CardCall): CardStep {
  const { p1, p2 } = call.command
  if (p1 !== 0x00 || p2 !== 0x00) return refuse(call.card, SW.wrongParameters)
  return setLock(call, 'card')
}

function setLock(call: CardCall, lock: CardMemory['lock']): CardStep {
  if (call.command.data.length !== 4) return refuse(call.card, SW.wrongLength)
  return withSecureMessage(call, 'maintenance', (card) =>
    reply({ ...card, memory: { ...card.memory, lock } }),
  )
}

/**
 * EXTERNAL AUTHENTICATE: the challenge, encrypted under the key with index P2, in one block of
 * its cipher. Opens APPEND RECORD without secure messaging until the next SELECT, and forgets
 * wrong MACs.
 */
export function externalAuthenticate({ card, command }: CardCall): CardStep {
  const { challenge } = card.session
  const used = { ...card, session: { ...card.session, challenge: null, authenticated: false } }
  if (command.p1 !== 0x00) return refuse(used, SW.wrongParameters)
  const key = findKey(card.memory, 'external-auth', command.p2)
  if (!key) return refuse(used, SW.wrongReference)
  if (!challenge) return refuse(used, SW.noChallenge)
  const block = new Uint8Array(blockBytes(key))
  if (command.data.length !== block.length) return refuse(used, SW.wrongLength)
  block.set(challenge)
  if (!sameMac(encrypted(key, block), command.data)) return refuse(used, SW.security)
  const session = { ...used.session, authenticated: true }
  return reply({ memory: { ...card.memory, wrongMacs: 0 }, session })
}

/**
 * INTERNAL AUTHENTICATE: the card proves itself over a block of the reader. It has a key of its
 * own for this: under the one of EXTERNAL AUTHENTICATE it would answer its own challenge.
 */
export function internalAuthenticate({ card, command }: CardCall): CardStep {
  if (command.p1 !== 0x00) return refuse(card, SW.wrongParameters)
  const key = findKey(card.memory, 'internal-auth', command.p2)
  if (!key) return refuse(card, SW.wrongReference)
  if (command.data.length !== blockBytes(key)) return refuse(card, SW.wrongLength)
  const bad = wrongLe(command, command.data.length)
  return bad ? refuse(card, bad) : reply(card, encrypted(key, command.data))
}

function blockBytes({ algorithm }: CardKey): number {
  return algorithm === ALGORITHM_3DES ? 8 : 16
}

function encrypted({ algorithm, key }: CardKey, block: Uint8Array): Uint8Array {
  return algorithm === ALGORITHM_3DES ? tdesEncrypt(key, block) : sm4Encrypt(key, block)
}

/** GET DATA of a city-union purse: the chip number. T-Union purses have none. */
export function getUid({ card, command }: CardCall): CardStep {
  const { uid } = card.memory
  if (command.p1 !== 0x00 || command.p2 !== 0x00 || uid.length === 0) {
    return refuse(card, SW.wrongReference)
  }
  const bad = wrongLe(command, uid.length)
  return bad ? refuse(card, bad) : reply(card, uid)
}
