import { canonicalJson, fromHex, fromUtf8, type Json, parseJson, toHex, utf8 } from '@unifare/core'
import { createCard } from '../chip/card.ts'
import { restoreCard, serialiseCard } from '../chip/card-image.ts'
import { cardError } from '../errors.ts'
import {
  INSTANCE_STATES,
  NOTHING_SELECTED,
  type Phone,
  type PhoneInstance,
  type StagedScript,
} from './phone-state.ts'

const IMAGE_VERSION = 1

/** All that lasts of a phone's secure element (JSON text), keys included: treat it as secret. */
export function serialisePhone({ deviceKey, instances, staged }: Phone): Uint8Array {
  return utf8(
    canonicalJson({
      version: IMAGE_VERSION,
      deviceKey: {
        privateKey: toHex(deviceKey.privateKey),
        publicKey: toHex(deviceKey.publicKey),
      },
      instances: instances.map(({ aid, issuerKey, state, script, memory, receipt }) => ({
        state,
        script,
        aid: toHex(aid),
        issuerKey: toHex(issuerKey),
        card: memory ? toHex(serialiseCard(createCard(memory))) : '',
        receipt: toHex(receipt),
      })),
      staged: staged && {
        opening: toHex(staged.opening),
        encryption: toHex(staged.encryption),
        mac: toHex(staged.mac),
        next: staged.next,
        chain: toHex(staged.chain),
        content: toHex(staged.content),
      },
    }),
  )
}

/** A phone out of the field from its stored image. Throws `card.bad-image`. */
export function restorePhone(image: Uint8Array): Phone {
  try {
    const { version, deviceKey, instances, staged } = parseJson(fromUtf8(image)) as JsonObject
    if (version !== IMAGE_VERSION) throw new TypeError('another version')
    const pair = deviceKey as JsonObject
    return {
      deviceKey: { privateKey: bytes(pair['privateKey']), publicKey: bytes(pair['publicKey']) },
      instances: (instances as JsonObject[]).map(readInstance),
      staged: staged === null ? null : readStaged(staged as JsonObject),
      session: NOTHING_SELECTED,
    }
  } catch (cause) {
    throw cardError('card.bad-image', { cause: String(cause) })
  }
}

type JsonObject = Readonly<Record<string, Json>>

function readInstance(value: JsonObject): PhoneInstance {
  const state = INSTANCE_STATES.find((one) => one === value['state'])
  if (state === undefined) throw new TypeError('an unknown state')
  return {
    state,
    aid: bytes(value['aid']),
    issuerKey: bytes(value['issuerKey']),
    script: count(value['script']),
    memory: value['card'] === '' ? null : restoreCard(bytes(value['card'])).memory,
    receipt: bytes(value['receipt']),
  }
}

function readStaged(value: JsonObject): StagedScript {
  return {
    opening: bytes(value['opening']),
    encryption: bytes(value['encryption']),
    mac: bytes(value['mac']),
    next: count(value['next']),
    chain: bytes(value['chain']),
    content: bytes(value['content']),
  }
}

function bytes(value: Json | undefined): Uint8Array {
  if (typeof value !== 'string') throw new TypeError('no bytes')
  return fromHex(value)
}

function count(value: Json | undefined): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new TypeError('no count')
  }
  return value
}
