import { type DenyEntry, shelfKey, signBundle } from '@unifare/bundle'
import {
  canonicalJson,
  type Day,
  type Env,
  type Fen,
  fromHex,
  requireData,
  type Tx,
  toHex,
  UnifareError,
  utf8,
} from '@unifare/core'
import type { KeyRef, KeyStore, SignatureEngine } from '@unifare/crypto'
import {
  type Input,
  type Institution,
  loadShelf,
  openInstitution,
  orderOf,
  putBundle,
} from '@unifare/institution'
import { postEntries } from '@unifare/ledger'
import type { Link, Message } from '@unifare/tap'
import {
  authorise,
  type CodeIssuer,
  type CredentialPolicy,
  DEFAULT_CREDENTIALS,
  giveCredential,
  openAccount,
  withdraw,
} from './accounts.ts'
import type { PaymentChannel } from './payment.ts'
import { bookCollected, bookRepayment, type Collected, takeStatement } from './settlement.ts'
import { accounts, type Contract, cards, marks, rides } from './tables.ts'

/** Rides asked of the channels in one order. */
const COLLECT_AT_ONCE = 500
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
    query: async (tx, message) => riderView(tx, message.sender),
  })
  return {
    ...institution,
    async enrol(expiry) {
      const publicKey = toHex(await options.keyStore.publicKey(options.codeKey))
      const body = { do: 'certify', publicKey, expiry, serial: options.codeKey.version }
      const answer = await institution.ask(options.centre, 'order', utf8(canonicalJson(body)))
      await institution.command({ ...(answer as { certificate: string }), do: 'take-certificate' })
    },
    collect: (day) => collect(options, institution, day),
  }
}

async function collect(
  options: IssuerOptions,
  institution: Institution,
  day: Day,
): Promise<{ paid: number; advanced: number }> {
  const total = { paid: 0, advanced: 0 }
  const due = await institution.read(async (tx) => {
    const rows = await tx.select(rides, { state: 'due' })
    const owners = await tx.get(
      accounts,
      rows.map(({ account }) => ({ account })),
    )
    return rows.map((row, index) => ({ row, contract: owners[index]?.contract as Contract | null }))
  })
  for (let at = 0; at < due.length; at += COLLECT_AT_ONCE) {
    const collected: Collected[] = []
    for (const { row, contract } of due.slice(at, at + COLLECT_AT_ONCE)) {
      const channel = contract && options.channels.get(contract.channel)
      const { charge: ride, account, amountFen } = row
      const outcome = channel
        ? await channel.debit({ ride, account, contract, amountFen })
        : 'refused'
      if (outcome !== 'unknown') collected.push({ charge: ride, paid: outcome === 'paid' })
    }
    const booked = (await institution.command({ do: 'collected', day, collected })) as typeof total
    total.paid += booked.paid
    total.advanced += booked.advanced
  }
  return total
}

/** What a rider's phone shows: the true state of account and rides, as this issuer knows it. */
async function riderView(tx: Tx, rider: string): Promise<unknown> {
  const [row] = await tx.select(accounts, { rider })
  requireData(row !== undefined, 'issuer.no-account', 'no account under this key')
  const { account, state, debtFen } = row
  return { account, state, debtFen, rides: await tx.select(rides, { account }) }
}

function createMachine(options: IssuerOptions) {
  const { id } = options
  const codeIssuer: CodeIssuer = {
    id,
    iin: options.iin,
    platform: options.platform,
    sign: (message, smId) => options.keyStore.sign(options.codeKey, message, { id: smId }),
    policy: options.credentials ?? DEFAULT_CREDENTIALS,
  }

  async function riderOrder(
    tx: Tx,
    order: Order,
    { message, acceptedAt }: Input,
  ): Promise<unknown> {
    const rider = message.sender
    switch (order['do']) {
      case 'open':
        return openAccount(tx, { rider, iin: options.iin, at: acceptedAt })
      case 'authorise':
        return authorise(tx, { rider, contract: contractOf(order, acceptedAt) })
      case 'ready':
        return giveCredential(tx, {
          rider,
          userPublicKey: String(order['userPublicKey']),
          at: acceptedAt,
          issuer: codeIssuer,
        })
      case 'withdraw':
        return withdraw(tx, { rider, at: acceptedAt })
      default:
        throw new UnifareError('message.refused', `unknown order: ${String(order['do'])}`)
    }
  }

  async function staffOrder(tx: Tx, order: Order, input: Input): Promise<unknown> {
    switch (order['do']) {
      case 'take-certificate':
        await tx.put(marks, [{ name: 'certificate', value: String(order['certificate']) }])
        return null
      case 'issue-cards':
        return bookIssuedCards(tx, order, input)
      case 'collected':
        return bookCollected(tx, String(order['day']), order['collected'] as Collected[])
      case 'repay':
        return bookRepayment(tx, {
          account: String(order['account']),
          day: String(order['day']),
          journalName: input.message.bodyHash.slice(0, 16),
        })
      case 'publish-deny':
        return publishDeny(tx, order, input)
      default:
        throw new UnifareError('message.refused', `unknown order: ${String(order['do'])}`)
    }
  }

  /** Accounts in arrears, and whatever staff adds, stand on the next deny list. */
  async function publishDeny(tx: Tx, order: Order, { acceptedAt, send }: Input): Promise<unknown> {
    const inArrears = await tx.select(accounts, { state: 'arrears' })
    const arrears = inArrears.map(({ account }): DenyEntry => {
      return { medium: 'code', issuer: id, account, reason: 'arrears', since: acceptedAt }
    })
    const extra = (order['entries'] ?? []) as DenyEntry[]
    const version = ((await loadShelf(tx)).get(shelfKey('deny', id))?.version ?? 0) + 1
    const entries = [...arrears, ...extra]
    const bundle = await signBundle(
      {
        publisher: id,
        kind: 'deny',
        version,
        validFrom: acceptedAt,
        validTo: null,
        content: { entries },
      },
      options.sign,
    )
    await putBundle(tx, bundle)
    send(options.centre, 'bundle', utf8(canonicalJson(bundle)))
    return { version, entries: entries.length }
  }

  return async (tx: Tx, input: Input): Promise<unknown> => {
    const { message } = input
    switch (message.kind) {
      case 'order':
        return message.sender === id
          ? staffOrder(tx, orderOf(message), input)
          : riderOrder(tx, orderOf(message), input)
      case 'statement':
        return statementFrom(options.centre, tx, message)
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

function statementFrom(centre: string, tx: Tx, message: Message): Promise<null> {
  requireData(message.sender === centre, 'message.refused', 'statements come from the centre')
  return takeStatement(tx, orderOf(message))
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

/** Cards leave the house with money on them: the float owes it to their holders. */
async function bookIssuedCards(tx: Tx, order: Order, { acceptedAt }: Input): Promise<unknown> {
  const issued = order['cards'] as readonly { readonly number: string; readonly loadedFen: Fen }[]
  const known = await tx.get(
    cards,
    issued.map(({ number }) => ({ number })),
  )
  const fresh = issued.filter((_, index) => known[index] === undefined)
  await tx.put(
    cards,
    fresh.map((card) => ({ ...card, issuedAt: acceptedAt, spentFen: 0 })),
  )
  const loadedFen = fresh.reduce((sum, card) => sum + card.loadedFen, 0)
  if (loadedFen > 0) {
    await postEntries(tx, [
      {
        id: `issued/${fresh[0]?.number}`,
        day: String(order['day']),
        kind: 'issued',
        postings: [
          { account: 'sales/received', amountFen: loadedFen },
          { account: 'cards/float', amountFen: -loadedFen },
        ],
        refs: {},
        textKey: 'issuer.issued',
      },
    ])
  }
  return { cards: fresh.length, loadedFen }
}
