import { concat, equalBytes, fromHex, toHex } from '@unifare/core'
import { type KeyRef, type KeyStore, sameMac } from '@unifare/crypto'
import { answerBytes, type Command, parseCommand } from '../apdu.ts'
import { cardError } from '../errors.ts'
import { psamApplicationLayout, psamInfoLayout } from '../files/psam-files.ts'
import { DEFAULT_PATH, type DiversificationPath } from '../purse/diversification.ts'
import {
  ALGORITHM_3DES,
  ALGORITHM_SM4,
  purchaseMac1,
  purchaseMac2,
  purchaseSessionKey,
  secureMessagingMac,
} from '../purse/purse-crypto.ts'
import type { CardTransport } from '../reader/transport.ts'
import { SW } from '../status-words.ts'
import { readU16, readU32, u32 } from '../words.ts'

/** Application of the MOT PSAM: RID and "MOT.CPSAM01" (reference card 1). */
export const PSAM_AID = fromHex('A0000006324D4F542E435053414D3031')

/** What a PSAM is made of. */
export interface PsamOptions {
  /** Terminal number, 12 digits. */
  readonly terminal: string
  /** Institution code of its issuer, 8 digits. */
  readonly issuer: string
  readonly keyStore: KeyStore
  /** Purchase masters; version and algorithm byte of a card choose among them. */
  readonly purchaseKeys: readonly KeyRef[]
  /** Masters for APPLICATION BLOCK, by algorithm; without them the PSAM cannot block. */
  readonly maintenanceKeys?: readonly KeyRef[]
  readonly path?: DiversificationPath
  /** First serial to use; the terminal keeps it across restarts. */
  readonly serial?: number
  /** The PSAM refuses purchases from this serial on. */
  readonly serialCeiling?: number
  /** The PSAM refuses purchases above this amount: what a stolen one can do is bounded. */
  readonly amountCeilingFen?: number
  /** First and last day, YYYYMMDD, of EF 17. */
  readonly validFrom?: string
  readonly validTo?: string
}

/** A PSAM: APDUs in and out, and the one number that must outlive it. */
export interface Psam extends CardTransport {
  /** Serial of the next purchase. It only ever grows. */
  serial(): number
  /** Moves the serial forward after a restart; a lower value changes nothing. */
  advanceTo(serial: number): void
}

type PsamSession =
  | { readonly kind: 'purchase'; readonly sessionKey: Uint8Array; readonly amountFen: number }
  | { readonly kind: 'maintenance'; readonly key: Uint8Array; readonly algorithm: number }

interface PsamState {
  serial: number
  session: PsamSession | null
}

interface PsamCall {
  readonly options: PsamOptions
  readonly state: PsamState
  readonly command: Command
}

const FACTOR_BYTES = 8
const INIT_BYTES = 20 + 2 * FACTOR_BYTES
/** The city-union scheme appends the chip number to what MAC1 covers (reference card 5.4). */
const UID_BYTES = 9
const ALGORITHM_OF_BYTE: Readonly<Record<number, KeyRef['algorithm']>> = {
  [ALGORITHM_3DES]: '3des',
  [ALGORITHM_SM4]: 'sm4',
}
const SERIAL_MAX = 0xffff_ffff
/** P1 and P2 of the delivery key for the application lock: two levels, user-card maintenance. */
const LOCK_KEY = 0x4502
/** The same for a card under SM4: key versions and ids are 40 higher (reference card 5.6). */
const LOCK_KEY_SM4 = 0x4542
const LOCK_ALGORITHMS: Readonly<Record<number, number>> = {
  [LOCK_KEY]: ALGORITHM_3DES,
  [LOCK_KEY_SM4]: ALGORITHM_SM4,
}
/** The only message this PSAM authenticates: APPLICATION BLOCK, so it is no oracle for writes. */
const BLOCK_HEADER = Uint8Array.of(0x84, 0x1e, 0x00)

const COMMANDS: Readonly<Record<number, (call: PsamCall) => Promise<Uint8Array> | Uint8Array>> = {
  0x00a4: ({ command }) => answerBytes(equalBytes(command.data, PSAM_AID) ? SW.ok : SW.noFile),
  0x00b0: readBinary,
  0x8070: initPurchase,
  0x8072: creditPurchase,
  0x801a: initDeliveryKey,
  0x80fa: cipherData,
}

/** A software PSAM as a state machine over APDUs (reference card 5.7). Master keys stay in the store. */
export function createPsam(options: PsamOptions): Psam {
  if (!/^[0-9]{12}$/.test(options.terminal) || !/^[0-9]{8}$/.test(options.issuer)) {
    throw cardError('card.bad-field', { terminal: options.terminal, issuer: options.issuer })
  }
  const state: PsamState = { serial: options.serial ?? 1, session: null }
  return {
    serial: () => state.serial,
    advanceTo(serial) {
      state.serial = Math.max(state.serial, serial)
    },
    async transmit(apdu) {
      const command = parseCommand(apdu)
      if (!command) return answerBytes(SW.wrongLength)
      const run = COMMANDS[(command.cla << 8) | command.ins]
      return run ? run({ options, state, command }) : answerBytes(SW.unknownInstruction)
    },
  }
}

/** EF 15 tells the PSAM, EF 16 the terminal number, EF 17 key index, issuer, receiver and dates. */
function readBinary({ options, command }: PsamCall): Uint8Array {
  const { issuer, purchaseKeys, validFrom = '20200101', validTo = '20991231' } = options
  const files: Readonly<Record<number, Uint8Array>> = {
    0x95: psamInfoLayout.encode({ number: `0000${options.terminal}`, version: 1, keyType: 0 }),
    0x96: fromHex(options.terminal),
    0x97: psamApplicationLayout.encode({
      keyIndex: purchaseKeys[0]?.index ?? 0,
      issuer: `${issuer}FFFFFFFF`,
      receiver: `${issuer}FFFFFFFF`,
      validFrom,
      validTo,
    }),
  }
  const file = files[command.p1]
  if (!file) return answerBytes(SW.noFile)
  const { le = 256 } = command
  if (command.p2 !== 0 || (le !== 256 && le > file.length))
    return answerBytes(SW.wrongLe + file.length)
  return answerBytes(SW.ok, file.slice(0, le))
}

/** INIT_SAM_FOR_PURCHASE: serial and MAC1. The serial does not move yet. */
async function initPurchase({ options, state, command }: PsamCall): Promise<Uint8Array> {
  state.session = null
  const { data } = command
  const withUid = data.length === INIT_BYTES + UID_BYTES
  if (data.length !== INIT_BYTES && !withUid) return answerBytes(SW.wrongLength)
  const serial = state.serial
  if (serial >= (options.serialCeiling ?? SERIAL_MAX)) return answerBytes(SW.counterAtMaximum)
  const amountFen = readU32(data, 6)
  if (amountFen > (options.amountCeilingFen ?? SERIAL_MAX)) return answerBytes(SW.conditions)
  const [version = 0, algorithm = 0] = data.subarray(18)
  const ref = purchaseKey(options, { version, algorithm, withUid })
  if (!ref) return answerBytes(SW.noKeyIndex)
  const key = await derive(options, ref, data.subarray(20))
  const sessionKey = purchaseSessionKey(
    key,
    { random: data.subarray(0, 4), offlineNumber: readU16(data, 4), terminalSerial: serial },
    algorithm,
  )
  const mac1 = purchaseMac1(sessionKey, {
    amountFen,
    type: data[10]!,
    terminal: fromHex(options.terminal),
    dateTime: data.subarray(11, 18),
    uid: data.subarray(INIT_BYTES),
  })
  state.session = { kind: 'purchase', sessionKey, amountFen }
  return answerBytes(SW.ok, concat(u32(serial), mac1))
}

/** The master for a card: a city-union card shows itself by its chip number. */
function purchaseKey(
  { purchaseKeys }: PsamOptions,
  asked: { readonly version: number; readonly algorithm: number; readonly withUid: boolean },
): KeyRef | undefined {
  const algorithm = ALGORITHM_OF_BYTE[asked.algorithm]
  return purchaseKeys.find(
    (ref) =>
      ref.version === asked.version &&
      ref.algorithm === algorithm &&
      (ref.scheme === 'mohurd') === asked.withUid,
  )
}

/** CREDIT_SAM_FOR_PURCHASE: checks MAC2; only here the serial moves on. */
function creditPurchase({ state, command }: PsamCall): Uint8Array {
  const open = state.session
  state.session = null
  if (command.data.length !== 4) return answerBytes(SW.wrongLength)
  if (open?.kind !== 'purchase') return answerBytes(SW.conditions)
  if (!sameMac(purchaseMac2(open.sessionKey, open.amountFen), command.data)) {
    return answerBytes(SW.badMac)
  }
  state.serial += 1
  return answerBytes(SW.ok)
}

/** INIT_FOR_DESCRYPT with the delivery key of the application lock. */
async function initDeliveryKey({ options, state, command }: PsamCall): Promise<Uint8Array> {
  state.session = null
  if (command.data.length !== 2 * FACTOR_BYTES) return answerBytes(SW.wrongLength)
  const algorithm = LOCK_ALGORITHMS[(command.p1 << 8) | command.p2]
  if (algorithm === undefined) return answerBytes(SW.wrongParameters)
  const ref = options.maintenanceKeys?.find(
    (held) => held.algorithm === ALGORITHM_OF_BYTE[algorithm],
  )
  if (!ref) return answerBytes(SW.noKeyIndex)
  const key = await derive(options, ref, command.data)
  state.session = { kind: 'maintenance', key, algorithm }
  return answerBytes(SW.ok)
}

/** CIPHER DATA, P1 05: MAC over one padded block, the IV in front of it. */
function cipherData({ state, command }: PsamCall): Uint8Array {
  const open = state.session
  state.session = null
  const { data } = command
  if (open?.kind !== 'maintenance') return answerBytes(SW.conditions)
  if (command.p1 !== 0x05 || command.p2 !== 0x00) return answerBytes(SW.wrongParameters)
  if (data.length !== 16) return answerBytes(SW.wrongLength)
  const message = data.slice(8, 13)
  const isBlock = equalBytes(message.slice(0, 3), BLOCK_HEADER) && message[4] === 0x04
  if (!isBlock || toHex(data.slice(13)) !== '800000') return answerBytes(SW.badData)
  const { key, algorithm } = open
  const challenge = data.slice(0, 8)
  const mac = secureMessagingMac({ key, challenge, message, algorithm })
  return answerBytes(SW.ok, mac)
}

/** Card key from the two factors of a command: card serial first, issuer second. */
function derive(options: PsamOptions, ref: KeyRef, factors: Uint8Array): Promise<Uint8Array> {
  const level = {
    card: factors.slice(0, FACTOR_BYTES),
    issuer: factors.slice(FACTOR_BYTES, 2 * FACTOR_BYTES),
  }
  const path = options.path ?? DEFAULT_PATH
  return options.keyStore.derive(
    ref,
    path.map((name) => level[name]),
  )
}
