import { businessDay, type Day, requireData, type Tx } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { type Input, orderOf, returned } from '@unifare/institution'
import { type Message, parseChargeBatch } from '@unifare/tap'
import type { Stated } from '../day-outcome.ts'
import { takeListOfCentre } from './deny-lists.ts'
import { encodeForwarded, type Forwarded, isForwarded, openForwarded } from './envelope.ts'
import { dropOldTaps, forwardCharges, keepTaps } from './forward.ts'
import type { TierRules } from './money.ts'
import { createTierPlace, type TierOptions, type TierPlace } from './place.ts'
import { handDown, takeFromAbove } from './results.ts'
import { type ChargeRouting, keepRoutes, type Routed, routeCharges } from './routing.ts'
import { tierCharges } from './tables.ts'
import { checkTiers } from './tiers.ts'

/** What a centre needs to be one of several. */
export interface TierEdgeOptions extends TierOptions {
  readonly id: string
  readonly engine: SignatureEngine
  readonly institutions: ReadonlyMap<string, Uint8Array>
  /** The day on which the tiers must hold. */
  readonly day: Day
}

/** A centre with others above and below it: opens what they forward, and forwards in turn. */
export interface TierEdge {
  readonly place: TierPlace
  /** Refuses charges that should not have come here, before they are journaled: rules may agree later. */
  check(tx: Tx, message: Message): Promise<void>
  /** Takes an operator's taps, from itself or a child. */
  takeTaps<T>(tx: Tx, input: Input, take: (message: Message) => Promise<T>): Promise<T>
  /** Takes an operator's charges, from itself or a child. */
  takeCharges<T>(
    tx: Tx,
    input: Input,
    take: (message: Message, routing: ChargeRouting) => Promise<T>,
  ): Promise<T>
  /** Takes a member's list, from itself or another centre, and passes it on. */
  takeBundle(tx: Tx, input: Input, take: (input: Input) => Promise<unknown>): Promise<unknown>
  /** Takes what the centre above hands down. */
  takeStatement(tx: Tx, input: Input): Promise<null>
  /** Sends the centre above again what it refused. */
  forwardAgain(tx: Tx, input: Input): Promise<{ readonly sent: number }>
  /** Hands results of a closed day down, and lets go of what is too old. */
  dayClosed(
    tx: Tx,
    closed: {
      readonly day: Day
      readonly root: string
      readonly stated: readonly Stated[]
      readonly units: TierRules['units']
      readonly oldest: { readonly from: Day; readonly before: Day }
    },
    input: Pick<Input, 'send' | 'storeSent'>,
  ): Promise<void>
}

/** Opens a centre's place. Throws `tier.unknown`, `tier.bad-rules`. */
export function createTierEdge(options: TierEdgeOptions): TierEdge {
  const { id, engine, institutions, tiers, divisionOf } = options
  checkTiers(tiers, options.day)
  const place = createTierPlace(id, options)
  const publicKeyOf = (party: string) => institutions.get(party)
  const trust = { engine, publicKeyOf, isCentre: place.isCentre }

  /** Children forward what goes up, the parent what all below it should have. */
  function open(message: Message): Partial<Forwarded> & Pick<Forwarded, 'original'> {
    const { sender, kind } = message
    if (!isForwarded(message)) return { original: message }
    const may = place.isChild(sender) || (place.isParent(sender) && kind === 'bundle')
    requireData(may, 'tier.unknown', `${sender} may not forward a ${kind} to ${id}`)
    return openForwarded(message, trust)
  }

  return {
    place,

    async check(tx, message) {
      if (message.kind !== 'charge-batch') return
      const { original, handed } = open(message)
      await routeCharges(tx, place, parseChargeBatch(original.body, engine), handed)
    },

    async takeTaps(tx, input, take) {
      const { original } = open(input.message)
      const result = await take(original)
      await keepTaps(tx, place, { input, original })
      return result
    },

    async takeCharges(tx, input, take) {
      const { original, handed } = open(input.message)
      const gaps = handed !== undefined
      let routed: readonly Routed[] = []
      const result = await take(original, {
        gaps,
        async own(batch) {
          routed = await routeCharges(tx, place, batch, handed)
          await keepRoutes(tx, routed)
          return new Set(routed.flatMap(({ charge, up }) => (up ? [] : [charge.number])))
        },
        sentOn: (keys) => tx.get(tierCharges, keys),
      })
      await forwardCharges(tx, place, { input, routed })
      return result
    },

    async takeBundle(tx, input, take) {
      const { message, acceptedAt, send } = input
      const { original } = open(message)
      const ofCentre = place.isCentre(original.sender)
      const opened = { ...input, message: original }
      const result = ofCentre
        ? await takeListOfCentre(tx, opened, { engine, publicKeyOf })
        : await take(opened)
      const day = businessDay(acceptedAt)
      const parent = place.parentOn(day)
      const others = [
        ...(parent === undefined ? [] : [parent]),
        // Operators' devices, and lists that a centre gives to its own terminals, concern those above.
        ...(ofCentre || isDevices(original) ? [] : place.childrenOn(day)),
      ]
      for (const centre of others) {
        if (centre !== message.sender) send(centre, 'bundle', encodeForwarded(message))
      }
      return result
    },

    async takeStatement(tx, { message }) {
      const from = place.isParent(message.sender)
      requireData(from, 'message.refused', `${message.sender} is not above ${id}`)
      return takeFromAbove(tx, message, orderOf(message))
    },

    async forwardAgain(tx, { send }) {
      const rows = (await tx.select(returned, {})).filter(({ receiver }) =>
        place.isParent(receiver),
      )
      for (const { receiver, kind, body } of rows) {
        send(receiver, kind as Message['kind'], body)
      }
      await tx.remove(
        returned,
        rows.map((row) => ({ id: row.id })),
      )
      return { sent: rows.length }
    },

    async dayClosed(tx, { day, root, stated, units, oldest }, input) {
      // The same members that the day's money has below a child, no more.
      const placeOf = (member: string) =>
        units[member] === undefined ? undefined : divisionOf(member)
      const { isChild } = place
      const own = { day, root, tiers, centre: id, divisionOf: placeOf, isChild, input }
      await handDown(stated, own)
      await dropOldTaps(tx, oldest)
    },
  }
}

function isDevices(message: Message): boolean {
  return orderOf(message)['kind'] === 'devices'
}
