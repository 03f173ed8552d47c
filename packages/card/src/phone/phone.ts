import { concat, equalBytes } from '@unifare/core'
import { p256KeyPair, type RandomBytes } from '@unifare/crypto'
import { answerBytes, type Command, parseAnswer, parseCommand } from '../apdu.ts'
import { PPSE } from '../chip/applications.ts'
import { createCard, transmit } from '../chip/card.ts'
import type { Card } from '../chip/card-state.ts'
import { SW } from '../status-words.ts'
import { findTlv, parseTlv, tlv } from '../tlv.ts'
import {
  type InstanceState,
  NOTHING_SELECTED,
  type Phone,
  type PhoneInstance,
  type PhoneStep,
} from './phone-state.ts'

/** A phone without cards; its device key (P-256) is made here and now, on the device. */
export function createPhone(random: RandomBytes): Phone {
  const deviceKey = p256KeyPair(random)
  return { deviceKey, instances: [], staged: null, session: NOTHING_SELECTED }
}

/** The phone after loss of the field: whatever a reader had selected or opened is gone. */
export function resetPhone(phone: Phone): Phone {
  return { ...phone, session: NOTHING_SELECTED }
}

/**
 * One command of a reader to the phone. SELECT by the 8-byte name finds the active instance that
 * its holder prefers, the whole 16-byte name finds that instance; the directory lists the active
 * ones. A suspended instance answers 6A81, one that is moved, ended or not yet switched on is not
 * there. Answers any bytes and never throws. Management is not reachable from the field.
 */
export function transmitPhone(phone: Phone, apdu: Uint8Array, random: RandomBytes): PhoneStep {
  const command = parseCommand(apdu)
  if (command !== undefined && command.cla === 0x00 && command.ins === 0xa4) {
    return select(phone, { apdu, command, random })
  }
  const { aid, card: session } = phone.session
  const instance = aid && phone.instances.find((one) => equalBytes(one.aid, aid))
  if (!instance?.memory || !session) {
    // A card that has nothing selected knows the right refusal of every command.
    return { phone, response: refusalOfNothing(apdu, random) }
  }
  return within(phone, instance, transmit({ memory: instance.memory, session }, apdu, random))
}

interface Selection {
  readonly apdu: Uint8Array
  readonly command: Command
  readonly random: RandomBytes
}

function select(phone: Phone, { apdu, command, random }: Selection): PhoneStep {
  const out = resetPhone(phone)
  const tried = (state: InstanceState) =>
    phone.instances.flatMap((instance) => {
      if (instance.state !== state || !instance.memory) return []
      const step = transmit(createCard(instance.memory), apdu, random)
      return [{ instance, step, answer: parseAnswer(step.response) }]
    })
  const active = tried('active')
  const found = active.find(({ answer }) => answer?.sw !== SW.noFile)
  if (found) {
    const { phone: next, response } = within(out, found.instance, found.step)
    const lists = equalBytes(command.data, PPSE) && found.answer?.sw === SW.ok
    return { phone: next, response: lists ? directory(active) : response }
  }
  const suspended = tried('suspended').some(
    ({ answer }) => answer?.sw !== SW.noFile && !equalBytes(command.data, PPSE),
  )
  return { phone: out, response: answerBytes(suspended ? SW.locked : SW.noFile) }
}

/** The entries of all active instances; the cash face, which all share by name, stands once. */
function directory(
  active: readonly { readonly step: { readonly response: Uint8Array } }[],
): Uint8Array {
  const entries = new Map<string, Uint8Array>()
  for (const { step } of active) {
    const list = findTlv(step.response.slice(0, -2), 0xbf0c)
    for (const { tag, value } of list ? parseTlv(list) : []) {
      const name = findTlv(value, 0x4f)
      if (tag === 0x61 && name) entries.set(name.join(), tlv(0x61, value))
    }
  }
  const fci = tlv(0x6f, tlv(0x84, PPSE), tlv(0xa5, tlv(0xbf0c, concat(...entries.values()))))
  return answerBytes(SW.ok, fci)
}

/** Puts the card that follows a command back into its instance. */
function within(
  phone: Phone,
  instance: PhoneInstance,
  { card, response }: { readonly card: Card; readonly response: Uint8Array },
): PhoneStep {
  const session = { aid: instance.aid, card: card.session }
  if (card.memory === instance.memory) return { phone: { ...phone, session }, response }
  return {
    phone: withInstance({ ...phone, session }, { ...instance, memory: card.memory }),
    response,
  }
}

/** The phone with this instance in the place of the one of its name, or as the last one. */
export function withInstance(phone: Phone, instance: PhoneInstance): Phone {
  const at = phone.instances.findIndex(({ aid }) => equalBytes(aid, instance.aid))
  const instances = at < 0 ? [...phone.instances, instance] : phone.instances.with(at, instance)
  return { ...phone, instances }
}

function refusalOfNothing(apdu: Uint8Array, random: RandomBytes): Uint8Array {
  return transmit(NO_CARD, apdu, random).response
}

/** A card that nobody selected and that holds nothing: it only refuses. */
const NO_CARD = createCard({
  aid: new Uint8Array(0),
  scheme: 'mot',
  lock: 'none',
  balanceFen: 0,
  balanceLimitFen: 0,
  overdraftFen: 0,
  pin: null,
  loadNeedsPin: false,
  wrongMacs: 0,
  uid: new Uint8Array(0),
  offlineNumber: 0,
  onlineNumber: 0,
  binaries: {},
  cyclic: {},
  variable: {},
  keys: [],
  proof: null,
  cash: false,
  others: [],
  foreign: [],
})
