import { concat, toHex } from '@unifare/core'
import { sameMac } from '@unifare/crypto'
import { logLayout, SFI, TRANSACTION } from '../files/card-files.ts'
import { loadMac1, loadMac2, loadSessionKey, loadTacInput, tac } from '../purse/purse-crypto.ts'
import { SW } from '../status-words.ts'
import { readU32, u16, u32 } from '../words.ts'
import { COUNTER_MAX } from './card-purchase.ts'
import {
  type CardCall,
  type CardStep,
  findKey,
  refuse,
  reply,
  withPurse,
  withWrongMac,
  wrongLe,
} from './card-state.ts'
import { appendCyclic } from './card-store.ts'

const INIT_BYTES = 11
const INIT_ANSWER = 16
const CREDIT_BYTES = 11
const CREDIT_ANSWER = 4
const NO_MAC2 = new Uint8Array(4)

/** INITIALIZE FOR LOAD. */
export function initLoad({ card, command, random }: CardCall): CardStep {
  const { memory } = card
  if (command.data.length !== INIT_BYTES) return refuse(card, SW.wrongLength)
  const bad = wrongLe(command, INIT_ANSWER)
  if (bad) return refuse(card, bad)
  if (memory.loadNeedsPin && !card.session.verified) return refuse(card, SW.security)
  const amountFen = readU32(command.data, 1)
  const tacKey = findKey(memory, 'tac')
  if (!tacKey || !findKey(memory, 'load')) return refuse(card, SW.conditions)
  const key = findKey(memory, 'load', command.data[0])
  if (!key) return refuse(card, SW.noKeyIndex)
  if (memory.onlineNumber >= COUNTER_MAX) return refuse(card, SW.counterAtMaximum)
  if (memory.balanceFen + amountFen > memory.balanceLimitFen) return refuse(card, SW.conditions)

  const terminal = command.data.slice(5)
  const challenge = random(4)
  const { balanceFen, onlineNumber } = memory
  const sessionKey = loadSessionKey(key.key, { random: challenge, onlineNumber }, key.algorithm)
  const mac1 = loadMac1(sessionKey, { amountFen, terminal, oldBalanceFen: balanceFen })
  const next = withPurse(
    { ...card, memory: { ...memory, proof: null } },
    { kind: 'load', tacKey, amountFen, terminal, sessionKey },
  )
  const keyBytes = Uint8Array.of(key.version, key.algorithm)
  return reply(next, concat(u32(balanceFen), u16(onlineNumber), keyBytes, challenge, mac1))
}

/** CREDIT FOR LOAD: the one commit of a load. */
export function creditLoad({ card, command }: CardCall): CardStep {
  const open = card.session.purse
  const dropped = withPurse(card, null)
  if (open?.kind !== 'load') return refuse(dropped, SW.conditions)
  if (command.p1 !== 0x00 || command.p2 !== 0x00) return refuse(dropped, SW.wrongParameters)
  if (command.data.length !== CREDIT_BYTES) return refuse(dropped, SW.wrongLength)
  const bad = wrongLe(command, CREDIT_ANSWER)
  if (bad) return refuse(card, bad)

  const { amountFen, terminal } = open
  const dateTime = command.data.slice(0, 7)
  const expected = loadMac2(open.sessionKey, { amountFen, terminal, dateTime })
  if (!sameMac(expected, command.data.slice(7))) return refuse(withWrongMac(card), SW.badMac)

  const { memory } = card
  const balanceFen = memory.balanceFen + amountFen
  const { onlineNumber } = memory
  const number = onlineNumber + 1
  const terms = { amountFen, terminal, dateTime, newBalanceFen: balanceFen, onlineNumber }
  const code = tac(open.tacKey.key, loadTacInput(terms), open.tacKey.algorithm)
  const entry = logLayout.encode({
    number,
    amountFen,
    type: TRANSACTION.load,
    terminal: toHex(terminal),
    date: toHex(dateTime.slice(0, 4)),
    time: toHex(dateTime.slice(4)),
  })
  const proof = { type: TRANSACTION.load, number, mac2: NO_MAC2, tac: code }
  const loaded = { ...memory, balanceFen, onlineNumber: number, proof }
  return reply({ ...dropped, memory: appendCyclic(loaded, SFI.log, entry) }, code)
}
