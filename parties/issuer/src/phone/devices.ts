import { consentStatement, deviceStatement, provesDevice } from '@unifare/card'
import { businessDay, fromHex, requireData, type Tx } from '@unifare/core'
import { ed25519Verify } from '@unifare/crypto'
import { lastAccount } from '../accounts.ts'
import { challengeFor } from '../orders/order-context.ts'
import { requireLiveKey } from '../people/keys.ts'
import { endedKeys } from '../people/tables.ts'
import type { PhoneContext } from './context.ts'
import { phoneDevices } from './tables.ts'

/**
 * Who a device on the link acts for: the rider that took it in, else itself. Throws
 * `issuer.key-ended` for a device whose account another phone took over.
 */
export async function ownerOf(tx: Tx, rider: string): Promise<string> {
  await requireLiveKey(tx, rider)
  const [device] = await tx.get(phoneDevices, [{ rider }])
  return device?.owner ?? rider
}

/**
 * Takes a further device in: it acts for the rider, once it has agreed with its own key. A device
 * with an account of its own stays by itself.
 */
export async function addDevice({ tx, id, asker, fields }: PhoneContext): Promise<null> {
  const owner = asker.party
  const [rider, consent] = [String(fields['rider']), String(fields['consent'])]
  requireData(/^rider-[0-9A-F]{64}$/.test(rider), 'message.malformed', 'no id of a device')
  requireData(/^[0-9A-F]{128}$/.test(consent), 'message.malformed', 'no signature of a device')
  const [known] = await tx.get(phoneDevices, [{ rider }])
  const account = await lastAccount(tx, rider)
  requireData(
    (known?.owner ?? owner) === owner && (account?.state ?? 'withdrawn') === 'withdrawn',
    'issuer.phone-taken',
    'this device belongs to another rider',
  )
  const key = fromHex(rider.slice('rider-'.length))
  requireData(
    rider !== owner && ed25519Verify(key, consentStatement(id, owner), fromHex(consent)),
    'issuer.device-consent',
    'the device has not agreed to act for this rider',
  )
  await tx.put(phoneDevices, [{ rider, owner }])
  // One that was left behind when the account was taken over may come back.
  await tx.remove(endedKeys, [{ rider }])
  return null
}

/** A device's public key as it came in an order. Throws `message.malformed`. */
export function deviceOf({ fields }: PhoneContext): string {
  const device = String(fields['device'])
  requireData(
    /^0[23][0-9A-F]{64}$/.test(device),
    'message.malformed',
    'a device is named by its compressed P-256 key in hexadecimal',
  )
  return device
}

/** What the named phone must sign on this business day to be taken for a card of this rider. */
export async function giveChallenge(
  context: PhoneContext,
): Promise<{ readonly challenge: string }> {
  return { challenge: await challengeOf(context, deviceOf(context)) }
}

function challengeOf(context: PhoneContext, device: string): Promise<string> {
  const day = businessDay(context.input.acceptedAt)
  return challengeFor(context, `phone ${device} ${context.asker.party} ${day}`)
}

/** The named phone, which has signed today's challenge; throws `issuer.phone-proof`. */
export async function provenDevice(context: PhoneContext): Promise<string> {
  const device = deviceOf(context)
  const proof = String(context.fields['proof'])
  requireData(/^[0-9A-F]{128}$/.test(proof), 'message.malformed', 'no signature of a phone')
  const statement = deviceStatement(context.id, await challengeOf(context, device))
  requireData(
    provesDevice(fromHex(device), statement, fromHex(proof)),
    'issuer.phone-proof',
    'the phone has not signed the challenge of today',
  )
  return device
}
