import { type LoadOpening, openingToJson } from '@unifare/card'
import {
  canonicalJson,
  type Fen,
  fromHex,
  type Instant,
  requireData,
  type Tx,
  toHex,
  UnifareError,
  utf8,
} from '@unifare/core'
import { cards } from '../tables.ts'
import {
  type LoadEvent,
  type LoadOrder,
  type LoadPosting,
  type LoadState,
  type LoadWay,
  type OpeningName,
  stepLoad,
} from './load-machine.ts'
import { openingOf } from './opening.ts'
import {
  book,
  cardByNumber,
  cardOf,
  challengeFor,
  type OrderContext,
  orderName,
  requireLive,
} from './order-context.ts'
import { type LoadRow, loads, services } from './tables.ts'

/** Most that one order loads: the limit of an anonymous purse. */
export const LOAD_MAX_FEN: Fen = 100_000

/** What an asker is told of a load order. */
export interface LoadAnswer {
  readonly ok: boolean
  readonly order: string
  readonly state: string
  readonly amountFen: Fen
  /** Given while the order is authorised for the asker's opening. */
  readonly mac2?: string
  /** Why it did not go on, and what would tell: the order in doubt and the challenge of a probe. */
  readonly code?: string
  readonly doubt?: {
    readonly order: string
    readonly challenge: string
    readonly onlineNumber: number
  }
}

/** Takes a load order; the same order again is the same, another under its name is refused. */
export async function requestLoad(context: OrderContext): Promise<LoadAnswer> {
  const { tx, asker, fields, input } = context
  const order = orderName(context)
  const { card, service } = await cardOf(context)
  const amountFen = Number(fields['amountFen'])
  const fits = Number.isSafeInteger(fields['amountFen']) && amountFen > 0
  requireData(fits && amountFen <= LOAD_MAX_FEN, 'message.malformed', 'an amount in fen')
  const way = wayOf(fields['way'], asker.role)
  const [known] = await tx.get(loads, [{ order }])
  if (known !== undefined) {
    const same =
      known.owner === asker.party &&
      known.card === card.number &&
      known.amountFen === amountFen &&
      known.way === way
    requireData(same, 'issuer.order-conflict', `order ${order} was given with other content`)
    return answerOf(known)
  }
  requireLive(service)
  const row: LoadRow = {
    order,
    owner: asker.party,
    card: card.number,
    amountFen,
    way,
    state: 'REQUESTED',
    source: asker.role === 'agent' ? `agents/${asker.party}/due` : 'channel/received',
    requestedAt: input.acceptedAt,
    at: input.acceptedAt,
    opening: null,
    mac2: '',
    challenge: '',
    warrant: asker.warrant,
  }
  if (asker.role === 'agent') return answerOf(await take(context, row, { kind: 'paid' }))
  await tx.put(loads, [row])
  return answerOf(row)
}

/** Ends the loads of a lost card whose money is paid out now: see `lost` in the machine. */
export async function endLoadsOfLost(context: OrderContext, card: string): Promise<void> {
  const rows = await context.tx.select(loads, { card })
  for (const row of rows) await take(context, row, { kind: 'lost' })
}

/**
 * What the counter of a card that gave up its keys tells of loads in doubt: those below it are
 * written, the others never will be under their MAC2.
 */
export async function settleFrozen(
  context: OrderContext,
  { card, onlineNumber }: { readonly card: string; readonly onlineNumber: number },
): Promise<void> {
  for (const row of await doubtfulLoads(context.tx, card)) {
    await take(context, row, { kind: 'counter', onlineNumber, fresh: true })
  }
}

/** A load paid by money that is here already: the residual of a claim that moves to a new card. */
export async function reserveMovedLoad(
  context: OrderContext,
  load: Pick<LoadRow, 'order' | 'owner' | 'card' | 'amountFen'>,
): Promise<void> {
  const at = context.input.acceptedAt
  const row: LoadRow = {
    ...load,
    way: 'next-reader',
    state: 'REQUESTED',
    source: 'cards/float',
    requestedAt: at,
    at,
    opening: null,
    mac2: '',
    challenge: '',
    warrant: '',
  }
  await take(context, row, { kind: 'paid' })
}

/** What became of an order. */
export async function loadState(context: OrderContext): Promise<LoadAnswer> {
  return answerOf(await orderOf(context))
}

/** Paid orders that wait for the card in a reader. */
export async function findLoads(context: OrderContext): Promise<readonly LoadAnswer[]> {
  const { card } = await cardOf(context)
  const rows = await context.tx.select(loads, { card: card.number })
  return rows
    .filter(({ way, state }) => way === 'next-reader' && isOpen(state))
    .map((row) => answerOf(row))
}

/**
 * Gives MAC2 for an opening. The same opening gets the same MAC2; another one waits until the card
 * has told what became of the first (`issuer.load-in-doubt` with a challenge for `probeLoad`).
 */
export async function authoriseLoad(context: OrderContext): Promise<LoadAnswer> {
  const { tx, cardHost } = context
  const row = await orderOf(context)
  const opening = openingOf(context.fields['opening'])
  requireData(
    numberOf(opening) === row.card &&
      opening.amountFen === row.amountFen &&
      fromHere(context, opening),
    'issuer.wrong-opening',
    `the opening is not of card ${row.card} and ${row.amountFen} fen`,
  )
  const codes = await cardHost.load.authorise(opening)
  if (!codes.ok) return { ...answerOf(row), ok: false, code: codes.code }
  const doubt = await settleOthers(context, { row, opening })
  if (doubt !== undefined) return doubt
  const current = await orderOf(context)
  const { service } = await cardByNumber(tx, row.card)
  // A closed order says so itself.
  if (isOpen(current.state)) {
    requireLive(service)
    const { onlineNumber } = service
    if (opening.onlineNumber < onlineNumber)
      return { ...answerOf(current), ok: false, code: 'issuer.load-conflict' }
  }
  const mac2 = toHex(codes.mac2)
  const step = stepLoad(
    machineOf(current),
    { kind: 'authorise', opening: nameOf(opening) },
    at(context),
  )
  if (!step.ok) return { ...answerOf(current), ok: false, code: step.code }
  if (current.state === 'AUTHORISED') return { ...answerOf(current), mac2: current.mac2 }
  await tx.put(services, [{ ...service, onlineNumber: opening.onlineNumber }])
  const authorised: LoadRow = {
    ...current,
    state: step.order.state,
    at: step.order.at,
    opening: openingToJson(opening),
    mac2,
    challenge: await challengeFor(context, `load ${row.order} ${mac2} ${nameOf(opening).name}`),
  }
  await tx.put(loads, [authorised])
  return { ...answerOf(authorised), mac2 }
}

/**
 * Orders of the card whose MAC2 is out, seen from a new opening: its counter confirms what it is
 * above; else the doubt must be cleared first, and nothing is authorised.
 */
async function settleOthers(
  context: OrderContext,
  { row, opening }: { readonly row: LoadRow; readonly opening: LoadOpening },
): Promise<LoadAnswer | undefined> {
  const { name, onlineNumber } = nameOf(opening)
  for (const other of await doubtfulLoads(context.tx, row.card)) {
    if (machineOf(other).opening?.name === name && other.order === row.order) continue
    const event = { kind: 'counter', onlineNumber, fresh: false } as const
    if (stepLoad(machineOf(other), event, at(context)).ok) await take(context, other, event)
    else return { ...answerOf(row), ok: false, code: 'issuer.load-in-doubt', doubt: doubtOf(other) }
  }
  return undefined
}

/** The TAC of the opening that has MAC2: the card has the money. */
export async function confirmLoad(context: OrderContext): Promise<LoadAnswer> {
  const row = await orderOf(context)
  const code = context.fields['tac']
  const fits = typeof code === 'string' && /^[0-9A-F]{8}$/.test(code)
  requireData(fits, 'message.malformed', 'a TAC of four bytes')
  requireData(row.opening !== null, 'issuer.load-conflict', `order ${row.order} has no MAC2`)
  const proved = await context.cardHost.load.confirm(openingOf(row.opening), fromHex(code))
  if (!proved) return { ...answerOf(row), ok: false, code: 'card.bad-mac' }
  return answerOf(await take(context, row, { kind: 'tac' }))
}

/** The card's counter under the order's challenge: it confirms the load or takes it back. */
export async function probedLoad(context: OrderContext): Promise<LoadAnswer> {
  const row = await orderOf(context)
  const opening = openingOf(context.fields['opening'])
  if (row.state !== 'AUTHORISED') return answerOf(row)
  const asked =
    opening.terminal === row.challenge && opening.amountFen === 0 && numberOf(opening) === row.card
  requireData(asked, 'issuer.wrong-opening', `the probe does not name challenge ${row.challenge}`)
  const codes = await context.cardHost.load.authorise(opening)
  if (!codes.ok) return { ...answerOf(row), ok: false, code: codes.code }
  const { onlineNumber } = opening
  return answerOf(await take(context, row, { kind: 'counter', onlineNumber, fresh: true }))
}

/** Gives the money back, unless the card may have it. */
export async function cancelLoad(context: OrderContext): Promise<LoadAnswer> {
  const row = await orderOf(context)
  const own = row.owner === context.asker.party
  requireData(own, 'message.refused', `order ${row.order} is not of ${context.asker.party}`)
  return answerOf(await take(context, row, { kind: 'cancel' }))
}

/** Books what a channel decided about requested orders. */
export async function bookPaidLoads(
  context: OrderContext,
  decided: readonly { readonly order: string; readonly paid: boolean }[],
): Promise<null> {
  const rows = await context.tx.get(
    loads,
    decided.map(({ order }) => ({ order })),
  )
  for (const [index, row] of rows.entries()) {
    const kind = decided[index]?.paid === true ? 'paid' : 'not-paid'
    if (row !== undefined) await take(context, row, { kind })
  }
  return null
}

/** Orders of a card whose MAC2 is out. */
export async function doubtfulLoads(tx: Tx, card: string): Promise<readonly LoadRow[]> {
  return (await tx.select(loads, { card })).filter(({ state }) => state === 'AUTHORISED')
}

/** Orders of a card that are paid and not on it. */
export async function openLoads(tx: Tx, card: string): Promise<readonly LoadRow[]> {
  return (await tx.select(loads, { card })).filter(({ state }) => isOpen(state))
}

/** One step of the machine with its row, its money and its messages. */
async function take(context: OrderContext, row: LoadRow, event: LoadEvent): Promise<LoadRow> {
  const step = stepLoad(machineOf(row), event, at(context))
  if (!step.ok) throw new UnifareError(step.code, `order ${row.order} is ${row.state}`)
  const { state } = step.order
  const opening = step.order.opening === null ? null : row.opening
  const next: LoadRow = { ...row, state, at: step.order.at, opening }
  await context.tx.put(loads, [next])
  for (const posting of step.postings) await bookStep(context, next, posting)
  if (step.postings.includes('confirm')) await loaded(context, next)
  return next
}

async function bookStep(context: OrderContext, row: LoadRow, posting: LoadPosting): Promise<void> {
  const { order, amountFen, source } = row
  const suspense = `suspense/load/${order}`
  const accounts: Readonly<Record<LoadPosting, readonly [to: string, from: string]>> = {
    reserve: [source, suspense],
    confirm: [suspense, 'cards/float'],
    reverse: [suspense, source === 'channel/received' ? 'channel/refunds' : source],
  }
  const [to, from] = accounts[posting]
  await book(context, { id: `load/${order}/${posting}`, kind: `load-${posting}`, order }, [
    { account: to, amountFen },
    { account: from, amountFen: -amountFen },
  ])
}

/** The card has the money: its balance and counter grow, and an agent's cash becomes due. */
async function loaded(context: OrderContext, row: LoadRow): Promise<void> {
  const { tx, input, centre } = context
  const { card, service } = await cardByNumber(tx, row.card)
  await tx.put(cards, [{ ...card, loadedFen: card.loadedFen + row.amountFen }])
  const onlineNumber = (machineOf(row).opening?.onlineNumber ?? -1) + 1
  await tx.put(services, [{ ...service, onlineNumber }])
  if (row.way !== 'agent') return
  const { order, owner, amountFen, warrant } = row
  await book(context, { id: `load/${order}/settle`, kind: 'load-settle', order }, [
    { account: 'centre/gross', amountFen },
    { account: row.source, amountFen: -amountFen },
  ])
  const body = { do: 'order-settled', kind: 'load', order, agent: owner, amountFen, warrant }
  input.send(centre, 'order', utf8(canonicalJson(body)))
}

async function orderOf(context: OrderContext): Promise<LoadRow> {
  const order = orderName(context)
  const [row] = await context.tx.get(loads, [{ order }])
  requireData(row !== undefined, 'issuer.unknown-order', `no load order ${order}`)
  const { asker } = context
  // Any service point may write what was paid for the next reader; proofs prove themselves.
  const may = row.owner === asker.party || asker.role === 'agent'
  requireData(may, 'message.refused', `order ${order} is not of ${asker.party}`)
  return row
}

function wayOf(value: unknown, role: OrderContext['asker']['role']): LoadWay {
  if (role === 'agent') return 'agent'
  const own = value === 'phone' || value === 'next-reader'
  requireData(own, 'message.malformed', 'a rider loads by phone or at the next-reader')
  return value
}

function machineOf(row: LoadRow): LoadOrder {
  const { order, card, amountFen, at: since } = row
  const opening = row.opening === null ? null : nameOf(openingOf(row.opening))
  const [way, state] = [row.way as LoadWay, row.state as LoadState]
  return { order, card, amountFen, way, state, opening, at: since }
}

function nameOf(opening: LoadOpening): OpeningName {
  const { onlineNumber } = opening
  return { onlineNumber, name: canonicalJson(openingToJson(opening)) }
}

/** What clears the doubt about an order. */
export function doubtOf(row: LoadRow): NonNullable<LoadAnswer['doubt']> {
  const { order, challenge } = row
  return { order, challenge, onlineNumber: machineOf(row).opening?.onlineNumber ?? 0 }
}

function answerOf({ order, state, amountFen }: LoadRow): LoadAnswer {
  return { ok: true, order, state, amountFen }
}

function isOpen(state: string): boolean {
  return state === 'RESERVED' || state === 'AUTHORISED'
}

function numberOf({ applicationSerial }: LoadOpening): string {
  return applicationSerial.slice(1)
}

function fromHere({ id }: OrderContext, { issuerId }: LoadOpening): boolean {
  return issuerId.startsWith(id)
}

function at({ input }: OrderContext): Instant {
  return input.acceptedAt
}
