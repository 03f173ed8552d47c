import { concat, equalBytes } from '@unifare/core'
import { sm4Encrypt, tdesEncrypt } from '@unifare/crypto'
import type { Card, CardKey, CardMemory } from '../src/chip/card-state.ts'
import {
  ALGORITHM_3DES,
  loadMac2,
  loadSessionKey,
  mac4,
  purchaseMac1,
  purchaseSessionKey,
  secureMessagingMac,
  tacMacKey,
} from '../src/purse/purse-crypto.ts'
import { readU16, readU32 } from '../src/words.ts'
import { holdsSecret } from './leak.ts'

/** One command and what it did. */
export interface Step {
  readonly before: Card
  readonly apdu: Uint8Array
  readonly response: Uint8Array
  readonly after: Card
}

/** Watches a card from outside and says what it should not have done. */
export interface Oracle {
  /** The fault of a step, or undefined. */
  judge(step: Step): string | undefined
  /** The card lost the field. */
  reset(): void
}

/** Longest answer of a short command: 256 bytes and the status word. */
const ANSWER_MAX = 258
const COMMITS = ['balanceFen', 'offlineNumber', 'proof', 'cyclic', 'variable'] as const
const LOADS = ['balanceFen', 'onlineNumber', 'proof', 'cyclic'] as const
const WRITES = ['binaries', 'variable', 'lock', 'pin', 'wrongMacs'] as const

interface Opened {
  readonly kind: number
  readonly amountFen: number
  readonly terminal: Uint8Array
  readonly answer: Uint8Array
  readonly keyIndex: number
}

/**
 * The rules that hold whatever is sent: what the card keeps changes only under a MAC that is
 * right for it, an INIT and a challenge serve once, money moves by exactly the amount opened, and
 * no answer carries a key. It keeps its own account of what the card promised.
 */
export function createOracle(): Oracle {
  let opened: Opened | undefined
  let challenge: Uint8Array | undefined
  let authenticated = false

  function judge({ before, apdu, response, after }: Step): string | undefined {
    if (response.length < 2 || response.length > ANSWER_MAX)
      return `answers ${response.length} bytes`
    const ok = readU16(response, response.length - 2) === 0x9000
    const head = apdu.length >= 4 ? (apdu[0]! << 8) | apdu[1]! : -1
    const data = apdu.slice(5, 5 + (apdu[4] ?? 0))
    const leak = leakOf(before, response)
    if (leak) return leak
    const fault =
      after.memory === before.memory ? undefined : change({ before, apdu, data, after, head })
    if (fault) return fault
    if (!ok) return undefined
    if (head === 0x00a4) reset()
    if (head === 0x0084) challenge = response.slice(0, -2)
    if (head === 0x0082) return judgeAuthentication(before, apdu, data)
    if (head === 0x8050) opened = openedBy(apdu, data, response)
    else if (head === 0x8054 || head === 0x8052) opened = undefined
    return undefined
  }

  function judgeAuthentication(card: Card, apdu: Uint8Array, data: Uint8Array): string | undefined {
    const key = purseOf(card)?.keys.find(
      (held) => held.use === 'external-auth' && held.index === apdu[3],
    )
    const known = challenge
    challenge = undefined
    if (!key || !known || !equalBytes(encryptedChallenge(key, known), data)) {
      return 'authenticates a stranger'
    }
    authenticated = true
    return undefined
  }

  function reset(): void {
    opened = undefined
    challenge = undefined
    authenticated = false
  }

  /** The memory changed: was it allowed to? */
  function change(step: {
    readonly before: Card
    readonly after: Card
    readonly apdu: Uint8Array
    readonly data: Uint8Array
    readonly head: number
  }): string | undefined {
    const { before, after, apdu, data, head } = step
    const old = purseOf(before)
    const next = purseOf({ ...after, session: before.session })
    if (!old || !next) return 'changes without a purse'
    const stranger = othersChanged(before, after)
    if (stranger) return stranger
    const fields = changedFields(old, next)
    if (fields.length === 0) return undefined
    const only = (allowed: readonly string[]) => fields.every((field) => allowed.includes(field))
    switch (head) {
      case 0x8050:
        return only(['proof']) && next.proof === null ? undefined : `INIT changes ${fields.join()}`
      case 0x8054:
        if (!only(COMMITS)) return `DEBIT changes ${fields.join()}`
        return opened && isPaid(opened, { old, next, data }) ? undefined : 'debits without a MAC'
      case 0x8052:
        if (!only(LOADS)) return `CREDIT changes ${fields.join()}`
        return opened && isLoaded(opened, { old, next, data }) ? undefined : 'loads without a MAC'
      case 0x0020:
        return only(['pin']) && next.pin && old.pin && equalBytes(next.pin.value, old.pin.value)
          ? undefined
          : 'VERIFY changes the PIN'
      case 0x805e:
        return only(['pin']) && isNewPin(old, next, { p1: apdu[2] ?? 0, data })
          ? undefined
          : 'changes the PIN without a right'
      case 0x0082:
        return only(['wrongMacs']) && next.wrongMacs === 0
          ? undefined
          : `AUTH changes ${fields.join()}`
      case 0x00e2:
        return only(['variable']) && authenticated ? undefined : 'appends without a right'
    }
    if (fields.length === 1 && fields[0] === 'wrongMacs' && next.wrongMacs > old.wrongMacs)
      return undefined
    if (!only(WRITES)) return `changes ${fields.join()}`
    const message = concat(apdu.slice(0, 4), Uint8Array.of(data.length), data.slice(0, -4))
    const known = challenge
    challenge = undefined
    return known && isSecured(old, { known, message, mac: data.slice(-4) })
      ? undefined
      : 'writes without a MAC'
  }

  return { judge, reset }
}

/** The purse that is selected. */
export function purseOf({ memory, session }: Card): CardMemory | undefined {
  return session.purseAt === 0 ? memory : memory.others[session.purseAt - 1]
}

function openedBy(apdu: Uint8Array, data: Uint8Array, answer: Uint8Array): Opened {
  const amountFen = readU32(data, 1)
  const terminal = data.slice(5)
  return { kind: apdu[2] ?? 0, amountFen, terminal, answer, keyIndex: data[0] ?? 0 }
}

interface Turn {
  readonly old: CardMemory
  readonly next: CardMemory
  readonly data: Uint8Array
}

function isPaid(opened: Opened, { old, next, data }: Turn): boolean {
  const { amountFen, terminal, answer, keyIndex } = opened
  const key = old.keys.find(({ use, index }) => use === 'purchase' && index === keyIndex)
  if (!key || opened.kind === 0) return false
  const session = {
    random: answer.slice(11, 15),
    offlineNumber: readU16(answer, 4),
    terminalSerial: readU32(data),
  }
  const mac1 = purchaseMac1(purchaseSessionKey(key.key, session, key.algorithm), {
    amountFen,
    terminal,
    type: opened.kind === 3 ? 9 : 6,
    dateTime: data.slice(4, 11),
    uid: old.uid,
  })
  return (
    equalBytes(mac1, data.slice(11)) &&
    next.balanceFen === old.balanceFen - amountFen &&
    next.balanceFen >= 0 &&
    next.offlineNumber === old.offlineNumber + 1 &&
    readU16(next.cyclic[0x18]?.records[0] ?? new Uint8Array(2)) === next.offlineNumber
  )
}

function isLoaded(opened: Opened, { old, next, data }: Turn): boolean {
  const { amountFen, terminal, answer, keyIndex } = opened
  const key = old.keys.find(({ use, index }) => use === 'load' && index === keyIndex)
  if (!key || opened.kind !== 0) return false
  const session = { random: answer.slice(8, 12), onlineNumber: readU16(answer, 4) }
  const terms = { amountFen, terminal, dateTime: data.slice(0, 7) }
  const mac2 = loadMac2(loadSessionKey(key.key, session, key.algorithm), terms)
  return (
    equalBytes(mac2, data.slice(7)) &&
    next.balanceFen === old.balanceFen + amountFen &&
    next.balanceFen <= old.balanceLimitFen &&
    next.onlineNumber === old.onlineNumber + 1
  )
}

/** CHANGE shows the old PIN, RELOAD an issuer's MAC; a wrong try only costs a try. */
function isNewPin(
  { pin: old, keys }: CardMemory,
  { pin: next }: CardMemory,
  { p1, data }: { readonly p1: number; readonly data: Uint8Array },
): boolean {
  if (!old || !next) return false
  if (equalBytes(old.value, next.value) && next.triesLeft < old.triesLeft) return true
  if (p1 === 1) return equalBytes(data, concat(old.value, Uint8Array.of(0xff), next.value))
  const key = keys.find(({ use }) => use === 'pin-reload')
  if (!key) return false
  const macKey = key.algorithm === ALGORITHM_3DES ? tacMacKey(key.key) : key.key
  return equalBytes(data, concat(next.value, mac4(macKey, next.value)))
}

function isSecured(
  { keys }: CardMemory,
  claim: {
    readonly known: Uint8Array
    readonly message: Uint8Array
    readonly mac: Uint8Array
  },
): boolean {
  const { known, message, mac } = claim
  return keys.some(({ use, key, algorithm }) => {
    if (use !== 'maintenance' && use !== 'pin-unblock') return false
    return equalBytes(secureMessagingMac({ key, challenge: known, message, algorithm }), mac)
  })
}

function encryptedChallenge({ key, algorithm }: CardKey, challenge: Uint8Array): Uint8Array {
  const des = algorithm === ALGORITHM_3DES
  const block = new Uint8Array(des ? 8 : 16)
  block.set(challenge)
  return des ? tdesEncrypt(key, block) : sm4Encrypt(key, block)
}

function changedFields(old: CardMemory, next: CardMemory): string[] {
  return (Object.keys(next) as (keyof CardMemory)[]).filter(
    (field) => field !== 'others' && next[field] !== old[field],
  )
}

/** A command to one purse leaves the others alone; only CARD BLOCK reaches the first. */
function othersChanged(before: Card, after: Card): string | undefined {
  const at = before.session.purseAt
  const olds = [before.memory, ...before.memory.others]
  const nexts = [after.memory, ...after.memory.others]
  if (olds.length !== nexts.length) return 'loses a purse'
  const blocked = nexts[at]?.lock === 'card'
  const touched = nexts.some((next, i) => {
    const old = olds[i]
    if (i === at || old === undefined) return false
    return changedFields(old, next).some((field) => !(field === 'lock' && blocked))
  })
  return touched ? 'changes a purse that is not selected' : undefined
}

function leakOf({ memory }: Card, response: Uint8Array): string | undefined {
  for (const { keys } of [memory, ...memory.others]) {
    const given = keys.find(({ key }) => holdsSecret(response, key))
    if (given) return `gives the ${given.use} key away`
  }
  return undefined
}
