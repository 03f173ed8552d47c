import { canonicalJson, type Instant, requireData, type Tx, utf8 } from '@unifare/core'
import type { Input } from '@unifare/institution'
import { isRefusal, parseTripNotice, type TripNotice } from '@unifare/tap'
import { services } from '../orders/tables.ts'
import { cards } from '../tables.ts'
import type { RiderContext } from './context.ts'
import { accountBehind } from './media.ts'
import { accountsOf } from './person.ts'
import { type TripRow, trips } from './tables.ts'

/** What an operator is told of its notices: those that are not taken do not hold up the others. */
export interface TripsAnswer {
  readonly taken: number
  readonly refused: readonly { readonly place: number; readonly code: string }[]
}

type Told = Pick<Input, 'message' | 'acceptedAt'> & { readonly issuer: string }

/**
 * Takes an operator's word about journeys in (行程通知). The highest version of each counts, in
 * whatever order they come; every charge that any version named stays known. Only the journey's own
 * operator may speak of it, and of this issuer's media alone.
 */
export async function takeTrips(tx: Tx, list: unknown, told: Told): Promise<TripsAnswer> {
  requireData(Array.isArray(list), 'message.malformed', 'trips: a list of notices')
  const refused: { place: number; code: string }[] = []
  for (const [place, notice] of (list as readonly unknown[]).entries()) {
    try {
      await takeTrip(tx, parseTripNotice(notice), told)
    } catch (error) {
      if (!isRefusal(error)) throw error
      refused.push({ place, code: error.code })
    }
  }
  return { taken: list.length - refused.length, refused }
}

/** Takes one in; what it refuses it has not begun to write. */
async function takeTrip(
  tx: Tx,
  notice: TripNotice,
  { message, acceptedAt, issuer }: Told,
): Promise<void> {
  const { journey, operator, version, charge } = notice
  const own = operator === message.sender && notice.issuer === issuer
  requireData(own, 'message.refused', `${message.sender} speaks of a trip of others`)
  const account = await holderOf(tx, notice)
  const key = `${operator}/${journey}`
  const [known] = await tx.get(trips, [{ key }])
  requireData(
    known === undefined || known.account === account,
    'issuer.order-conflict',
    `journey ${journey} is of another medium`,
  )
  const told = known === undefined ? [] : (known.charges as readonly string[])
  const charges = charge === null || told.includes(charge) ? told : [...told, charge]
  if (known !== undefined && known.version >= version) {
    if (charges.length > told.length) await tx.put(trips, [{ ...known, charges }])
    return
  }
  const { claimedAt = 0, stated = null } = known ?? {}
  const row = { key, journey, operator, account, version, notice, charges, claimedAt, stated }
  await tx.put(trips, [{ ...row, receivedAt: acceptedAt }])
}

/** Account or card behind the number of a notice. */
async function holderOf(tx: Tx, { medium, account }: TripNotice): Promise<string> {
  if (medium === 'card') {
    const [card] = await tx.get(cards, [{ number: account }])
    requireData(card !== undefined, 'issuer.unknown-card', `${account} is no card of this issuer`)
    return account
  }
  const holder = await accountBehind(tx, account)
  requireData(holder !== undefined, 'issuer.no-account', `no account ${account} here`)
  return holder
}

/** Accounts and registered cards of a rider: whose trips are the rider's own. */
export async function mediaOfRider(tx: Tx, rider: string): Promise<readonly string[]> {
  const own = (await accountsOf(tx, rider)).map(({ account }) => account)
  const held = (await tx.select(services, { rider })).map(({ number }) => number)
  return [...own, ...held]
}

/**
 * The rider says of a trip that the gate did not open. It is written down and told to the operator,
 * who answers with a new version of the trip; once per trip.
 */
export async function gateDidNotOpen(
  context: RiderContext,
): Promise<{ readonly journey: string; readonly claimedAt: Instant }> {
  const { tx, fields, input, rider } = context
  const journey = String(fields['journey'])
  const found = await ownTrip(tx, rider, journey)
  if (found.claimedAt !== 0) return { journey, claimedAt: found.claimedAt }
  const { account, state } = found.notice as TripNotice
  requireData(state !== 'void', 'issuer.trip-void', `nothing is asked for trip ${journey}`)
  const claimedAt = input.acceptedAt
  await tx.put(trips, [{ ...found, claimedAt }])
  // The operator knows the rider by the number that it was shown, and by no other.
  const claim = { do: 'gate-claim', journey, account }
  input.send(found.operator, 'order', utf8(canonicalJson(claim)))
  return { journey, claimedAt }
}

/** A trip of the rider; throws `issuer.no-trip`. */
export async function ownTrip(tx: Tx, rider: string, journey: string): Promise<TripRow> {
  const media = await mediaOfRider(tx, rider)
  const found = (await tx.select(trips, { journey })).find(({ account }) => media.includes(account))
  requireData(found !== undefined, 'issuer.no-trip', `no trip ${journey} of this rider`)
  return found
}

/** Trips of an account or card. */
export function tripsOf(tx: Tx, account: string): Promise<TripRow[]> {
  return tx.select(trips, { account }) as Promise<TripRow[]>
}
