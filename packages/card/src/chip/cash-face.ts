import { ascii, concat, fromHex } from '@unifare/core'
import {
  isEmptyRecord,
  logLayout,
  managementInfoLayout,
  publicInfoLayout,
  SFI,
  TRANSACTION,
} from '../files/card-files.ts'
import { SW } from '../status-words.ts'
import { tlv } from '../tlv.ts'
import {
  type CardCall,
  type CardMemory,
  type CardStep,
  refuse,
  reply,
  wrongLe,
} from './card-state.ts'

/** What a terminal would have to bring for a payment, as real cards list it (reference card 1). */
const PDOL = fromHex('DF60019F66049F02069F03069F1A0295055F2A029A039C019F21039F3704')
/** Composite capability, and where the two logs are: SFI 0B and 0C with 10 records each. */
const COMPOSITE_CAPABLE = fromHex('82')
const PURCHASE_LOG = fromHex('0B0A')
const LOAD_LOG = fromHex('0C0A')
/** Fields of a log record: date, time, amount, terminal (ours: 6 bytes), type, counter. */
const LOG_FORMAT = fromHex('9A039F21039F02069F1C069C019F3602')
const CARD_FILE = 0x01
const LOGS: Readonly<Record<number, (type: number) => boolean>> = {
  0x0b: (type) => type !== TRANSACTION.load,
  0x0c: (type) => type === TRANSACTION.load,
}

/** FCI of the electronic-cash face (reference card 1): PDOL, logs, and the card in DF11. */
export function cashFci(memory: CardMemory, aid: Uint8Array): Uint8Array {
  const discretionary = tlv(
    0xbf0c,
    tlv(0xdf61, COMPOSITE_CAPABLE),
    tlv(0x9f4d, PURCHASE_LOG),
    tlv(0xdf4d, LOAD_LOG),
    tlv(0xdf11, issuerData(memory)),
  )
  const proprietary = tlv(
    0xa5,
    tlv(0x50, ascii('MOT_T_CASH')),
    tlv(0x87, Uint8Array.of(1)),
    tlv(0x9f38, PDOL),
    discretionary,
  )
  return tlv(0x6f, tlv(0x84, aid), proprietary)
}

/** DF11, 32 bytes: issuer 8, enabled 1, PAN 10, kind 1, 01, country 4, province 2, city 2, interop 2, reserve 1. */
function issuerData({ binaries }: CardMemory): Uint8Array {
  const info = publicInfoLayout.decode(binaries[SFI.publicInfo] ?? new Uint8Array(0))
  const place = managementInfoLayout.decode(binaries[SFI.managementInfo] ?? new Uint8Array(0))
  return concat(
    fromHex(info.issuerId),
    Uint8Array.of(info.enabledFlag),
    pan(info.applicationSerial),
    Uint8Array.of(place.cardKind, 1),
    fromHex(place.country + place.province + place.city),
    Uint8Array.of(0, place.interoperability, 0),
  )
}

/** 19 digits and F, as tag 5A holds them. */
function pan(applicationSerial: string): Uint8Array {
  return fromHex(`${applicationSerial.slice(1)}F`)
}

/** READ RECORD of the cash face: the card in SFI 1, the purse's log as its two logs. */
export function readCashRecord({ card, command }: CardCall): CardStep | undefined {
  const { p1, p2 } = command
  const sfi = p2 >> 3
  const log = LOGS[sfi]
  if ((p2 & 0x07) !== 0x04 || (sfi !== CARD_FILE && log === undefined)) return undefined
  const record = log ? logRecords(card.memory, log)[p1 - 1] : cardRecord(card.memory, p1)
  if (!record) return refuse(card, SW.noRecord)
  const bad = wrongLe(command, record.length)
  return bad ? refuse(card, bad) : reply(card, record)
}

function cardRecord({ binaries }: CardMemory, number: number): Uint8Array | undefined {
  if (number !== 1) return undefined
  const info = publicInfoLayout.decode(binaries[SFI.publicInfo] ?? new Uint8Array(0))
  return tlv(
    0x70,
    tlv(0x5a, pan(info.applicationSerial)),
    tlv(0x5f24, fromHex(info.validTo.slice(2))),
    tlv(0x5f25, fromHex(info.validFrom.slice(2))),
  )
}

function logRecords({ cyclic }: CardMemory, belongs: (type: number) => boolean): Uint8Array[] {
  return (cyclic[SFI.log]?.records ?? [])
    .filter((record) => !isEmptyRecord(record))
    .map((record) => logLayout.decode(record))
    .filter(({ type }) => belongs(type))
    .map(({ date, time, amountFen, terminal, type, number }) =>
      concat(
        fromHex(date.slice(2) + time),
        amountDigits(amountFen),
        fromHex(terminal),
        Uint8Array.of(type, number >> 8, number),
      ),
    )
}

/** GET DATA of the cash face: balance, and the form of the logs. */
export function getCashData({ card, command }: CardCall): CardStep {
  const tag = (command.p1 << 8) | command.p2
  const values: Readonly<Record<number, Uint8Array>> = {
    0x9f79: amountDigits(card.memory.balanceFen),
    0x9f4f: LOG_FORMAT,
    0xdf4f: LOG_FORMAT,
  }
  const value = values[tag]
  return value ? reply(card, tlv(tag, value)) : refuse(card, SW.wrongReference)
}

/** Six bytes of decimal digits, in fen. */
function amountDigits(amountFen: number): Uint8Array {
  return fromHex(String(amountFen).padStart(12, '0'))
}
