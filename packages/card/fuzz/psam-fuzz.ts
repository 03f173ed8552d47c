import { concat, equalBytes, fromHex, toHex } from '@unifare/core'
import type { KeyRef } from '@unifare/crypto'
import { newPsam, PIN_REFS, REFS, SM4_REFS, STORE } from '../src/card.fixture.ts'
import { PSAM_AID } from '../src/psam/psam.ts'
import { deriveCardKey } from '../src/purse/diversification.ts'
import {
  ALGORITHM_3DES,
  ALGORITHM_SM4,
  purchaseMac2,
  purchaseSessionKey,
} from '../src/purse/purse-crypto.ts'
import { readU16, readU32, u16, u32 } from '../src/words.ts'
import type { FuzzFault } from './card-fuzz.ts'
import type { Dice } from './dice.ts'
import { command, DATE_TIME } from './honest.ts'
import { holdsSecret } from './leak.ts'
import { anything, mutate } from './mutate.ts'

/** What happened to the PSAM, counted in commands. */
export interface PsamFigures {
  commands: number
  accepted: number
  /** Purchases that it confirmed. */
  credits: number
}

const IDENTITY = { issuerId: '30000001FFFFFFFF', applicationSerial: '03104950000000000017' }
const FACTORS = fromHex(IDENTITY.applicationSerial.slice(4) + IDENTITY.issuerId)
const ANSWER_MAX = 258
const IV = fromHex('A1B2C3D400000000')
/** CIPHER DATA for each delivery key, one of them in two parts. */
const CIPHERS: readonly (readonly [header: number, data: Uint8Array])[] = [
  [0x80fa0500, concat(IV, fromHex('841E000104800000'))],
  [0x80fa0000, fromHex('0312345680000000')],
  [0x80fa0100, fromHex('6543218000000000')],
  [0x80fa0700, concat(IV, fromHex('842400010C112233'))],
  [0x80fa0300, fromHex('4455667788800000')],
]

/**
 * Hostile sessions with a PSAM. Its serial moves by one, and only for the MAC2 of the purchase it
 * opened last; no answer carries a key; it answers everything.
 */
export async function createPsamFuzz(dice: Dice) {
  const psam = newPsam({
    purchaseKeys: [REFS.purchase, SM4_REFS.purchase],
    pinUnblockKeys: [PIN_REFS['pin-unblock']],
    pinReloadKeys: [PIN_REFS['pin-reload']],
  })
  const figures: PsamFigures = { commands: 0, accepted: 0, credits: 0 }
  const keys = [
    { algorithm: ALGORITHM_3DES, version: 1, key: await cardKey(REFS.purchase) },
    {
      algorithm: ALGORITHM_SM4,
      version: SM4_REFS.purchase.version,
      key: await cardKey(SM4_REFS.purchase),
    },
  ]
  const secrets = [...STORE.export().map(({ material }) => material), ...keys.map(({ key }) => key)]
  let fault: FuzzFault | undefined
  /** MAC2 of the purchase that the PSAM says is open. */
  let mac2: Uint8Array | undefined

  async function send(apdu: Uint8Array): Promise<Uint8Array> {
    const serial = psam.serial()
    let answer: Uint8Array = new Uint8Array(2)
    try {
      answer = await psam.transmit(apdu)
    } catch (error) {
      note(`throws ${String(error)}`, apdu)
    }
    figures.commands += 1
    if (answer.length < 2 || answer.length > ANSWER_MAX)
      note(`answers ${answer.length} bytes`, apdu)
    if (secrets.some((secret) => holdsSecret(answer, secret))) note('gives a key away', apdu)
    const moved = psam.serial() - serial
    if (moved !== 0 && !isCredit(apdu, moved)) note(`moves its serial by ${moved}`, apdu)
    if (moved !== 0) figures.credits += 1
    const ok = readU16(answer, answer.length - 2) === 0x9000
    if (ok) figures.accepted += 1
    const opens = ok && apdu[0] === 0x80 && apdu[1] === 0x70
    mac2 = opens ? mac2Of(apdu.slice(5), answer) : undefined
    return answer
  }

  function note(rule: string, apdu: Uint8Array): void {
    fault ??= { target: 'PSAM', rule, apdu: toHex(apdu), history: [] }
  }

  function isCredit(apdu: Uint8Array, moved: number): boolean {
    const credits = apdu[0] === 0x80 && apdu[1] === 0x72
    return credits && moved === 1 && mac2 !== undefined && equalBytes(apdu.slice(5, 9), mac2)
  }

  /** MAC2 of the card with our factors; undefined for another card. */
  function mac2Of(data: Uint8Array, answer: Uint8Array): Uint8Array | undefined {
    const held = keys.find(
      ({ algorithm, version }) => version === data[18] && algorithm === data[19],
    )
    if (!held || !equalBytes(data.slice(20, 36), FACTORS)) return undefined
    const session = {
      random: data.slice(0, 4),
      offlineNumber: readU16(data, 4),
      terminalSerial: readU32(answer),
    }
    const sessionKey = purchaseSessionKey(held.key, session, held.algorithm)
    return purchaseMac2(sessionKey, readU32(data, 6))
  }

  return {
    figures,
    /** One session; the fault it found, if any. */
    async session(): Promise<FuzzFault | undefined> {
      const { version, algorithm } = dice.pick(keys)
      const terms = concat(u32(dice.below(1000)), Uint8Array.of(9), DATE_TIME)
      const head = concat(dice.bytes(4), u16(dice.below(0xffff)), terms)
      const opening = [
        command(0x00a40400, PSAM_AID, 0),
        command(0x00b09600, undefined, 6),
        command(dice.pick([0x801a4502, 0x801a4302, 0x801a4402]), FACTORS),
        command(...dice.pick(CIPHERS)),
        command(0x80700000, concat(head, Uint8Array.of(version, algorithm), FACTORS), 8),
      ]
      for (const apdu of opening) {
        if (dice.oneIn(10)) await send(anything(apdu, dice))
        await send(dice.oneIn(5) ? mutate(apdu, dice) : apdu)
      }
      const right = mac2 ?? dice.bytes(4)
      const credit = command(0x80720000, dice.oneIn(3) ? dice.bytes(4) : right)
      await send(dice.oneIn(5) ? mutate(credit, dice) : credit)
      return fault
    },
  }
}

function cardKey(ref: KeyRef): Promise<Uint8Array> {
  return deriveCardKey({ store: STORE, ref, identity: IDENTITY })
}
