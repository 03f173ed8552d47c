import { ascii, concat, equalBytes, fromHex } from '@unifare/core'
import { SFI } from '../files/card-files.ts'
import { SW } from '../status-words.ts'
import { tlv } from '../tlv.ts'
import { u32 } from '../words.ts'
import { type Card, type CardCall, type CardStep, refuse, reply, wrongLe } from './card-state.ts'

/** Application identifier of the T-Union purse (reference card 1). */
export const PURSE_AID = fromHex('A000000632010105')
/** Name of the directory of a contactless card. */
export const PPSE = ascii('2PAY.SYS.DDF01')

const PURSE_LABEL = ascii('MOT_T_EP')
const RID_BYTES = 5

/** SELECT by name: the directory, or the purse by its whole or partial identifier. */
export function select({ card, command }: CardCall): CardStep {
  const { p1, p2, data } = command
  if (p1 === 0x00) return refuse(card, SW.noFile)
  if (p1 !== 0x04 || (p2 !== 0x00 && p2 !== 0x02)) return refuse(card, SW.wrongParameters)
  if (p2 === 0x02) return refuse(card, SW.noFile)
  if (equalBytes(data, PPSE)) return reply(selected(card, 'directory'), directoryFci(card))
  if (!isPartOf(data, card.memory.aid)) return refuse(card, SW.noFile)
  const next = selected(card, 'purse')
  switch (card.memory.lock) {
    case 'none':
      return reply(next, purseFci(card))
    case 'temporary':
      return refuse(next, SW.locked)
    case 'permanent':
      return refuse(next, SW.permanentlyLocked)
  }
}

/** READ BINARY by short file identifier. Reading past the end answers 6Cxx with what is left. */
export function readBinary({ card, command }: CardCall): CardStep {
  const { p1, p2: offset, le = 256 } = command
  if ((p1 & 0xe0) !== 0x80) return refuse(card, SW.wrongParameters)
  const content = card.memory.binaries[p1 & 0x1f]
  if (!content) return refuse(card, SW.noFile)
  const rest = content.length - offset
  if (rest <= 0) return refuse(card, SW.wrongOffset)
  if (le !== 256 && le > rest) return refuse(card, SW.wrongLe + rest)
  return reply(card, content.slice(offset, offset + Math.min(le, rest)))
}

/** READ RECORD by number; number 1 is the newest of a cyclic file. */
export function readRecord({ card, command }: CardCall): CardStep {
  const { p1, p2 } = command
  if ((p2 & 0x07) !== 0x04) return refuse(card, SW.wrongParameters)
  const sfi = p2 >> 3
  const records = card.memory.cyclic[sfi]?.records ?? card.memory.variable[sfi]
  if (!records) return refuse(card, SW.noFile)
  const record = records[p1 - 1]
  if (!record) return refuse(card, SW.noRecord)
  const bad = wrongLe(command, record.length)
  return bad ? refuse(card, bad) : reply(card, record)
}

/** GET BALANCE. There is no overdraft on our cards, so the limit and what is used of it are 0. */
export function getBalance({ card, command }: CardCall): CardStep {
  const balance = u32(card.memory.balanceFen)
  const answers: Readonly<Record<number, Uint8Array>> = {
    0x00: balance,
    0x01: u32(0),
    0x02: u32(0),
    0x03: balance,
    0x05: concat(balance, new Uint8Array(12)),
  }
  const answer = command.p2 === 0x02 ? answers[command.p1] : undefined
  if (!answer) return refuse(card, SW.wrongParameters)
  const bad = wrongLe(command, answer.length)
  return bad ? refuse(card, bad) : reply(card, answer)
}

function isPartOf(name: Uint8Array, aid: Uint8Array): boolean {
  return name.length >= RID_BYTES && equalBytes(name, aid.slice(0, name.length))
}

function selected(card: Card, application: 'directory' | 'purse'): Card {
  return { ...card, session: { selected: application, challenge: null, purse: null } }
}

function directoryFci({ memory }: Card): Uint8Array {
  const entry = tlv(
    0x61,
    tlv(0x4f, memory.aid),
    tlv(0x50, PURSE_LABEL),
    tlv(0x87, Uint8Array.of(2)),
  )
  return tlv(0x6f, tlv(0x84, PPSE), tlv(0xa5, tlv(0xbf0c, entry)))
}

function purseFci({ memory }: Card): Uint8Array {
  const issuerData = memory.binaries[SFI.publicInfo] ?? new Uint8Array(0)
  const proprietary = tlv(0xa5, tlv(0x9f08, Uint8Array.of(2)), tlv(0x9f0c, issuerData))
  return tlv(0x6f, tlv(0x84, memory.aid), proprietary)
}
