import { businessDay, type Day, type Fen, fromHex, nextDay, requireData } from '@unifare/core'
import { publishDeny } from '../deny.ts'
import { cards, rides } from '../tables.ts'
import { endLoadsOfLost, reserveMovedLoad } from './load-orders.ts'
import { openingOf } from './opening.ts'
import {
  book,
  cardByNumber,
  cardOf,
  challengeFor,
  claimHashOf,
  type OrderContext,
  requireLive,
  systemBalance,
  termsNow,
} from './order-context.ts'
import { type ClaimRow, claims, loads, type ServiceRow, services } from './tables.ts'

/** Wrong secrets that a card takes before it answers none for a day. */
export const WRONG_SECRETS_MAX = 5
const LOCK_MS = 86_400_000

/** What a claimant is told. */
export interface ClaimAnswer {
  readonly ok: boolean
  readonly card: string
  readonly state: string
  readonly payFrom?: Day
  readonly code?: string
  /** Wrong secrets that are still allowed. */
  readonly left?: number
}

/**
 * Binds a card to the rider's account. Without an opening it answers a challenge; an opening of 0
 * fen with the challenge as terminal proves that the rider holds the card.
 */
export async function registerCard(
  context: OrderContext,
): Promise<{ readonly card: string; readonly state: string; readonly challenge?: string }> {
  const { tx, asker, fields, input, cardHost } = context
  const { service } = await cardOf(context)
  const { number } = service
  requireData(asker.role === 'rider', 'message.refused', 'a card is registered to a rider')
  requireLive(service)
  if (service.rider === asker.party) return { card: number, state: 'registered' }
  requireData(service.rider === '', 'issuer.card-registered', `${number} is another rider's`)
  if (fields['opening'] === undefined) {
    const what = `register ${number} ${asker.party} ${input.acceptedAt}`
    const challenge = await challengeFor(context, what)
    await tx.put(services, [{ ...service, asker: asker.party, challenge }])
    return { card: number, state: 'asked', challenge }
  }
  const opening = openingOf(fields['opening'])
  const asked =
    service.asker === asker.party &&
    service.challenge !== '' &&
    opening.terminal === service.challenge &&
    opening.amountFen === 0 &&
    opening.applicationSerial === `0${number}`
  requireData(asked, 'issuer.wrong-opening', 'the card does not answer the challenge')
  const codes = await cardHost.load.authorise(opening)
  requireData(codes.ok, 'issuer.wrong-opening', 'the card does not answer the challenge')
  await tx.put(services, [{ ...service, rider: asker.party, asker: '', challenge: '' }])
  return { card: number, state: 'registered' }
}

/** The owner reports a registered card lost; `to` names a card to which its balance moves. */
export async function reportLost(context: OrderContext): Promise<ClaimAnswer> {
  const { service } = await cardOf(context)
  const owner = service.rider === context.asker.party
  requireData(owner, 'issuer.not-your-card', `card ${service.number} is not registered to you`)
  return freeze(context, service, 'registered')
}

/** Salt of a card's claim secret: whoever types the secret needs it for the slow hash. */
export async function claimSalt(context: OrderContext): Promise<{ readonly salt: string }> {
  const { service } = await cardOf(context)
  requireData(service.claimSalt !== '', 'issuer.no-secret', 'this card was sold without a secret')
  return { salt: service.claimSalt }
}

/**
 * Claims an anonymous card as lost. The order carries the slow hash of the secret, never the
 * secret; a wrong one is answered, counted, and after five of them the card answers none for a day.
 */
export async function claimLost(context: OrderContext): Promise<ClaimAnswer> {
  const { tx, fields, input } = context
  const { service } = await cardOf(context)
  const { number: card, claimHash, lockedUntil, rider } = service
  requireData(claimHash !== '', 'issuer.no-secret', 'this card was sold without a secret')
  requireData(rider === '', 'issuer.card-registered', `${card} is registered: its owner reports it`)
  const secret = fields['secret']
  const hex = typeof secret === 'string' && /^[0-9A-F]{64}$/.test(secret)
  requireData(hex, 'message.malformed', 'the slow hash of a secret, 32 bytes')
  if (lockedUntil > input.acceptedAt) {
    return { ok: false, card, state: service.state, code: 'issuer.secret-locked', left: 0 }
  }
  if (claimHashOf(fromHex(secret)) !== claimHash) {
    const wrongSecrets = service.wrongSecrets + 1
    const locks = wrongSecrets >= WRONG_SECRETS_MAX
    const until = locks ? input.acceptedAt + LOCK_MS : 0
    await tx.put(services, [
      { ...service, wrongSecrets: locks ? 0 : wrongSecrets, lockedUntil: until },
    ])
    const left = WRONG_SECRETS_MAX - wrongSecrets
    return { ok: false, card, state: service.state, code: 'issuer.wrong-secret', left }
  }
  return freeze(context, { ...service, wrongSecrets: 0, lockedUntil: 0 }, 'anonymous')
}

async function freeze(
  context: OrderContext,
  service: ServiceRow,
  kind: 'registered' | 'anonymous',
): Promise<ClaimAnswer> {
  const { tx, asker, input, id, fields } = context
  const { number: card } = service
  const [known] = await tx.get(claims, [{ card }])
  if (known !== undefined) {
    requireData(known.claimant === asker.party, 'issuer.card-ended', `card ${card} is claimed`)
    return { ok: true, card, state: known.state, payFrom: known.payFrom }
  }
  requireLive(service)
  const to = fields['to'] === undefined ? '' : await newCardFor(context, card)
  const terms = termsNow(context)
  const payFrom = daysAfter(
    businessDay(input.acceptedAt),
    kind === 'registered' ? terms.lossDays : terms.lateUploadDays,
  )
  const row: ClaimRow = {
    card,
    claimant: asker.party,
    kind,
    state: 'FROZEN',
    reportedAt: input.acceptedAt,
    payFrom,
    to,
    residualFen: 0,
  }
  await tx.put(claims, [row])
  await tx.put(services, [{ ...service, state: 'lost' }])
  const since = input.acceptedAt
  const entries = [{ medium: 'card', issuer: id, account: card, reason: 'lost', since }]
  await publishDeny(tx, { entries }, input, context)
  return { ok: true, card, state: row.state, payFrom }
}

async function newCardFor(context: OrderContext, lost: string): Promise<string> {
  const { service } = await cardOf(context, 'to')
  requireLive(service)
  requireData(service.number !== lost, 'issuer.card-ended', 'the money moves to another card')
  return service.number
}

/** What the centre's shadow says of a card: null for one that it never saw. */
export type Shadows = Readonly<Record<string, Fen | null>>

/** Claims that are due on a day. */
export async function dueClaims(
  { tx }: Pick<OrderContext, 'tx'>,
  day: Day,
): Promise<readonly ClaimRow[]> {
  const frozen = await tx.select(claims, { state: 'FROZEN' })
  return frozen.filter(({ payFrom }) => payFrom <= day)
}

/**
 * Pays or moves what the system holds of lost cards whose time has come. The residual is never
 * more than the issuer's books say, nor than the centre's shadow with what was loaded since.
 */
export async function payClaims(
  context: OrderContext,
  shadows: Shadows,
): Promise<{ readonly paid: number; readonly residualFen: Fen }> {
  const due = await dueClaims(context, businessDay(context.input.acceptedAt))
  let [paid, residualFen] = [0, 0]
  for (const claim of due) {
    const shadow = shadows[claim.card]
    // Asked before this claim came.
    if (shadow === undefined) continue
    await endLoadsOfLost(context, claim.card)
    residualFen += await payClaim(context, claim, shadow)
    paid += 1
  }
  return { paid, residualFen }
}

async function payClaim(
  context: OrderContext,
  claim: ClaimRow,
  shadowFen: Fen | null,
): Promise<Fen> {
  const { tx } = context
  const { card } = await cardByNumber(tx, claim.card)
  const held = systemBalance(card)
  const seen = shadowFen === null ? held : shadowFen + (await loadedSinceRide(context, claim.card))
  const residualFen = Math.max(0, Math.min(held, seen))
  await tx.put(cards, [{ ...card, spentFen: card.spentFen + residualFen }])
  const order = `claim-${claim.card}`
  const moves = claim.to !== '' && residualFen > 0
  const state = moves ? 'MOVED' : 'PAID'
  await tx.put(claims, [{ ...claim, state, residualFen }])
  if (moves) {
    const owner = claim.claimant
    await reserveMovedLoad(context, { order, owner, card: claim.to, amountFen: residualFen })
  } else {
    await book(context, { id: `${order}/paid`, kind: 'claim-paid', order }, [
      { account: 'cards/float', amountFen: residualFen },
      { account: 'riders/claims', amountFen: -residualFen },
    ])
  }
  return residualFen
}

/** Loads that were confirmed after the card's last ride: the shadow has not seen them. */
async function loadedSinceRide({ tx }: OrderContext, card: string): Promise<Fen> {
  const ridden = (await tx.select(rides, { account: card })).map(({ endAt }) => Date.parse(endAt))
  const last = Math.max(0, ...ridden)
  const rows = await tx.select(loads, { card, state: 'CONFIRMED' })
  return rows.filter(({ at }) => at > last).reduce((sum, { amountFen }) => sum + amountFen, 0)
}

function daysAfter(day: Day, count: number): Day {
  return count === 0 ? day : daysAfter(nextDay(day), count - 1)
}
