import { fromUtf8, UnifareError, utf8 } from '@unifare/core'
import { CKF, CKR, CKU_USER } from './constants.ts'
import type { Cryptoki } from './cryptoki.ts'
import type { Session } from './objects.ts'
import { resultError } from './results.ts'
import { readUlong, ulong } from './templates.ts'

/** Which token, and who comes. */
export interface TokenLogin {
  readonly label: string
  readonly pin: string
}

/** CK_TOKEN_INFO and CK_INFO: places of what is read. */
const TOKEN_INFO = { bytes: 208, label: [0, 32], flagsAt: 96 } as const
const INFO = { bytes: 88, maker: [2, 34], versionAt: 80 } as const

/** A session with a token whose user has logged in. Throws `key.hsm-no-token` or of the PIN. */
export function openSession(cryptoki: Cryptoki, { label, pin }: TokenLogin): Session {
  const slot = slots(cryptoki).find((candidate) => tokenLabel(cryptoki, candidate) === label)
  if (slot === undefined) {
    throw new UnifareError('key.hsm-no-token', `no token "${label}" behind this library`, { label })
  }
  const session = ulong()
  cryptoki.call('C_OpenSession', [slot, CKF.serialSession | CKF.rwSession, null, null, session])
  const handle = readUlong(session)
  const secret = utf8(pin)
  const result = cryptoki.result('C_Login', [handle, CKU_USER, secret, secret.length])
  secret.fill(0)
  if (result !== CKR.ok) throw resultError('C_Login', result, pinAdvice(cryptoki, slot, label))
  return { cryptoki, handle }
}

/** Maker and version of a library: "SoftHSM 2.6". */
export function libraryName(cryptoki: Cryptoki): string {
  const info = new Uint8Array(INFO.bytes)
  cryptoki.call('C_GetInfo', [info])
  const [major, minor] = info.subarray(INFO.versionAt)
  return `${fromUtf8(info.subarray(...INFO.maker)).trim()} ${major}.${minor}`
}

function slots(cryptoki: Cryptoki): number[] {
  const count = ulong()
  cryptoki.call('C_GetSlotList', [1, null, count])
  const list = new Uint8Array(8 * readUlong(count))
  cryptoki.call('C_GetSlotList', [1, list, count])
  return Array.from({ length: readUlong(count) }, (_, at) => readUlong(list, at * 8))
}

function tokenLabel(cryptoki: Cryptoki, slot: number): string {
  return fromUtf8(tokenInfo(cryptoki, slot).subarray(...TOKEN_INFO.label)).trimEnd()
}

/** What the token tells of the tries that are left. The standard has flags for it, no number. */
function pinAdvice(cryptoki: Cryptoki, slot: number, label: string): string {
  const flags = readUlong(tokenInfo(cryptoki, slot), TOKEN_INFO.flagsAt)
  const token = `token "${label}"`
  if (flags & CKF.pinLocked) return `the PIN of ${token} is locked; its security officer resets it`
  if (flags & CKF.pinFinalTry) return `one try is left for ${token} before it locks`
  if (flags & CKF.pinCountLow) return `tries are running out for ${token}; ask its officer first`
  return `${token} does not tell how many tries are left; ask its officer first`
}

function tokenInfo(cryptoki: Cryptoki, slot: number): Uint8Array {
  const info = new Uint8Array(TOKEN_INFO.bytes)
  cryptoki.call('C_GetTokenInfo', [slot, info])
  return info
}
