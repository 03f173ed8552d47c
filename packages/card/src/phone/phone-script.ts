import {
  canonicalJson,
  concat,
  equalBytes,
  fromUtf8,
  type Json,
  parseJson,
  toHex,
  utf8,
} from '@unifare/core'
import { p256Sign, p256Verify } from '@unifare/crypto'
import { createCard } from '../chip/card.ts'
import { restoreCard, serialiseCard } from '../chip/card-image.ts'
import type { CardMemory } from '../chip/card-state.ts'
import { publicInfoLayout, SFI } from '../files/card-files.ts'
import {
  INSTANCE_STATES,
  type InstanceState,
  type Phone,
  type PhoneInstance,
  SCRIPT_KINDS,
  type ScriptKind,
} from './phone-state.ts'
import { proofSigned, receiptSigned, type ScriptOpening, SIGNATURE_BYTES } from './phone-wire.ts'

/** What a device states about a script that it carried out. */
export interface PhoneReceipt {
  readonly kind: ScriptKind
  readonly script: number
  /** Whole name of the instance, hexadecimal. */
  readonly aid: string
  readonly number: string
  readonly state: InstanceState
  readonly balanceFen: number
  readonly offlineNumber: number
  readonly onlineNumber: number
  /** Of a frozen card: all that moves with it, its keys aside, hexadecimal; else empty. */
  readonly image: string
}

type StateChange = Exclude<ScriptKind, 'personalise'>

/**
 * From which states a script leads where. Scripts that the phone missed are skipped: a card may be
 * resumed that was never told of its suspension.
 */
const CHANGES = {
  suspend: { from: ['personalised', 'active', 'suspended'], to: 'suspended' },
  resume: { from: ['personalised', 'active', 'suspended'], to: 'active' },
  freeze: { from: ['personalised', 'active', 'suspended'], to: 'moved' },
  terminate: {
    from: ['installed', 'personalised', 'active', 'suspended', 'moved'],
    to: 'terminated',
  },
} as const satisfies Record<
  StateChange,
  { readonly from: readonly InstanceState[]; readonly to: InstanceState }
>

/** The instance after a script of one command; undefined from a state that it does not fit. */
export function afterScript(
  { deviceKey }: Phone,
  instance: PhoneInstance,
  { kind, script }: ScriptOpening,
): PhoneInstance | undefined {
  if (kind === 'personalise') return undefined
  const { from, to } = CHANGES[kind]
  if (!from.some((state) => state === instance.state)) return undefined
  const gone = to === 'moved' || to === 'terminated'
  const next = { ...instance, state: to, script }
  const receipt = signReceipt(deviceKey.privateKey, { instance: next, kind })
  const memory = kind === 'resume' ? unblocked(instance.memory) : instance.memory
  return { ...next, memory: gone ? null : memory, receipt }
}

/** Terminals may have blocked a card that was denied: its issuer's word lifts that, too. */
function unblocked(memory: CardMemory | null): CardMemory | null {
  return memory?.lock === 'temporary' ? { ...memory, lock: 'none' } : memory
}

/**
 * The instance with the card that a whole script brought; undefined when the content is no card
 * of this name, or its number lives in this phone already.
 */
export function personalised(
  phone: Phone,
  { aid, script }: ScriptOpening,
  content: Uint8Array,
): PhoneInstance | undefined {
  const instance = phone.instances.find((one) => equalBytes(one.aid, aid))
  const memory = readImage(content)
  if (!instance || !memory || !equalBytes(memory.aid, aid)) return undefined
  const number = cardNumberOf(memory)
  if (phone.instances.some((one) => one.memory && cardNumberOf(one.memory) === number)) {
    return undefined
  }
  const next: PhoneInstance = { ...instance, state: 'personalised', script, memory }
  const receipt = signReceipt(phone.deviceKey.privateKey, { instance: next, kind: 'personalise' })
  return { ...next, receipt }
}

function readImage(content: Uint8Array): CardMemory | undefined {
  try {
    return restoreCard(content).memory
  } catch {
    return undefined
  }
}

/** Card number of a T-Union purse, 19 digits. */
export function cardNumberOf({ binaries }: CardMemory): string {
  const info = binaries[SFI.publicInfo]
  return info ? publicInfoLayout.decode(info).applicationSerial.slice(1) : ''
}

function signReceipt(
  privateKey: Uint8Array,
  { instance, kind }: { readonly instance: PhoneInstance; readonly kind: ScriptKind },
): Uint8Array {
  const { memory, aid, script, state } = instance
  const frozen = kind === 'freeze' && memory ? { ...memory, keys: [] } : null
  const body = utf8(
    canonicalJson({
      kind,
      script,
      state,
      aid: toHex(aid),
      number: memory ? cardNumberOf(memory) : '',
      balanceFen: memory?.balanceFen ?? 0,
      offlineNumber: memory?.offlineNumber ?? 0,
      onlineNumber: memory?.onlineNumber ?? 0,
      image: frozen ? toHex(serialiseCard(createCard(frozen))) : '',
    }),
  )
  return concat(p256Sign(privateKey, receiptSigned(body)), body)
}

/** Whether the holder of this device key signed the statement (`signStatement`). */
export function provesDevice(
  devicePublicKey: Uint8Array,
  statement: Uint8Array,
  signature: Uint8Array,
): boolean {
  return p256Verify(devicePublicKey, proofSigned(statement), signature)
}

/** Reads a device's receipt; undefined unless it is one, signed by this device key. */
export function readReceipt(
  receipt: Uint8Array,
  devicePublicKey: Uint8Array,
): PhoneReceipt | undefined {
  const body = receipt.slice(SIGNATURE_BYTES)
  const signature = receipt.slice(0, SIGNATURE_BYTES)
  if (!p256Verify(devicePublicKey, receiptSigned(body), signature)) return undefined
  try {
    const read = parseJson(fromUtf8(body)) as Readonly<Record<string, Json>>
    return isReceipt(read) ? (read as unknown as PhoneReceipt) : undefined
  } catch {
    return undefined
  }
}

/** A phone whose store was broken into signs anything: its words are checked like all others. */
function isReceipt(read: Readonly<Record<string, Json>>): boolean {
  const counts = ['script', 'balanceFen', 'offlineNumber', 'onlineNumber']
  return (
    SCRIPT_KINDS.some((kind) => kind === read['kind']) &&
    INSTANCE_STATES.some((state) => state === read['state']) &&
    ['aid', 'number', 'image'].every((name) => typeof read[name] === 'string') &&
    counts.every((name) => Number.isSafeInteger(read[name]) && Number(read[name]) >= 0)
  )
}
