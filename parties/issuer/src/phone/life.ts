import { requireData } from '@unifare/core'
import { makeCardNumber } from '@unifare/registry'
import { publishDeny } from '../deny.ts'
import { cards } from '../tables.ts'
import {
  deviceOf,
  nextMark,
  nextScript,
  type PhoneContext,
  type PhoneOrder,
  phoneAccount,
  phoneCardOf,
  told,
} from './context.ts'
import { type PhoneCardRow, type PhoneCardState, phoneCards, phoneDevices } from './tables.ts'

/** Serial numbers of phone cards begin here, above those of cards of plastic and below codes. */
export const FIRST_PHONE_SERIAL = 4_000_000_000

type Told = ReturnType<typeof told>

/** Takes a further device into the account, which may then order for its cards, too. */
export async function addDevice(context: PhoneContext, order: PhoneOrder): Promise<null> {
  const account = await phoneAccount(context)
  const rider = String(order['rider'])
  requireData(/^rider-[0-9A-F]{64}$/.test(rider), 'message.malformed', 'no id of a device')
  const [known] = await context.tx.get(phoneDevices, [{ rider }])
  requireData(
    known === undefined || known.account === account,
    'issuer.phone-taken',
    'this device belongs to another account',
  )
  await context.tx.put(phoneDevices, [{ rider, account }])
  return null
}

/** A new card for a phone. The same phone again: the same card. */
export async function requestCard(context: PhoneContext, order: PhoneOrder): Promise<Told> {
  const account = await phoneAccount(context)
  const device = deviceOf(order)
  const held = await cardOn(context, device)
  if (held) {
    requireData(held.account === account, 'issuer.phone-taken', 'another account uses this phone')
    return told(held)
  }
  const { tx, input, issuer } = context
  const serial = FIRST_PHONE_SERIAL + (await nextMark(tx, 'phone-cards')) - 1
  const number = makeCardNumber({ iin: issuer.iin, serial })
  const issuedAt = input.acceptedAt
  const row: PhoneCardRow = {
    number,
    account,
    device,
    state: 'requested',
    script: await nextScript(context),
    denied: 0,
    target: '',
    frozen: '',
    issuedAt,
  }
  await tx.put(cards, [{ number, issuedAt, loadedFen: 0, spentFen: 0 }])
  await tx.put(phoneCards, [row])
  return told(row)
}

/** The card that a phone holds or is about to get. */
async function cardOn({ tx }: PhoneContext, device: string): Promise<PhoneCardRow | undefined> {
  const [held] = await tx.select(phoneCards, { device })
  return held ?? (await tx.select(phoneCards, { target: device }))[0]
}

/**
 * Suspends a card at the word of any device of the account: the deny list stops it at terminals
 * from their next pull on, and the phone stops it itself as soon as it hears of it.
 */
export async function suspendCard(context: PhoneContext, order: PhoneOrder): Promise<Told> {
  const row = await phoneCardOf(context, order)
  const suspended = row.state === 'active' || row.state === 'resuming'
  const next = suspended ? await scripted(context, row, 'suspending') : row
  return setDenied(context, next, true)
}

/** Lifts a suspension. */
export async function resumeCard(context: PhoneContext, order: PhoneOrder): Promise<Told> {
  const row = await phoneCardOf(context, order)
  const suspended = row.state === 'suspended' || row.state === 'suspending'
  const next = suspended ? await scripted(context, row, 'resuming') : row
  return setDenied(context, next, false)
}

async function setDenied(context: PhoneContext, row: PhoneCardRow, denied: boolean): Promise<Told> {
  const { tx, input, issuer } = context
  const next: PhoneCardRow = { ...row, denied: denied ? 1 : 0 }
  await tx.put(phoneCards, [next])
  if (next.denied !== row.denied) {
    const medium = 'card' as const
    const entry = { medium, issuer: issuer.id, account: row.number, reason: 'lost' }
    const change = denied
      ? { entries: [{ ...entry, since: input.acceptedAt }] }
      : { release: [`${medium}/${row.number}`] }
    await publishDeny(tx, change, input, issuer)
  }
  return told(next)
}

/**
 * Begins a move: the old phone is to freeze the card and to sign what is on it. As long as it has
 * not, the move may be called to another phone.
 */
export async function moveCard(context: PhoneContext, order: PhoneOrder): Promise<Told> {
  const row = await phoneCardOf(context, order)
  const target = deviceOf(order)
  if (row.state === 'moving' && row.device === target) return told(row)
  requireData(
    row.state === 'active' || row.state === 'freezing',
    'issuer.phone-state',
    `the card is ${row.state}: it cannot move now`,
  )
  const held = await cardOn(context, target)
  requireData(
    held === undefined || held.number === row.number,
    'issuer.phone-taken',
    'the new phone holds another card',
  )
  const next =
    row.state === 'freezing'
      ? { ...row, target }
      : await scripted(context, { ...row, target }, 'freezing')
  await context.tx.put(phoneCards, [next])
  return told(next)
}

/** The row in a state that waits for a script of its own; kept by whoever changed it. */
export async function scripted(
  context: PhoneContext,
  row: PhoneCardRow,
  state: PhoneCardState,
): Promise<PhoneCardRow> {
  return { ...row, state, script: await nextScript(context) }
}
