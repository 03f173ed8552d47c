import { concat, equalBytes } from '@unifare/core'
import { sameMac, sm4Decrypt, tdesDecrypt } from '@unifare/crypto'
import { ALGORITHM_3DES, mac4, tacMacKey } from '../purse/purse-crypto.ts'
import { SW } from '../status-words.ts'
import {
  type Card,
  type CardCall,
  type CardKey,
  type CardPin,
  type CardStep,
  findKey,
  refuse,
  reply,
} from './card-state.ts'
import { withSecureMessage } from './secure-message.ts'

const PIN_MIN = 2
const PIN_MAX = 6
const SEPARATOR = 0xff
const MAC_BYTES = 4

/** VERIFY PIN. A wrong one answers 63Cx with the tries that are left, none left answers 6983. */
export function verifyPin({ card, command }: CardCall): CardStep {
  const { p1, p2, data } = command
  if (p1 !== 0x00 || p2 !== 0x00) return refuse(card, SW.wrongParameters)
  const pin = card.memory.pin
  if (!pin) return refuse(card, SW.wrongReference)
  const checked = checkPin(card, pin, data)
  if (typeof checked !== 'number') return reply(checked)
  return refuse(withPin(card, pin, checked), pinStatus(checked))
}

/** CHANGE PIN: old PIN, FF, new PIN. RELOAD PIN: new PIN with a MAC under the issuer's key. */
export function setPin(call: CardCall): CardStep {
  const { p1, p2 } = call.command
  if (p2 !== 0x00) return refuse(call.card, SW.wrongParameters)
  if (p1 === 0x01) return changePin(call)
  return p1 === 0x00 ? reloadPin(call) : refuse(call.card, SW.wrongParameters)
}

function changePin({ card, command }: CardCall): CardStep {
  const pin = card.memory.pin
  if (!pin) return refuse(card, SW.wrongReference)
  const { data } = command
  const at = data.indexOf(SEPARATOR)
  const next = data.slice(at + 1)
  if (at < 0 || !isPin(next)) return refuse(card, SW.badData)
  const checked = checkPin(card, pin, data.slice(0, at))
  if (typeof checked === 'number') return refuse(withPin(card, pin, checked), pinStatus(checked))
  return reply(withPin(checked, { ...pin, value: next }, pin.triesMax))
}

/** MAC of RELOAD PIN: over the new PIN, under both halves of the key added (under SM4, ours, the key). */
function reloadPin({ card, command }: CardCall): CardStep {
  const pin = card.memory.pin
  const key = findKey(card.memory, 'pin-reload')
  if (!pin || !key) return refuse(card, SW.wrongReference)
  const next = command.data.slice(0, -MAC_BYTES)
  if (!isPin(next)) return refuse(card, SW.badData)
  const macKey = key.algorithm === ALGORITHM_3DES ? tacMacKey(key.key) : key.key
  if (!sameMac(mac4(macKey, next), command.data.slice(-MAC_BYTES))) return refuse(card, SW.badMac)
  return reply(withPin(card, { ...pin, value: next }, pin.triesMax))
}

/** PIN UNBLOCK: the encrypted PIN under secure messaging; gives all tries back. */
export function unblockPin(call: CardCall): CardStep {
  const { p1, p2 } = call.command
  if (p1 !== 0x00 || p2 !== 0x01) return refuse(call.card, SW.wrongParameters)
  const { pin } = call.card.memory
  const key = findKey(call.card.memory, 'pin-unblock')
  if (!pin || !key) return refuse(call.card, SW.wrongReference)
  return withSecureMessage(call, 'pin-unblock', (card, data) => {
    const value = decrypted(key, data)
    if (!value || !equalBytes(value, pin.value)) return refuse(card, SW.badData)
    return reply(withPin(card, pin, pin.triesMax))
  })
}

/** An encrypted data field: length byte and data, padded to whole blocks (reference card 5.5). */
function decrypted({ algorithm, key }: CardKey, data: Uint8Array): Uint8Array | undefined {
  const des = algorithm === ALGORITHM_3DES
  if (data.length === 0 || data.length % (des ? 8 : 16) !== 0) return undefined
  const plain = des ? tdesDecrypt(key, data) : sm4Decrypt(key, data)
  const length = plain[0] ?? 0
  return length < plain.length ? plain.slice(1, 1 + length) : undefined
}

/** The card with the PIN shown, or the tries that are left. */
function checkPin(card: Card, pin: CardPin, shown: Uint8Array): Card | number {
  if (pin.triesLeft === 0) return 0
  if (!equalBytes(shown, pin.value)) return pin.triesLeft - 1
  const known = withPin(card, pin, pin.triesMax)
  return { ...known, session: { ...known.session, verified: true } }
}

function withPin(card: Card, pin: CardPin, triesLeft: number): Card {
  return { ...card, memory: { ...card.memory, pin: { ...pin, triesLeft } } }
}

function pinStatus(triesLeft: number): number {
  return triesLeft === 0 ? SW.blocked : SW.pinWrong + triesLeft
}

/** Whether bytes can be a PIN: 2 to 6, none of which is the separator of CHANGE PIN. */
export function isPin(value: Uint8Array): boolean {
  return value.length >= PIN_MIN && value.length <= PIN_MAX && !value.includes(SEPARATOR)
}

/** Data field of PIN UNBLOCK before its encryption: length, PIN, 80 00.. to a whole block. */
export function pinBlock(pin: Uint8Array, blockBytes: number): Uint8Array {
  const plain = concat(Uint8Array.of(pin.length), pin, Uint8Array.of(0x80))
  const block = new Uint8Array(Math.ceil(plain.length / blockBytes) * blockBytes)
  block.set(plain)
  return block
}
