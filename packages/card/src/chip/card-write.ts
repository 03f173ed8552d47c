import { concat } from '@unifare/core'
import { SW } from '../status-words.ts'
import { type Card, type CardCall, type CardStep, refuse, reply } from './card-state.ts'
import { replaceVariable } from './card-store.ts'
import { withSecureMessage } from './secure-message.ts'

const RECORDS_MAX = 32
const RECORD_BYTES_MAX = 250

/** UPDATE BINARY under secure messaging: writes inside a transparent file, never beyond its end. */
export function updateBinary(call: CardCall): CardStep {
  const { p1, p2: offset } = call.command
  if ((p1 & 0xe0) !== 0x80) return refuse(call.card, SW.wrongParameters)
  const sfi = p1 & 0x1f
  return withSecureMessage(call, 'maintenance', (card, data) => {
    const content = card.memory.binaries[sfi]
    if (!content) return refuse(card, SW.noFile)
    if (offset >= content.length) return refuse(card, SW.wrongOffset)
    if (offset + data.length > content.length) return refuse(card, SW.tooLong)
    const next = concat(content.slice(0, offset), data, content.slice(offset + data.length))
    const binaries = { ...card.memory.binaries, [sfi]: next }
    return reply({ ...card, memory: { ...card.memory, binaries } })
  })
}

/**
 * UPDATE RECORD under secure messaging, by record number. The cyclic logs are written by
 * transactions only.
 */
export function updateRecord(call: CardCall): CardStep {
  const { p1, p2 } = call.command
  if ((p2 & 0x07) !== 0x04) return refuse(call.card, SW.wrongParameters)
  const sfi = p2 >> 3
  return withSecureMessage(call, 'maintenance', (card, data) => {
    if (card.memory.cyclic[sfi]) return refuse(card, SW.conditions)
    const records = card.memory.variable[sfi]
    if (!records) return refuse(card, SW.noFile)
    const old = records[p1 - 1]
    if (!old) return refuse(card, SW.noRecord)
    if (data.length > old.length) return refuse(card, SW.tooLong)
    if (data.length < old.length) return refuse(card, SW.wrongLength)
    return reply(replaced(card, { sfi, index: p1 - 1, bytes: data }))
  })
}

function replaced(card: Card, record: Parameters<typeof replaceVariable>[1]): Card {
  return { ...card, memory: replaceVariable(card.memory, record) }
}

/** APPEND RECORD to a variable file: under secure messaging, or after EXTERNAL AUTHENTICATE. */
export function appendRecord(call: CardCall): CardStep {
  const { cla, p1, p2, data } = call.command
  if (p1 !== 0x00 || (p2 & 0x07) !== 0) return refuse(call.card, SW.wrongParameters)
  const append = (card: Card, bytes: Uint8Array) => appended(card, p2 >> 3, bytes)
  if (cla === 0x04) return withSecureMessage(call, 'maintenance', append)
  return call.card.session.authenticated ? append(call.card, data) : refuse(call.card, SW.security)
}

function appended(card: Card, sfi: number, bytes: Uint8Array): CardStep {
  const records = card.memory.variable[sfi]
  if (!records) return refuse(card, SW.noFile)
  const fits = bytes.length > 0 && bytes.length <= RECORD_BYTES_MAX && records.length < RECORDS_MAX
  if (!fits) return refuse(card, SW.tooLong)
  const variable = { ...card.memory.variable, [sfi]: [...records, bytes] }
  return reply({ ...card, memory: { ...card.memory, variable } })
}
