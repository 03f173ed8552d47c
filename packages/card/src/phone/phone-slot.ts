import { concat } from '@unifare/core'
import type { RandomBytes } from '@unifare/crypto'
import { type Apdu, type CardTransport, expect9000 } from '../reader/transport.ts'
import { readU16 } from '../words.ts'
import { resetPhone, transmitPhone } from './phone.ts'
import { managePhone, RECEIPT_CHUNK } from './phone-manage.ts'
import type { Phone, PhoneStep } from './phone-state.ts'
import { HEADER, SIGNATURE_BYTES } from './phone-wire.ts'

/** A phone with its two ways in: readers reach the cards, the wallet app the management. */
export interface PhoneSlot extends CardTransport {
  /** The phone as it is now: keep its image. */
  phone(): Phone
  /** The phone leaves the field: open transactions are gone. */
  reset(): void
  readonly manage: CardTransport
}

/**
 * Puts a phone to use. `onChange` keeps a changed phone before a command is answered; where it
 * rejects, the change is not made. Readers and the wallet app wait for each other: a command sees
 * all that was answered before it.
 */
export function createPhoneSlot(options: {
  readonly phone: Phone
  readonly random: RandomBytes
  readonly onChange?: (phone: Phone) => Promise<void> | void
}): PhoneSlot {
  let phone = resetPhone(options.phone)
  let resets = 0
  let last: Promise<unknown> = Promise.resolve()
  const take = async (run: (phone: Phone) => PhoneStep): Promise<Uint8Array> => {
    const next = run(phone)
    const before = resets
    const lasting = next.phone.instances !== phone.instances || next.phone.staged !== phone.staged
    if (lasting) await options.onChange?.(next.phone)
    // The field may have been lost while the change was being kept.
    phone = resets === before ? next.phone : resetPhone(next.phone)
    return next.response
  }
  const inTurn = (run: (phone: Phone) => PhoneStep): Promise<Uint8Array> => {
    const answer = last.then(() => take(run))
    last = answer.catch(() => undefined)
    return answer
  }
  return {
    phone: () => phone,
    reset() {
      resets += 1
      phone = resetPhone(phone)
    },
    transmit: (apdu) => inTurn((now) => transmitPhone(now, apdu, options.random)),
    manage: { transmit: (apdu) => inTurn((now) => managePhone(now, apdu)) },
  }
}

/** Public key of the phone, 33 bytes. */
export function readDeviceKey(manage: CardTransport): Promise<Uint8Array> {
  return expect9000(manage, { header: HEADER.deviceKey, le: 0 })
}

/** The device's signature of a statement of at most 64 bytes; see `provesDevice`. */
export function signStatement(manage: CardTransport, statement: Uint8Array): Promise<Uint8Array> {
  return expect9000(
    manage,
    { header: HEADER.prove, data: statement, le: 0 },
    { length: SIGNATURE_BYTES },
  )
}

/** Makes room for an instance that obeys an issuer; the same again is no error. */
export async function installInstance(
  manage: CardTransport,
  { aid, issuerKey }: { readonly aid: Uint8Array; readonly issuerKey: Uint8Array },
): Promise<void> {
  await expect9000(manage, { header: HEADER.install, data: concat(aid, issuerKey) })
}

/** Switches an instance on and prefers it, or switches it off. */
export async function switchInstance(
  manage: CardTransport,
  aid: Uint8Array,
  to: 'on' | 'off',
): Promise<void> {
  const header = to === 'on' ? HEADER.activate : HEADER.deactivate
  await expect9000(manage, { header, data: aid })
}

/**
 * Carries a script out, from wherever an earlier try was cut off, and reads what the device signs
 * about it. Throws `card.torn` when cut off again, `card.wrong-status` when the phone refuses.
 */
export async function runScript(
  manage: CardTransport,
  commands: readonly Uint8Array[],
  aid: Uint8Array,
): Promise<Uint8Array> {
  const [opening, ...steps] = commands
  if (opening === undefined) throw new TypeError('a script has at least its opening')
  const next = await expect9000(manage, apduOf(opening), { length: 2 })
  for (const step of steps.slice(readU16(next))) await expect9000(manage, apduOf(step))
  return readLastReceipt(manage, aid)
}

/** The last receipt of an instance, signature first; empty before the first script. */
export async function readLastReceipt(manage: CardTransport, aid: Uint8Array): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for (let offset = 0; ; offset += RECEIPT_CHUNK) {
    const part = await expect9000(manage, { header: HEADER.receipt + offset, data: aid, le: 0 })
    parts.push(part)
    if (part.length < RECEIPT_CHUNK) return concat(...parts)
  }
}

/** Commands travel as bytes; a command with data is header, Lc, data, and maybe Le. */
function apduOf(bytes: Uint8Array): Apdu {
  const header = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  const length = bytes[4] ?? 0
  const data = bytes.slice(5, 5 + length)
  return bytes.length > 5 + length ? { header, data, le: 0 } : { header, data }
}
