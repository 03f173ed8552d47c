import {
  canonicalJson,
  type Day,
  type Env,
  fromHex,
  requireData,
  type Tx,
  toHex,
  UnifareError,
  utf8,
} from '@unifare/core'
import type { KeyRef, KeyStore, SignatureEngine } from '@unifare/crypto'
import { type Input, type Institution, openInstitution, orderOf } from '@unifare/institution'
import type { Link, Message } from '@unifare/tap'
import { authorise, openAccount, withdraw } from './accounts.ts'
import { bookIssuedCards } from './cards.ts'
import { linkCard, tellLinks, unlinkCard } from './codes/card-links.ts'
import {
  type CodeIssuer,
  type CredentialPolicy,
  DEFAULT_CREDENTIALS,
  giveCredential,
  secretOf,
  takeCertificate,
} from './codes/credentials.ts'
import type { RiskTerms } from './codes/risk.ts'
import { joinScheme, leaveScheme } from './codes/schemes.ts'
import { collect } from './collection.ts'
import { publishDeny } from './deny.ts'
import { createCardHost } from './orders/card-host.ts'
import { type CardOrders, createCardOrders } from './orders/card-orders.ts'
import { payLoads, payOut, settleClaims } from './orders/closing.ts'
import type { CardHost } from './orders/order-context.ts'
import type { CardTerms } from './orders/terms.ts'
import type { PaymentChannel } from './payment.ts'
import type { PeopleOptions } from './people/context.ts'
import { bookCredits } from './people/credits.ts'
import { bookDecided, collectPrepaid, type Decided } from './people/money-booking.ts'
import { endPerson, orderByName, peopleOrder, requireOpenTo } from './people/orders.ts'
import { payRiders } from './people/payments.ts'
import { PEOPLE_TERMS, type PeopleTerms, peopleTermsAt } from './people/terms.ts'
import { takeTrips } from './people/trips.ts'
import type { PhoneIssuer } from './phone/context.ts'
import { ownerOf } from './phone/devices.ts'
import { riderView } from './rider-view.ts'
import { bookCollected, bookRepayment, type Collected, takeStatement } from './settlement.ts'
import type { Contract } from './tables.ts'

const SECRET_BYTES = 32
const RIDER = /^rider-[0-9A-F]{64}$/

/** What an issuer is made of. */
export interface IssuerOptions {
  readonly id: string
  readonly centre: string
  readonly iin: string
  readonly platform: string
  readonly env: Env
  readonly link: Link
  readonly engine: SignatureEngine
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  readonly keyStore: KeyStore
  /** The key that signs credentials (SM2). */
  readonly codeKey: KeyRef
  readonly institutions: ReadonlyMap<string, Uint8Array>
  /** Channels by name; a contract names one of them. */
  readonly channels: ReadonlyMap<string, PaymentChannel>
  readonly credentials?: CredentialPolicy
  /** How far accounts are trusted, by day; without them everybody is granted `credentials`. */
  readonly riskTerms?: readonly RiskTerms[]
  /** What it takes to put cards into phones; an issuer without it has none. */
  readonly phone?: PhoneIssuer
  /** The codes of its cards; an issuer without them, and without phones, loads and refunds none. */
  readonly cardHost?: CardHost
  /** What cards cost and how long losses wait, by day; `NO_TERMS` without. */
  readonly terms?: readonly CardTerms[]
  /** What holds for accounts, by day; `PEOPLE_TERMS` without. */
  readonly peopleTerms?: readonly PeopleTerms[]
}

/**
 * An issuer 发卡机构: accounts and contracts, credentials and cards, payment after the ride, advances
 * and debts, deny entries. Riders speak to it under their own key: their id is `rider-<key>`.
 */
export interface Issuer extends Institution {
  /** Gets the code key certified by the centre; needed once before the first credential. */
  enrol(expiryMmyy: string): Promise<void>
  /** Asks the channels for all due rides and books what they decide. */
  collect(day: Day): Promise<{ readonly paid: number; readonly advanced: number }>
  /** Asks the channels for the loads that riders ordered. */
  payLoads(): Promise<{ readonly paid: number; readonly refused: number }>
  /** Lets the channels pay what is owed to riders: claims, and loads that were not written. */
  payOut(): Promise<{ readonly paid: number; readonly waiting: number }>
  /** Asks the channels for what riders ordered of their accounts: top-ups, repayments, refunds. */
  payRiders(): Promise<{ readonly decided: number; readonly waiting: number }>
  /** Pays or moves what the system holds of lost cards whose time has come. */
  settleClaims(): Promise<{ readonly paid: number; readonly residualFen: number }>
}

/** Id of a rider on the link: the key itself, so that no directory of riders is needed. */
export function riderId(publicKey: Uint8Array): string {
  return `rider-${toHex(publicKey)}`
}

/** Opens an issuer on its journal and repository. */
export async function openIssuer(options: IssuerOptions): Promise<Issuer> {
  const institution = await openInstitution({
    ...options,
    publicKeyOf: async (party) =>
      RIDER.test(party) ? fromHex(party.slice('rider-'.length)) : options.institutions.get(party),
    apply: createMachine(options),
    query: async (tx, message) =>
      riderView(
        tx,
        await ownerOf(tx, message.sender),
        options.env.clock.now(),
        options.peopleTerms,
      ),
  })
  return {
    ...institution,
    async enrol(expiry) {
      const publicKey = toHex(await options.keyStore.publicKey(options.codeKey))
      const body = { do: 'certify', publicKey, expiry, serial: options.codeKey.version }
      const answer = await institution.ask(options.centre, 'order', utf8(canonicalJson(body)))
      const { certificate } = answer as { certificate: string }
      const pseudonymSecret = toHex(options.env.random.bytes(SECRET_BYTES))
      await institution.command({ certificate, pseudonymSecret, do: 'take-certificate' })
    },
    collect: (day) => collect(institution, options.channels, day),
    payLoads: () => payLoads(institution, options.channels),
    payOut: () => payOut(institution, options.channels),
    payRiders: () => payRiders(institution, options.channels),
    settleClaims: () =>
      settleClaims(institution, { centre: options.centre, at: options.env.clock.now() }),
  }
}

function createMachine(options: IssuerOptions) {
  const { id } = options
  const channels = new Set(options.channels.keys())
  const codeIssuer: CodeIssuer = {
    id,
    iin: options.iin,
    platform: options.platform,
    signOf: (version) => (message, smId) =>
      options.keyStore.sign({ ...options.codeKey, version }, message, { id: smId }),
    policy: options.credentials ?? DEFAULT_CREDENTIALS,
    risk: options.riskTerms,
  }
  const cardOrders = cardOrdersOf(options)
  const people: PeopleOptions = { ...options, channels, capFen: codeIssuer.policy.capFen }

  async function riderOrder(tx: Tx, order: Order, input: Input): Promise<unknown> {
    const { message, acceptedAt } = input
    const terms = peopleTermsAt(options.peopleTerms ?? PEOPLE_TERMS, acceptedAt)
    const context = { ...people, tx, input, fields: order, terms }
    const named = orderByName(context)
    if (named !== undefined) return named
    // A device that a rider took in acts for the rider in everything.
    const rider = await ownerOf(tx, message.sender)
    await requireOpenTo(tx, rider, String(order['do']))
    switch (order['do']) {
      case 'open':
        return openAccount(tx, { rider, iin: options.iin, at: acceptedAt })
      case 'authorise':
        return authorise(tx, { rider, contract: contractOf(order, acceptedAt), channels })
      case 'ready':
        return ready({ tx, rider, input, fields: order, terms })
      case 'join-scheme':
        return joinScheme(tx, { rider, operator: order['operator'], at: acceptedAt })
      case 'link-card':
        return linkCard(await linkCall(tx, rider, input), order['card'])
      case 'unlink-card':
        return unlinkCard(await linkCall(tx, rider, input))
      case 'leave-scheme':
        await unlinkCard(await linkCall(tx, rider, input))
        return leaveScheme(tx, { rider, operator: order['operator'], at: acceptedAt })
      case 'withdraw':
        await endPerson(tx, rider)
        return withdraw(tx, { rider, at: acceptedAt })
      default:
        return known(
          peopleOrder({ ...context, rider }) ??
            cardOrders?.take('rider', { tx, order, input, party: rider }),
          order,
        )
    }
  }

  /** Credentials; operators that add card and code up hear of tokens of new months. */
  async function ready({ tx, rider, input, fields, terms }: Ready): Promise<unknown> {
    const at = input.acceptedAt
    const answer = await giveCredential(tx, { rider, fields, at, issuer: codeIssuer, terms })
    if ('credentials' in answer) {
      const days = answer.credentials.map(({ day }) => day)
      await tellLinks({ tx, rider, input, issuer: id, secret: await secretOf(tx) }, days)
    }
    return answer
  }

  async function linkCall(tx: Tx, rider: string, input: Input) {
    const operator = String(orderOf(input.message)['operator'])
    return { tx, rider, operator, input, issuer: id, secret: await secretOf(tx) }
  }

  async function staffOrder(tx: Tx, order: Order, input: Input): Promise<unknown> {
    switch (order['do']) {
      case 'take-certificate':
        return takeCertificate(tx, order)
      case 'issue-cards':
        return bookIssuedCards(tx, order, { iin: options.iin, at: input.acceptedAt })
      case 'collected':
        return bookCollected(tx, {
          day: String(order['day']),
          at: input.acceptedAt,
          collected: order['collected'] as Collected[],
        })
      case 'collect-prepaid':
        return collectPrepaid({ ...options, tx, input }, String(order['day']))
      case 'book-credits':
        return bookCredits({ ...options, tx, input }, String(order['day']))
      case 'money-decided':
        return bookDecided({ ...options, tx, input }, order['decided'] as Decided[])
      case 'repay':
        return bookRepayment(tx, {
          account: String(order['account']),
          day: String(order['day']),
          journalName: input.message.bodyHash.slice(0, 16),
        })
      case 'publish-deny':
        return publishDeny(tx, order, input, options)
      default:
        return known(cardOrders?.take('staff', { tx, order, input }), order)
    }
  }

  /** What the centre passes on from service points. */
  function forwardedOrder(tx: Tx, order: Order, input: Input): Promise<unknown> {
    requireData(order['do'] === 'forwarded', 'message.refused', 'the centre gives no orders here')
    requireData(cardOrders !== undefined, 'issuer.no-card-keys', 'no keys of cards here')
    return cardOrders.forwarded({ tx, order, input })
  }

  /** What operators tell of journeys; it moves no money. */
  function operatorOrder(tx: Tx, order: Order, input: Input): Promise<unknown> {
    const own = order['do'] === 'trips' || order['do'] === 'trip'
    requireData(own, 'message.refused', 'operators tell of trips alone')
    return takeTrips(tx, order['do'] === 'trip' ? [order] : order['trips'], {
      ...input,
      issuer: id,
    })
  }

  function orderFrom(sender: string) {
    if (sender === id) return staffOrder
    if (sender === options.centre) return forwardedOrder
    return RIDER.test(sender) ? riderOrder : operatorOrder
  }

  return async (tx: Tx, input: Input): Promise<unknown> => {
    const { message } = input
    switch (message.kind) {
      case 'order':
        return orderFrom(message.sender)(tx, orderOf(message), input)
      case 'statement':
        return statementFrom(options, tx, message)
      case 'tap-batch':
      case 'charge-batch':
      case 'bundle':
      case 'pull':
      case 'answer':
        throw new UnifareError('message.refused', `an issuer takes no ${message.kind}`)
    }
  }
}

type Order = Readonly<Record<string, unknown>>

interface Ready {
  readonly tx: Tx
  readonly rider: string
  readonly input: Input
  readonly fields: Order
  readonly terms: PeopleTerms
}

function known(result: Promise<unknown> | undefined, order: Order): Promise<unknown> {
  requireData(result !== undefined, 'message.refused', `unknown order: ${String(order['do'])}`)
  return result
}

function cardOrdersOf(options: IssuerOptions): CardOrders | undefined {
  const { phone, terms = [] } = options
  const cardHost = options.cardHost ?? (phone && createCardHost(phone.keys))
  return cardHost && createCardOrders({ ...options, cardHost, terms })
}

function statementFrom(
  { id, centre }: Pick<IssuerOptions, 'id' | 'centre'>,
  tx: Tx,
  message: Message,
): Promise<null> {
  requireData(message.sender === centre, 'message.refused', 'statements come from the centre')
  return takeStatement(tx, orderOf(message), id)
}

function contractOf(order: Order, agreedAt: number): Contract {
  const { channel, limitFen, sources } = order
  return {
    channel: typeof channel === 'string' ? channel : '',
    limitFen: typeof limitFen === 'number' ? limitFen : 0,
    sources: Array.isArray(sources) ? sources.map(String) : [],
    agreedAt,
  }
}
