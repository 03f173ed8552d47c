import { concat } from '@unifare/core'
import { SFI } from '../files/card-files.ts'
import { SW } from '../status-words.ts'
import { u32 } from '../words.ts'
import { type CardCall, type CardStep, refuse, reply, wrongLe } from './card-state.ts'
import { recordHead } from './card-store.ts'

/** Most data bytes of a short answer. */
const ANSWER_MAX = 256

/**
 * READ BINARY by short file identifier. Reading past the end answers 6Cxx with what is left. EF 16
 * names the holder: it is read after VERIFY PIN or EXTERNAL AUTHENTICATE only (OURS; it is not
 * among the files that reference card 2 tells to be free).
 */
export function readBinary({ card, command }: CardCall): CardStep {
  const { p1, p2: offset, le = 256 } = command
  if ((p1 & 0xe0) !== 0x80) return refuse(card, SW.wrongParameters)
  const content = card.memory.binaries[p1 & 0x1f]
  if (!content) return refuse(card, SW.noFile)
  const { verified, authenticated } = card.session
  if ((p1 & 0x1f) === SFI.holder && !verified && !authenticated) return refuse(card, SW.security)
  const rest = content.length - offset
  if (rest <= 0) return refuse(card, SW.wrongOffset)
  if (le !== 256 && le > rest) return refuse(card, SW.wrongLe + rest)
  return reply(card, content.slice(offset, offset + Math.min(le, rest)))
}

/**
 * READ RECORD. The low bits of P2 say what P1 is: 4 the number of a record (1 is the newest of a
 * cyclic file), 5 the first of all from there on, as many as an answer holds, 0 the id of a
 * composite record; records of a cyclic file have none.
 */
export function readRecord({ card, command }: CardCall): CardStep {
  const { p1, p2 } = command
  const choose = RECORD_MODES[p2 & 0x07]
  if (!choose) return refuse(card, SW.wrongParameters)
  const sfi = p2 >> 3
  const variable = card.memory.variable[sfi]
  const records = card.memory.cyclic[sfi]?.records ?? variable
  if (!records) return refuse(card, SW.noFile)
  const idAt = variable && recordHead(sfi).idAt
  const answer = choose(records, p1, idAt)
  if (!answer) return refuse(card, SW.noRecord)
  const bad = wrongLe(command, answer.length)
  return bad ? refuse(card, bad) : reply(card, answer)
}

type Choose = (
  records: readonly Uint8Array[],
  p1: number,
  idAt: number | undefined,
) => Uint8Array | undefined

const RECORD_MODES: Readonly<Record<number, Choose>> = {
  0x00: (records, id, idAt) =>
    idAt === undefined ? undefined : records.find((record) => record[idAt] === id),
  0x04: (records, number) => records[number - 1],
  0x05: (records, number) => {
    let answer = records[number - 1]
    for (const record of records.slice(number)) {
      if (!answer || answer.length + record.length > ANSWER_MAX) break
      answer = concat(answer, record)
    }
    return answer
  },
}

/**
 * GET BALANCE: with overdraft, overdraft, what is used of it, real balance, all at once. Our
 * cards have no overdraft; a profile may show one, as Shanghai's do, and no purchase ever uses it.
 * P2 01 asks for an electronic deposit: a function that they have not.
 */
export function getBalance({ card, command }: CardCall): CardStep {
  const { balanceFen, overdraftFen } = card.memory
  const shown = u32(balanceFen + overdraftFen)
  const answers: Readonly<Record<number, Uint8Array>> = {
    0x00: shown,
    0x01: u32(overdraftFen),
    0x02: u32(0),
    0x03: u32(balanceFen),
    0x05: concat(shown, u32(overdraftFen), new Uint8Array(8)),
  }
  if (command.p2 === 0x01) return refuse(card, SW.locked)
  const answer = command.p2 === 0x02 ? answers[command.p1] : undefined
  if (!answer) return refuse(card, SW.wrongParameters)
  const bad = wrongLe(command, answer.length)
  return bad ? refuse(card, bad) : reply(card, answer)
}
