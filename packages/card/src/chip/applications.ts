import { ascii, concat, equalBytes, fromHex } from '@unifare/core'
import { SFI } from '../files/card-files.ts'
import { SW } from '../status-words.ts'
import { tlv } from '../tlv.ts'
import {
  type Card,
  type CardCall,
  type CardMemory,
  type CardSession,
  type CardStep,
  refuse,
  reply,
} from './card-state.ts'
import { cashFci } from './cash-face.ts'

/** Application identifier of the T-Union purse (reference card 1). */
export const PURSE_AID = fromHex('A000000632010105')
/** Electronic-cash face of the same purse. */
export const CASH_AID = fromHex('A000000632010106')
/** Purse of the city-union scheme, 住建部城市一卡通. */
export const CITY_UNION_AID = fromHex('A00000000386980701')
/** Name of the directory of a contactless card. */
export const PPSE = ascii('2PAY.SYS.DDF01')
/** Name of the directory of a card with contacts. */
export const PSE = ascii('1PAY.SYS.DDF01')

const PURSE_LABEL = ascii('MOT_T_EP')
const CASH_LABEL = ascii('MOT_T_CASH')
const RID_BYTES = 5

/** What SELECT found: what stands in the session then, and what the card answers. */
interface Found {
  readonly session: Pick<CardSession, 'selected' | 'purseAt'>
  readonly fci: Uint8Array
  readonly lock: CardMemory['lock']
}

/** SELECT by name: a directory, a purse by its whole or partial identifier, or a third scheme. */
export function select({ card, command }: CardCall): CardStep {
  const { p1, p2, data } = command
  if (p1 === 0x00) return refuse(card, SW.noFile)
  if (p1 !== 0x04 || (p2 !== 0x00 && p2 !== 0x02)) return refuse(card, SW.wrongParameters)
  if (p2 === 0x02) return refuse(card, SW.noFile)
  const found = find(card.memory, data)
  if (found === undefined) return refuse(card, SW.noFile)
  const next = selected(card, found.session)
  if (found.lock === 'permanent') return refuse(next, SW.permanentlyLocked)
  return found.lock === 'none' ? reply(next, found.fci) : refuse(next, SW.locked)
}

function find(memory: CardMemory, name: Uint8Array): Found | undefined {
  const { others, foreign } = memory
  if (equalBytes(name, PPSE)) return directory(ppseFci(memory))
  if (equalBytes(name, PSE)) return directory(pseFci())
  const purseAt = [memory, ...others].findIndex(({ aid }) => isPartOf(name, aid))
  const purse = purseAt === 0 ? memory : others[purseAt - 1]
  if (purse)
    return { session: { selected: 'purse', purseAt }, fci: purseFci(purse), lock: purse.lock }
  if (memory.cash && isPartOf(name, CASH_AID)) {
    return {
      session: { selected: 'cash', purseAt: 0 },
      fci: cashFci(memory, CASH_AID),
      lock: memory.lock,
    }
  }
  const stranger = foreign.find((application) => equalBytes(name, application.name))
  return (
    stranger && { session: { selected: 'foreign', purseAt: 0 }, fci: stranger.fci, lock: 'none' }
  )
}

function directory(fci: Uint8Array): Found {
  return { session: { selected: 'directory', purseAt: 0 }, fci, lock: 'none' }
}

function isPartOf(name: Uint8Array, aid: Uint8Array): boolean {
  return name.length >= RID_BYTES && equalBytes(name, aid.slice(0, name.length))
}

function selected(card: Card, session: Found['session']): Card {
  const fresh = { verified: false, authenticated: false, challenge: null, purse: null }
  const { wrongMacs } = card.session
  return { ...card, session: { ...session, ...fresh, wrongMacs } }
}

/** The directory lists the T-Union faces; city-union readers ask for theirs by name. */
function ppseFci({ aid, cash }: CardMemory): Uint8Array {
  const entries = [
    ...(cash ? [entry(CASH_AID, CASH_LABEL, 1)] : []),
    ...(isPartOf(PURSE_AID, aid) ? [entry(aid, PURSE_LABEL, 2)] : []),
  ]
  return tlv(0x6f, tlv(0x84, PPSE), tlv(0xa5, tlv(0xbf0c, concat(...entries))))
}

function entry(aid: Uint8Array, label: Uint8Array, priority: number): Uint8Array {
  return tlv(0x61, tlv(0x4f, aid), tlv(0x50, label), tlv(0x87, Uint8Array.of(priority)))
}

function pseFci(): Uint8Array {
  const proprietary = tlv(
    0xa5,
    tlv(0x88, Uint8Array.of(1)),
    tlv(0x5f2d, ascii('zh')),
    tlv(0x9f11, Uint8Array.of(1)),
  )
  return tlv(0x6f, tlv(0x84, PSE), proprietary)
}

function purseFci({ aid, binaries }: CardMemory): Uint8Array {
  const issuerData = binaries[SFI.publicInfo] ?? new Uint8Array(0)
  const proprietary = tlv(0xa5, tlv(0x9f08, Uint8Array.of(2)), tlv(0x9f0c, issuerData))
  return tlv(0x6f, tlv(0x84, aid), proprietary)
}
