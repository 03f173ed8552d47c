import { requireData } from '@unifare/core'
import { makeCardNumber } from '@unifare/registry'
import { accountOf } from '../accounts.ts'
import { publishDeny } from '../deny.ts'
import { newService } from '../orders/order-context.ts'
import { services } from '../orders/tables.ts'
import { cards } from '../tables.ts'
import { liveCardOf, nextMark, type PhoneContext, scripted, type Told, told } from './context.ts'
import { provenDevice } from './devices.ts'
import { type PhoneCardRow, phoneCards } from './tables.ts'

/** Serial numbers of phone cards begin here, above those of cards of plastic and below codes. */
export const FIRST_PHONE_SERIAL = 4_000_000_000

/**
 * A new card for a phone that proves itself, registered to the rider. The same phone again: the
 * same card.
 */
export async function requestCard(context: PhoneContext): Promise<Told> {
  const { tx, input, iin, asker } = context
  await accountOf(tx, asker.party)
  const device = await provenDevice(context)
  const held = await cardOn(context, device)
  if (held) {
    requireData(held.owner === asker.party, 'issuer.phone-taken', 'another rider uses this phone')
    return told(held)
  }
  const serial = FIRST_PHONE_SERIAL + (await nextMark(tx, 'phone-cards')) - 1
  const number = makeCardNumber({ iin, serial })
  const issuedAt = input.acceptedAt
  const fresh = { number, owner: asker.party, device, issuedAt }
  const idle = { script: 0, suspendedBy: '', target: '', frozen: '' }
  const row = await scripted(context, { ...fresh, ...idle, state: 'requested' }, 'requested')
  await tx.put(cards, [{ number, issuedAt, loadedFen: 0, spentFen: 0 }])
  await tx.put(services, [{ ...newService(number), rider: asker.party }])
  await tx.put(phoneCards, [row])
  return told(row)
}

/** The card that a phone holds or is about to get. */
async function cardOn({ tx }: PhoneContext, device: string): Promise<PhoneCardRow | undefined> {
  const held = await tx.select(phoneCards, { device })
  const coming = await tx.select(phoneCards, { target: device })
  return [...held, ...coming].find(({ state }) => state !== 'ended')
}

/**
 * Suspends a card at the word of any device of its rider: the deny list stops it at terminals from
 * their next pull on, and the phone stops it itself as soon as it hears of it.
 */
export async function suspendCard(context: PhoneContext): Promise<Told> {
  const row = await liveCardOf(context)
  const suspended = row.state === 'active' || row.state === 'resuming'
  const next = suspended ? await scripted(context, row, 'suspending') : row
  const suspendedBy = row.suspendedBy === '' ? context.input.message.sender : row.suspendedBy
  return setSuspended(context, row, { ...next, suspendedBy })
}

/** Lifts a suspension, at the word of the device that asked for it: never the finder's. */
export async function resumeCard(context: PhoneContext): Promise<Told> {
  const row = await liveCardOf(context)
  requireData(
    row.suspendedBy === '' || row.suspendedBy === context.input.message.sender,
    'issuer.phone-suspended',
    'the device that suspended the card resumes it',
  )
  const suspended = row.state === 'suspended' || row.state === 'suspending'
  const next = suspended ? await scripted(context, row, 'resuming') : row
  return setSuspended(context, row, { ...next, suspendedBy: '' })
}

async function setSuspended(
  context: PhoneContext,
  before: PhoneCardRow,
  next: PhoneCardRow,
): Promise<Told> {
  const { tx, input, id } = context
  await tx.put(phoneCards, [next])
  if (next.suspendedBy === before.suspendedBy) return told(next)
  const entry = { medium: 'card', issuer: id, account: next.number, reason: 'lost' }
  const change =
    next.suspendedBy === ''
      ? { release: [`card/${next.number}`] }
      : { entries: [{ ...entry, since: input.acceptedAt }] }
  await publishDeny(tx, change, input, context)
  return told(next)
}

/**
 * Begins a move to a phone that proves itself: the old one is to freeze the card and to sign what
 * is on it. As long as it has not, the move may be called to another phone.
 */
export async function moveCard(context: PhoneContext): Promise<Told> {
  const row = await liveCardOf(context)
  const target = await provenDevice(context)
  if (row.state === 'moving' && row.device === target) return told(row)
  requireData(
    row.state === 'active' || row.state === 'freezing',
    'issuer.phone-state',
    `the card is ${row.state}: it cannot move now`,
  )
  const held = await cardOn(context, target)
  requireData(
    held === undefined || (held.number === row.number && row.device !== target),
    'issuer.phone-taken',
    'the new phone holds a card already',
  )
  const called = { ...row, target }
  const next = row.state === 'freezing' ? called : await scripted(context, called, 'freezing')
  await context.tx.put(phoneCards, [next])
  return told(next)
}
