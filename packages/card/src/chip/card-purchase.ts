import { concat, equalBytes, toHex } from '@unifare/core'
import { sameMac } from '@unifare/crypto'
import { logLayout, SFI, TRANSACTION } from '../files/card-files.ts'
import {
  type PurchaseTerms,
  purchaseMac1,
  purchaseMac2,
  purchaseSessionKey,
  purchaseTacInput,
  tac,
} from '../purse/purse-crypto.ts'
import { SW } from '../status-words.ts'
import { readU32, u16, u32 } from '../words.ts'
import {
  type Card,
  type CardCall,
  type CardKey,
  type CardMemory,
  type CardStep,
  findKey,
  type PurseSession,
  refuse,
  reply,
  withPurse,
  withWrongMac,
  wrongLe,
} from './card-state.ts'
import { appendCyclic, recordHead, replaceVariable } from './card-store.ts'

type OpenPurchase = Extract<PurseSession, { kind: 'purchase' | 'composite' }>

/** Counter at which a purse takes no more purchases or loads. */
export const COUNTER_MAX = 0xffff
/** Records of one composite purchase; real readers write two or three. */
const CACHE_MAX = 8
const INIT_BYTES = 11
const INIT_ANSWER = 15
const DEBIT_BYTES = 15
const DEBIT_ANSWER = 8

/** INITIALIZE FOR PURCHASE (P1 01) and FOR CAPP PURCHASE (P1 03). */
export function initPurchase({ card, command, random }: CardCall): CardStep {
  const { memory } = card
  if (command.data.length !== INIT_BYTES) return refuse(card, SW.wrongLength)
  const bad = wrongLe(command, INIT_ANSWER)
  if (bad) return refuse(card, bad)
  const amountFen = readU32(command.data, 1)
  const keys = purchaseKeys(memory, command.data[0]!)
  if (typeof keys === 'number') return refuse(card, keys)
  if (memory.offlineNumber >= COUNTER_MAX) return refuse(card, SW.counterAtMaximum)
  if (memory.balanceFen < amountFen) return refuse(card, SW.insufficientBalance)
  const session: OpenPurchase = {
    kind: command.p1 === 0x03 ? 'composite' : 'purchase',
    ...keys,
    amountFen,
    terminal: command.data.slice(5),
    random: random(4),
    cache: [],
  }
  const next = withPurse({ ...card, memory: { ...memory, proof: null } }, session)
  const { version, algorithm } = keys.key
  const overdraft = u32(memory.overdraftFen).subarray(1)
  const tail = concat(overdraft, Uint8Array.of(version, algorithm))
  return reply(
    next,
    concat(u32(memory.balanceFen), u16(memory.offlineNumber), tail, session.random),
  )
}

/** UPDATE CAPP DATA CACHE: takes a record along until DEBIT; nothing is written yet. */
export function updateCache({ card, command }: CardCall): CardStep {
  const open = card.session.purse
  if (open?.kind !== 'composite') return refuse(withPurse(card, null), SW.conditions)
  if (open.cache.length >= CACHE_MAX) return refuse(card, SW.tooLong)
  if ((command.p2 & 0x07) !== 0) return refuse(card, SW.wrongParameters)
  const place = cachePlace(card.memory, command)
  if (typeof place === 'number') return refuse(card, place)
  const cache = [...open.cache, { ...place, bytes: command.data }]
  return reply(withPurse(card, { ...open, cache }))
}

/** DEBIT FOR PURCHASE and FOR CAPP PURCHASE: the one commit of a purchase. */
export function debitPurchase({ card, command }: CardCall): CardStep {
  const open = card.session.purse
  const dropped = withPurse(card, null)
  if (!open || open.kind === 'load') return refuse(dropped, SW.conditions)
  if (open.kind === 'composite' && open.cache.length === 0) return refuse(dropped, SW.conditions)
  if (command.p1 !== 0x01 || command.p2 !== 0x00) return refuse(dropped, SW.wrongParameters)
  if (command.data.length !== DEBIT_BYTES) return refuse(dropped, SW.wrongLength)
  const bad = wrongLe(command, DEBIT_ANSWER)
  if (bad) return refuse(card, bad)

  const terminalSerial = readU32(command.data)
  const terms: PurchaseTerms = {
    amountFen: open.amountFen,
    type: open.kind === 'composite' ? TRANSACTION.compositePurchase : TRANSACTION.purchase,
    terminal: open.terminal,
    dateTime: command.data.slice(4, 11),
    uid: card.memory.uid,
  }
  const { offlineNumber } = card.memory
  const { random } = open
  const sessionKey = purchaseSessionKey(
    open.key.key,
    { random, offlineNumber, terminalSerial },
    open.key.algorithm,
  )
  if (!sameMac(purchaseMac1(sessionKey, terms), command.data.slice(11))) {
    return refuse(withWrongMac(card), SW.badMac)
  }
  const mac2 = purchaseMac2(sessionKey, open.amountFen)
  const tacInput = purchaseTacInput({ ...terms, terminalSerial })
  const code = tac(open.tacKey.key, tacInput, open.tacKey.algorithm)
  return reply(
    { ...dropped, memory: commit(card, { open, terms, mac2, tac: code }) },
    concat(code, mac2),
  )
}

/** The purchase key asked for and the TAC key, or the status word of what is missing. */
function purchaseKeys(
  memory: CardMemory,
  index: number,
): { readonly key: CardKey; readonly tacKey: CardKey } | number {
  const tacKey = findKey(memory, 'tac')
  if (!tacKey || !findKey(memory, 'purchase')) return SW.conditions
  const key = findKey(memory, 'purchase', index)
  return key ? { key, tacKey } : SW.noKeyIndex
}

/** Where a record of the cache goes, or the status word of why it does not. */
function cachePlace(
  memory: CardMemory,
  { p1, p2, data }: CardCall['command'],
): { readonly sfi: number; readonly index: number } | number {
  const sfi = p2 >> 3
  const ring = memory.cyclic[sfi]
  if (ring && sfi !== SFI.log) {
    if (p1 !== 0x00) return SW.wrongParameters
    return lengthFault(data, ring.recordBytes) ?? { sfi, index: 0 }
  }
  const records = memory.variable[sfi]
  if (!records) return SW.noFile
  const { idAt, lockAt, headBytes } = recordHead(sfi)
  const index = records.findIndex((record) => record[idAt] === p1)
  const record = records[index]
  if (!record) return SW.noRecord
  if (record[lockAt] !== 0x00) return SW.recordLocked
  const fault = lengthFault(data, record.length)
  if (fault) return fault
  // Id and length of a record are not the reader's to change.
  return equalBytes(data.slice(0, headBytes), record.slice(0, headBytes))
    ? { sfi, index }
    : SW.badData
}

function lengthFault(data: Uint8Array, length: number): number | undefined {
  if (data.length > length) return SW.tooLong
  return data.length < length ? SW.wrongLength : undefined
}

interface Settled {
  readonly open: OpenPurchase
  readonly terms: PurchaseTerms
  readonly mac2: Uint8Array
  readonly tac: Uint8Array
}

/** The memory after the purchase, made whole beside the old one: there is no state between. */
function commit({ memory }: Card, { open, terms, mac2, tac }: Settled): CardMemory {
  const number = memory.offlineNumber + 1
  const entry = logLayout.encode({
    number,
    amountFen: open.amountFen,
    type: terms.type,
    terminal: toHex(terms.terminal),
    date: toHex(terms.dateTime.slice(0, 4)),
    time: toHex(terms.dateTime.slice(4)),
  })
  const debited: CardMemory = {
    ...memory,
    balanceFen: memory.balanceFen - open.amountFen,
    offlineNumber: number,
    proof: { type: terms.type, number, mac2, tac },
  }
  return open.cache.reduce(
    (next, record) =>
      next.cyclic[record.sfi]
        ? appendCyclic(next, record.sfi, record.bytes)
        : replaceVariable(next, record),
    appendCyclic(debited, SFI.log, entry),
  )
}
