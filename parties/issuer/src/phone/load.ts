import { createLoadHost, identityOf, type LoadOpening } from '@unifare/card'
import { businessDay, type Fen, fromHex, requireData, type Tx, toHex } from '@unifare/core'
import { type Entry, postEntries } from '@unifare/ledger'
import { cards } from '../tables.ts'
import { type PhoneContext, type PhoneOrder, phoneCardOf } from './context.ts'
import { type PhoneCardRow, type PhoneLoadRow, phoneFunds, phoneLoads } from './tables.ts'

/** What of an opening comes from the phone; the card's identity is the issuer's own knowledge. */
type ToldOpening = Omit<LoadOpening, 'issuerId' | 'applicationSerial' | 'random' | 'mac1'> & {
  readonly random: string
  readonly mac1: string
}

/** Staff: a rider paid for loads, in whatever way; `reference` names the payment once and for all. */
export async function fundLoads(tx: Tx, order: PhoneOrder): Promise<{ readonly amountFen: Fen }> {
  const { account, amountFen, day, reference } = order
  requireData(
    typeof account === 'string' && Number.isSafeInteger(amountFen) && Number(amountFen) > 0,
    'message.malformed',
    'an account and an amount above zero',
  )
  const paidFen = Number(amountFen)
  const id = `phone-fund/${String(reference)}`
  await post(tx, {
    id,
    day: String(day),
    kind: 'phone-fund',
    amountFen: paidFen,
    to: 'phone/prepaid',
    from: 'sales/received',
  })
  return { amountFen: await changeFund(tx, account, paidFen) }
}

async function changeFund(tx: Tx, account: string, changeFen: Fen): Promise<Fen> {
  const [fund] = await tx.get(phoneFunds, [{ account }])
  const amountFen = (fund?.amountFen ?? 0) + changeFen
  requireData(amountFen >= 0, 'issuer.phone-fund', `${-amountFen} fen are missing for this load`)
  await tx.put(phoneFunds, [{ account, amountFen }])
  return amountFen
}

/**
 * First half of a load by the phone as reader: checks MAC1, takes the money out of what was
 * prepaid into suspense, and answers MAC2. One amount a counter: whatever becomes of earlier
 * answers, the card can take only one of them, and they are all worth the same.
 */
export async function authoriseLoad(
  context: PhoneContext,
  order: PhoneOrder,
): Promise<{ readonly mac2: string }> {
  const row = await phoneCardOf(context, order)
  requireData(
    row.state === 'active' && row.denied === 0,
    'issuer.phone-state',
    `the card is ${row.denied === 1 ? 'suspended' : row.state}: it cannot be loaded now`,
  )
  const opening = openingOf(context, row, order['opening'])
  const authorised = await hostOf(context).authorise(opening)
  requireData(authorised.ok, 'issuer.phone-load', 'the card did not prove this load')
  await settleLoads(context, row, opening.onlineNumber, 'card')
  const { number, account } = row
  const { amountFen, onlineNumber } = opening
  const [open] = await context.tx.get(phoneLoads, [{ number, onlineNumber }])
  const fresh = open === undefined || open.state === 'reversed'
  requireData(
    fresh || (open.state === 'authorised' && open.amountFen === amountFen),
    'issuer.phone-load-open',
    `a load of ${open?.amountFen} fen is open on this card: finish it first`,
  )
  const load: PhoneLoadRow = {
    number,
    onlineNumber,
    amountFen,
    state: 'authorised',
    attempt: (open?.attempt ?? 0) + (fresh ? 1 : 0),
    opening: order['opening'],
  }
  if (fresh) {
    await changeFund(context.tx, account, -amountFen)
    await post(context.tx, {
      ...entryOf(context, load, 'authorised'),
      amountFen,
      from: 'phone/prepaid',
      to: 'phone/suspense',
    })
  }
  await context.tx.put(phoneLoads, [load])
  return { mac2: toHex(authorised.mac2) }
}

/** Second half: the TAC proves that the card took the money. The same again changes nothing. */
export async function confirmLoad(
  context: PhoneContext,
  order: PhoneOrder,
): Promise<{ readonly loadedFen: Fen }> {
  const row = await phoneCardOf(context, order)
  const key = { number: row.number, onlineNumber: Number(order['onlineNumber']) }
  const [load] = await context.tx.get(phoneLoads, [key])
  requireData(load !== undefined, 'issuer.phone-load', 'no such load of this card')
  const opening = openingOf(context, row, load.opening)
  requireData(
    await hostOf(context).confirm(opening, hexOf(order['tac'], 4)),
    'issuer.phone-load',
    'the card did not prove that it took the load',
  )
  await close(context, row, load, 'written')
  const [card] = await context.tx.get(cards, [{ number: row.number }])
  return { loadedFen: card?.loadedFen ?? 0 }
}

/**
 * Settles what was left open by what the card says about its counter: past a load's counter, it
 * was written. At it, only a frozen card (`by` left out) has not taken it and never will; a live
 * one may still hold an answer to it.
 */
export async function settleLoads(
  context: PhoneContext,
  row: PhoneCardRow,
  onlineNumber: number,
  by: 'frozen' | 'card' = 'frozen',
): Promise<void> {
  for (const load of await context.tx.select(phoneLoads, { number: row.number })) {
    if (load.onlineNumber < onlineNumber) await close(context, row, load, 'written')
    else if (by === 'frozen') await close(context, row, load, 'reversed')
  }
}

async function close(
  context: PhoneContext,
  { number, account }: PhoneCardRow,
  load: PhoneLoadRow,
  state: 'written' | 'reversed',
): Promise<void> {
  if (load.state !== 'authorised') return
  const { tx } = context
  const { amountFen } = load
  const to = state === 'written' ? 'cards/float' : 'phone/prepaid'
  await post(tx, { ...entryOf(context, load, state), amountFen, from: 'phone/suspense', to })
  await tx.put(phoneLoads, [{ ...load, state }])
  if (state === 'reversed') {
    await changeFund(tx, account, amountFen)
    return
  }
  const [card] = await tx.get(cards, [{ number }])
  requireData(card !== undefined, 'issuer.no-phone-card', `no card ${number}`)
  await tx.put(cards, [{ ...card, loadedFen: card.loadedFen + amountFen }])
}

function hostOf({ issuer }: PhoneContext) {
  const { store, load, tac, path } = issuer.phone.keys
  return createLoadHost({ store, load, tac, ...(path && { path }) })
}

function openingOf(context: PhoneContext, row: PhoneCardRow, value: unknown): LoadOpening {
  requireData(typeof value === 'object' && value !== null, 'message.malformed', 'no opening')
  const told = value as ToldOpening
  const { amountFen, balanceBeforeFen, onlineNumber, keyIndex, keyVersion, algorithm } = told
  const numbers = { amountFen, balanceBeforeFen, onlineNumber, keyIndex, keyVersion, algorithm }
  requireData(
    Object.values(numbers).every((one) => Number.isSafeInteger(one) && one >= 0) &&
      amountFen > 0 &&
      /^\d{12}$/.test(told.terminal) &&
      /^\d{8}$/.test(told.date) &&
      /^\d{6}$/.test(told.time),
    'message.malformed',
    'an opening lacks a field',
  )
  const { terminal, date, time } = told
  const identity = identityOf({ issuer: context.issuer.id, number: row.number })
  const codes = { random: hexOf(told.random, 4), mac1: hexOf(told.mac1, 4) }
  return { ...numbers, terminal, date, time, ...codes, ...identity }
}

function hexOf(value: unknown, length: number): Uint8Array {
  const hex = String(value)
  requireData(
    hex.length === 2 * length && /^[0-9A-F]+$/.test(hex),
    'message.malformed',
    `${length} bytes in hexadecimal`,
  )
  return fromHex(hex)
}

function entryOf(
  { input }: PhoneContext,
  { number, onlineNumber, attempt }: PhoneLoadRow,
  step: PhoneLoadRow['state'],
) {
  const id = `phone-load/${number}/${onlineNumber}.${attempt}/${step}`
  return { id, day: businessDay(input.acceptedAt), kind: `phone-load-${step}` }
}

/** A liability grows where money goes to: accounts of what is owed are negative. */
async function post(
  tx: Tx,
  entry: Pick<Entry, 'id' | 'day' | 'kind'> & {
    readonly amountFen: Fen
    readonly from: string
    readonly to: string
  },
): Promise<void> {
  const { id, day, kind, amountFen, from, to } = entry
  const postings = [
    { account: from, amountFen },
    { account: to, amountFen: -amountFen },
  ]
  await postEntries(tx, [{ id, day, kind, postings, refs: {}, textKey: `issuer.${kind}` }])
}
