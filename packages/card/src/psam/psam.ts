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
} from '../purse/purse-crypto.ts'
import type { CardTransport } from '../reader/transport.ts'
import { SW } from '../status-words.ts'
import { readU16, readU32, u32 } from '../words.ts'
import { cipherStep, type DeliverySession, deliveryKey } from './psam-delivery.ts'
import { counted, NO_TALLY, type PsamLimits, type PsamTally, requireLimits } from './psam-limits.ts'

/** Application of the MOT PSAM: RID and "MOT.CPSAM01" (reference card 1). */
export const PSAM_AID = fromHex('A0000006324D4F542E435053414D3031')

/** What a PSAM is made of. */
export interface PsamOptions extends PsamLimits {
  /** Terminal number, 12 digits. */
  readonly terminal: string
  /** Institution code of its issuer, 8 digits. */
  readonly issuer: string
  readonly keyStore: KeyStore
  /** Purchase masters; version and algorithm byte of a card choose among them. */
  readonly purchaseKeys: readonly KeyRef[]
  /** Masters for APPLICATION BLOCK, by algorithm; without them the PSAM cannot block. */
  readonly maintenanceKeys?: readonly KeyRef[]
  /** Masters for PIN UNBLOCK and RELOAD PIN: for a service point's PSAM, not a gate's. */
  readonly pinUnblockKeys?: readonly KeyRef[]
  readonly pinReloadKeys?: readonly KeyRef[]
  readonly path?: DiversificationPath
  /** First serial to use; the terminal keeps it across restarts. */
  readonly serial?: number
  /** The PSAM refuses purchases from this serial on. */
  readonly serialCeiling?: number
  /** What it let through on its latest day; the terminal keeps it across restarts. */
  readonly tally?: PsamTally
  /** First and last day, YYYYMMDD, of EF 17; it makes no MAC1 for another day. */
  readonly validFrom?: string
  readonly validTo?: string
}

/** A PSAM: APDUs in and out, and the one number that must outlive it. */
export interface Psam extends CardTransport {
  /** Serial of the next purchase. It only ever grows. */
  serial(): number
  /** Moves the serial forward after a restart; a lower value changes nothing. */
  advanceTo(serial: number): void
  /** What it let through on its latest day: keep it beside the serial. */
  tally(): PsamTally
}

type PsamSession =
  | { readonly kind: 'purchase'; readonly sessionKey: Uint8Array; readonly amountFen: number }
  | DeliverySession

interface PsamState {
  serial: number
  tally: PsamTally
  /** Serial and data of the purchase that was counted last. */
  counted: string
  /** Power-on selects the application; the master file can be selected back. */
  selected: 'application' | 'master-file'
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
const VALIDITY = { validFrom: '20200101', validTo: '20991231' }
const COMMANDS: Readonly<Record<number, (call: PsamCall) => Promise<Uint8Array> | Uint8Array>> = {
  0x00a4: select,
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
  requireKeys(options)
  requireLimits(options)
  const { serial = 1, tally = NO_TALLY } = options
  const state: PsamState = { serial, tally, counted: '', selected: 'application', session: null }
  return {
    serial: () => state.serial,
    tally: () => state.tally,
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

/** Which masters a PSAM may name, by option. TAC and load keys are in none: who verifies could forge. */
const KEY_USES = {
  purchaseKeys: 'purchase',
  maintenanceKeys: 'maintenance',
  pinUnblockKeys: 'pin-unblock',
  pinReloadKeys: 'pin-reload',
} as const satisfies Partial<Record<keyof PsamOptions, KeyRef['use']>>

function requireKeys(options: PsamOptions): void {
  for (const [field, use] of Object.entries(KEY_USES)) {
    const stranger = options[field as keyof typeof KEY_USES]?.find((ref) => ref.use !== use)
    if (stranger) throw cardError('card.bad-field', { field, use: stranger.use })
  }
}

/** SELECT of the purse application or of the master file, 3F00. */
function select({ state, command }: PsamCall): Uint8Array {
  state.session = null
  if (command.p1 === 0x04 && equalBytes(command.data, PSAM_AID)) state.selected = 'application'
  else if (command.p1 === 0x00 && toHex(command.data) === '3F00') state.selected = 'master-file'
  else return answerBytes(SW.noFile)
  return answerBytes(SW.ok)
}

/**
 * In the master file EF 15 tells the PSAM and EF 16 the terminal number; in the application EF 17
 * tells key index, issuer, receiver and dates. Files of the master file are read from both.
 */
function readBinary({ options, state, command }: PsamCall): Uint8Array {
  const { issuer, purchaseKeys, validFrom, validTo } = { ...VALIDITY, ...options }
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
  const hidden = command.p1 === 0x97 && state.selected !== 'application'
  if (!file || hidden) return answerBytes(SW.noFile)
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
  if (state.selected !== 'application') return answerBytes(SW.conditions)
  const serial = state.serial
  if (serial >= (options.serialCeiling ?? SERIAL_MAX)) return answerBytes(SW.counterAtMaximum)
  const amountFen = readU32(data, 6)
  const day = toHex(data.subarray(11, 15))
  const { validFrom, validTo } = { ...VALIDITY, ...options }
  if (day < validFrom || day > validTo) return answerBytes(SW.conditions)
  // The same purchase opened again, as recovery does, is the same MAC1 and counts once.
  const purchase = `${serial} ${toHex(data)}`
  const again = state.counted === purchase
  const tally = again ? state.tally : counted(state.tally, { day, amountFen }, options)
  if (typeof tally === 'number') return answerBytes(tally)
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
  state.tally = tally
  state.counted = purchase
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

/** INIT_FOR_DESCRYPT: a delivery key for the two factors, card serial and issuer. */
async function initDeliveryKey({ options, state, command }: PsamCall): Promise<Uint8Array> {
  state.session = null
  if (command.data.length !== 2 * FACTOR_BYTES) return answerBytes(SW.wrongLength)
  const { maintenanceKeys = [], pinUnblockKeys = [], pinReloadKeys = [] } = options
  const asked = deliveryKey(command, [...maintenanceKeys, ...pinUnblockKeys, ...pinReloadKeys])
  if (typeof asked === 'number') return answerBytes(asked)
  const { ref, purpose, algorithm } = asked
  const key = await derive(options, ref, command.data)
  state.session = { kind: 'delivery', purpose, key, algorithm, chain: null }
  return answerBytes(SW.ok)
}

/** CIPHER DATA under the delivery key in force. */
function cipherData({ state, command }: PsamCall): Uint8Array {
  const open = state.session
  state.session = null
  if (open?.kind !== 'delivery') return answerBytes(SW.conditions)
  if (command.p2 !== 0x00) return answerBytes(SW.wrongParameters)
  const { answer, session } = cipherStep(open, command.p1, command.data)
  state.session = session
  return typeof answer === 'number' ? answerBytes(answer) : answerBytes(SW.ok, answer)
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
