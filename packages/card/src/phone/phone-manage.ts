import { concat, equalBytes } from '@unifare/core'
import { ed25519Verify, p256Sign, sameMac } from '@unifare/crypto'
import { answerBytes, type Command, parseCommand } from '../apdu.ts'
import { PURSE_AID } from '../chip/applications.ts'
import { SW } from '../status-words.ts'
import { readU16, u16 } from '../words.ts'
import { withInstance } from './phone.ts'
import { afterScript, personalised } from './phone-script.ts'
import {
  type InstanceState,
  NOTHING_SELECTED,
  type Phone,
  type PhoneInstance,
  type PhoneStep,
} from './phone-state.ts'
import {
  AID_BYTES,
  decodeOpening,
  HEADER,
  MAC_BYTES,
  openingSigned,
  openStep,
  proofSigned,
  type ScriptKeys,
  type ScriptOpening,
  STATEMENT_BYTES_MAX,
  scriptKeys,
  stepMac,
} from './phone-wire.ts'

const KEY_BYTES = 32
/** What a phone has room for, and what one directory can list. */
const INSTANCES_MAX = 6
/** Bytes of a receipt that one answer carries. */
export const RECEIPT_CHUNK = 240

/** States in which an instance has room for a card: never had one, or has none any more. */
const ROOM = ['installed', 'moved', 'terminated'] as const satisfies readonly InstanceState[]

type Manage = (phone: Phone, command: Command) => PhoneStep

const COMMANDS: Readonly<Record<number, Manage>> = {
  [HEADER.install >>> 16]: install,
  [HEADER.open >>> 16]: open,
  [HEADER.store >>> 16]: store,
  [HEADER.activate >>> 16]: setStatus,
  [HEADER.deviceKey >>> 16]: (phone) => answer(phone, SW.ok, phone.deviceKey.publicKey),
  [HEADER.prove >>> 16]: prove,
  [HEADER.receipt >>> 16]: receipt,
}

/**
 * One command of the wallet app to the phone's secure element, never of a reader: room for an
 * instance, the issuer's scripts, switching on and off, receipts. Answers any bytes and never
 * throws; a script that is replayed, reordered, cut short or changed changes nothing that a
 * reader sees.
 */
export function managePhone(phone: Phone, apdu: Uint8Array): PhoneStep {
  const command = parseCommand(apdu)
  if (!command) return answer(phone, SW.wrongLength)
  const run = COMMANDS[(command.cla << 8) | command.ins]
  return run ? run(phone, command) : answer(phone, SW.unknownInstruction)
}

function answer(phone: Phone, sw: number, data?: Uint8Array): PhoneStep {
  return { phone, response: answerBytes(sw, data) }
}

function instanceOf({ instances }: Phone, aid: Uint8Array): PhoneInstance | undefined {
  return instances.find((instance) => equalBytes(instance.aid, aid))
}

/** INSTALL: whole name and issuer's key. The same again changes nothing. */
function install(phone: Phone, { data }: Command): PhoneStep {
  if (data.length !== AID_BYTES + KEY_BYTES) return answer(phone, SW.wrongLength)
  const aid = data.slice(0, AID_BYTES)
  const issuerKey = data.slice(AID_BYTES)
  if (!equalBytes(aid.slice(0, PURSE_AID.length), PURSE_AID)) return answer(phone, SW.badData)
  const known = instanceOf(phone, aid)
  if (known) return answer(phone, equalBytes(known.issuerKey, issuerKey) ? SW.ok : SW.conditions)
  if (phone.instances.length >= INSTANCES_MAX) return answer(phone, SW.tooLong)
  const fresh = { memory: null, receipt: new Uint8Array(0), script: 0 }
  return answer(withInstance(phone, { aid, issuerKey, state: 'installed', ...fresh }), SW.ok)
}

/**
 * OPEN: the issuer's signed word for this device and instance. Answers the step that is waited
 * for: behind the last one when the script was carried out before, somewhere within when it was
 * cut off. A number below the last one is refused.
 */
function open(phone: Phone, { data }: Command): PhoneStep {
  const decoded = decodeOpening(data)
  if (!decoded) return answer(phone, SW.wrongLength)
  const { opening, signature } = decoded
  const instance = instanceOf(phone, opening.aid)
  if (!instance) return answer(phone, SW.noFile)
  const signed = openingSigned(opening, phone.deviceKey.publicKey)
  if (!ed25519Verify(instance.issuerKey, signed, signature)) return answer(phone, SW.security)
  if (opening.script < instance.script) return answer(phone, SW.conditions)
  if (opening.script === instance.script) return answer(phone, SW.ok, u16(opening.steps))
  return opening.kind === 'personalise'
    ? stage(phone, { instance, opening, bytes: data })
    : settle(phone, afterScript(phone, instance, opening), u16(opening.steps))
}

interface Staging {
  readonly instance: PhoneInstance
  readonly opening: ScriptOpening
  readonly bytes: Uint8Array
}

function stage(phone: Phone, { instance, opening, bytes }: Staging): PhoneStep {
  const { staged } = phone
  if (staged && equalBytes(staged.opening, bytes)) return answer(phone, SW.ok, u16(staged.next))
  const open = staged && decodeOpening(staged.opening)?.opening
  if (open && open.script > opening.script) return answer(phone, SW.conditions)
  if (!ROOM.some((state) => state === instance.state)) return answer(phone, SW.conditions)
  const keys = opening.steps > 0 ? keysOf(phone, bytes) : undefined
  if (!keys) return answer(phone, SW.badData)
  const begun = { ...keys, opening: bytes, next: 0, content: new Uint8Array(0) }
  return answer({ ...phone, staged: begun }, SW.ok, u16(0))
}

/** STORE: the next step. The one before once more is answered like the first time. */
function store(phone: Phone, { p1, p2, data }: Command): PhoneStep {
  const { staged } = phone
  const opening = staged && decodeOpening(staged.opening)?.opening
  if (!staged || !opening) return answer(phone, SW.conditions)
  if (data.length < MAC_BYTES) return answer(phone, SW.wrongLength)
  const index = (p1 << 8) | p2
  const sealed = data.slice(0, -MAC_BYTES)
  const mac = data.slice(-MAC_BYTES)
  if (index === staged.next - 1 && sameMac(mac, staged.chain)) return answer(phone, SW.ok)
  if (index !== staged.next) return answer(phone, SW.conditions)
  const { chain } = staged
  if (!sameMac(stepMac(staged, { index, chain, sealed }), mac)) {
    return answer(phone, SW.badSecureMac)
  }
  const plain = openStep(staged, chain, sealed)
  if (!plain) return answer(phone, SW.badData)
  const content = concat(staged.content, plain)
  if (index + 1 < opening.steps) {
    const next = { ...staged, next: index + 1, chain: mac, content }
    return answer({ ...phone, staged: next }, SW.ok)
  }
  return settle({ ...phone, staged: null }, personalised(phone, opening, content))
}

/** The one commit of a script; where it does not fit, nothing was changed. */
function settle(phone: Phone, instance: PhoneInstance | undefined, data?: Uint8Array): PhoneStep {
  if (!instance) return answer(phone, SW.conditions)
  return answer({ ...withInstance(phone, instance), session: NOTHING_SELECTED }, SW.ok, data)
}

function keysOf(phone: Phone, opening: Uint8Array): ScriptKeys | undefined {
  const ephemeral = decodeOpening(opening)?.opening.ephemeral
  try {
    return ephemeral && scriptKeys(phone.deviceKey.privateKey, ephemeral, opening)
  } catch {
    return undefined
  }
}

/** The holder switches an instance on, which makes it the preferred one, or off. */
function setStatus(phone: Phone, { p1, data }: Command): PhoneStep {
  const instance = instanceOf(phone, data)
  if (!instance) return answer(phone, SW.noFile)
  const usable = instance.state === 'personalised' || instance.state === 'active'
  if (p1 > 1) return answer(phone, SW.wrongParameters)
  if (!usable) return answer(phone, SW.conditions)
  const next: PhoneInstance = { ...instance, state: p1 === 1 ? 'active' : 'personalised' }
  const others = phone.instances.filter((one) => one !== instance)
  const instances = p1 === 1 ? [next, ...others] : [...others, next]
  return answer({ ...phone, instances, session: NOTHING_SELECTED }, SW.ok)
}

/** PROVE: the device's signature of a statement, which tells an issuer that it holds its key. */
function prove(phone: Phone, { data }: Command): PhoneStep {
  if (data.length === 0 || data.length > STATEMENT_BYTES_MAX) return answer(phone, SW.wrongLength)
  return answer(phone, SW.ok, p256Sign(phone.deviceKey.privateKey, proofSigned(data)))
}

/** A part of an instance's last receipt, from an offset; the last part is short, maybe empty. */
function receipt(phone: Phone, { p1, p2, data }: Command): PhoneStep {
  const instance = instanceOf(phone, data)
  if (!instance) return answer(phone, SW.noFile)
  const from = readU16(Uint8Array.of(p1, p2))
  return answer(phone, SW.ok, instance.receipt.slice(from, from + RECEIPT_CHUNK))
}
