import { concat, fromHex } from '@unifare/core'
import { ed25519PublicKey, ed25519Sign, p256KeyPair } from '@unifare/crypto'
import { countingRandom, NUMBER, newCard } from '../card.fixture.ts'
import { PURSE_AID } from '../chip/applications.ts'
import type { CardProfile } from '../chip/personalise.ts'
import { personaliseScript, stateScript } from './issue-script.ts'
import { createPhone } from './phone.ts'
import { createPhoneSlot, installInstance, type PhoneSlot, readDeviceKey } from './phone-slot.ts'
import type { Phone, ScriptKind } from './phone-state.ts'

export const SECRET = fromHex('42'.repeat(32))
export const ISSUER_KEY = ed25519PublicKey(SECRET)
export const BEIJING = fromHex('10009156000014A1')
export const JIANGSU = fromHex('215053555A484F55')
export const aidOf = (suffix: Uint8Array) => concat(PURSE_AID, suffix)
const sign = async (message: Uint8Array) => ed25519Sign(SECRET, message)

export async function newPhone(
  seed = 1,
  suffixes: readonly Uint8Array[] = [BEIJING],
  onChange?: (phone: Phone) => void,
): Promise<PhoneSlot> {
  const random = countingRandom()
  random(seed * 32)
  const slot = createPhoneSlot({
    phone: createPhone(random),
    random,
    ...(onChange && { onChange }),
  })
  for (const suffix of suffixes) {
    await installInstance(slot.manage, { aid: aidOf(suffix), issuerKey: ISSUER_KEY })
  }
  return slot
}

/** The issuer's scripts for a phone. */
export async function issuerOf(slot: PhoneSlot, suffix = BEIJING) {
  const device = await readDeviceKey(slot.manage)
  const aid = aidOf(suffix)
  const target = (script: number) => ({ device, aid, script, sign })
  return {
    device,
    aid,
    personalise: async (script: number, changes: Partial<CardProfile> = {}) => {
      const { memory } = await newCard({ aidSuffix: suffix, number: NUMBER, ...changes })
      const random = countingRandom()
      random(script * 32)
      return personaliseScript(memory, { ...target(script), ephemeral: p256KeyPair(random) })
    },
    state: (kind: Exclude<ScriptKind, 'personalise'>, script: number) =>
      stateScript(kind, target(script)),
    target,
  }
}
