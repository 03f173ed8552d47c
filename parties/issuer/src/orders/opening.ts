import type { LoadOpening } from '@unifare/card'
import { fromHex, requireData } from '@unifare/core'

const TEXT = {
  issuerId: /^[0-9A-F]{16}$/,
  applicationSerial: /^0\d{19}$/,
  terminal: /^\d{12}$/,
  date: /^\d{8}$/,
  time: /^\d{6}$/,
} as const
const NUMBERS = {
  amountFen: 0xffff_ffff,
  balanceBeforeFen: 0xffff_ffff,
  onlineNumber: 0xffff,
  keyIndex: 0xff,
  keyVersion: 0xff,
  algorithm: 0xff,
} as const
const BYTES = { random: 4, mac1: 4 } as const

/** Reads an opening of an order; throws `message.malformed` with the field. */
export function openingOf(value: unknown): LoadOpening {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >
  const read = <T>(name: string, fits: boolean, found: T): T => {
    requireData(fits, 'message.malformed', `opening.${name} does not fit`)
    return found
  }
  const text = (name: keyof typeof TEXT) => {
    const found = fields[name]
    return read(name, typeof found === 'string' && TEXT[name].test(found), String(found))
  }
  const whole = (name: keyof typeof NUMBERS) => {
    const found = Number(fields[name])
    const fits = typeof fields[name] === 'number' && Number.isSafeInteger(found)
    return read(name, fits && found >= 0 && found <= NUMBERS[name], found)
  }
  const bytes = (name: keyof typeof BYTES) => {
    const found = String(fields[name])
    const fits = /^[0-9A-F]*$/.test(found) && found.length === BYTES[name] * 2
    return read(name, fits, fits ? fromHex(found) : new Uint8Array(0))
  }
  return {
    issuerId: text('issuerId'),
    applicationSerial: text('applicationSerial'),
    terminal: text('terminal'),
    date: text('date'),
    time: text('time'),
    amountFen: whole('amountFen'),
    balanceBeforeFen: whole('balanceBeforeFen'),
    onlineNumber: whole('onlineNumber'),
    keyIndex: whole('keyIndex'),
    keyVersion: whole('keyVersion'),
    algorithm: whole('algorithm'),
    random: bytes('random'),
    mac1: bytes('mac1'),
  }
}
