import {
  type AcceptanceContent,
  type Device,
  devicesByTerminal,
  type FetchedList,
  parseAcceptance,
  parseDevices,
  rebuildFrom,
  type SignedBundle,
  shelfKey,
  signBundle,
} from '@unifare/bundle'
import {
  type Day,
  type Env,
  fromHex,
  type Instant,
  requireData,
  type Tx,
  UnifareError,
} from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { type CompiledTariff, openTariffList } from '@unifare/fares'
import {
  type Input,
  type Institution,
  loadShelf,
  newerLists,
  openInstitution,
  orderOf,
  parsePull,
  putBundle,
  readingOf,
  sendBundle,
  storeBundle,
  wholeBundle,
} from '@unifare/institution'
import { type Batch, type Link, type Message, parseBatch, signedBy } from '@unifare/tap'
import { makeCharges } from './charging.ts'
import { type Difference, differencesOf } from './differences.ts'
import { lostIn, takeIncident } from './incidents.ts'
import { checkPlace, type IntakeResult, takeBatch } from './intake.ts'
import { requireKeptVersions } from './kept-versions.ts'
import { takeLink, takeTapLink, takeUnlink } from './link-media.ts'
import { refreshLists } from './network-lists.ts'
import { sealCharges } from './sealing.ts'
import { returnPass, sellPass } from './service-point/pass-orders.ts'
import { tillOrder } from './service-point/till-orders.ts'
import { type Books, correctLone } from './statements/lone-journeys.ts'
import { takeStationStatement } from './statements/take-statement.ts'
import { statements } from './tables.ts'
import { takeGateClaim } from './trips/gate-claim.ts'
import { tellTrips, tripsOrder } from './trips/tell-trips.ts'

/** What an operator is made of. */
export interface OperatorOptions {
  readonly id: string
  readonly centre: string
  readonly env: Env
  readonly link: Link
  readonly engine: SignatureEngine
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  /** Ed25519 keys of the institutions this operator trusts: itself and its centre. */
  readonly institutions: ReadonlyMap<string, Uint8Array>
}

/**
 * An operator 收单机构: takes terminal batches in, forwards them unchanged, pairs journeys, prices
 * code rides, makes charges and sends them to the centre; hands its terminals their lists.
 */
export interface Operator extends Institution {
  /** Fetches newer network lists from the centre; one that is refused leaves the others alone. */
  refresh(): Promise<void>
  /** How the network lists came that were fetched since the start: bytes told, bytes of the whole. */
  fetched(): readonly FetchedList[]
  /** Card debits of a business day that differ from the tariff. */
  differences(day: Day): Promise<readonly Difference[]>
}

/** Opens an operator on its journal and repository. */
export async function openOperator(options: OperatorOptions): Promise<Operator> {
  const machine = createMachine(options)
  // Not kept over a restart: then terminals wait for the next word of the centre.
  let heardCentreAt: Instant = 0
  const fetched = new Map<string, FetchedList>()
  const institution = await openInstitution({
    ...options,
    publicKeyOf: (party) => machine.publicKeyOf(party),
    apply: machine.apply,
    check: machine.check,
    query: async (tx, message) => {
      const wanted = ({ kind }: SignedBundle) => kind !== 'devices'
      const bundles = await newerLists(tx, parsePull(orderOf(message)), wanted)
      return { bundles, asOf: heardCentreAt }
    },
  })
  return {
    ...institution,
    async refresh() {
      const askedAt = options.env.clock.now()
      await refreshLists(institution, {
        centre: options.centre,
        at: askedAt,
        onTaken: (list) => fetched.set(shelfKey(list.kind, list.publisher), list),
      })
      heardCentreAt = askedAt
    },
    fetched: () => [...fetched.values()],
    differences: (day) => institution.read((tx) => differencesOf(tx, day)),
  }
}

function createMachine(options: OperatorOptions) {
  const { id, engine, sign, centre } = options
  const batches = new WeakMap<Message, Batch>()

  async function publicKeyOf(party: string): Promise<Uint8Array | undefined> {
    const known = options.institutions.get(party)
    if (known !== undefined) return known
    const device = (await options.env.repository.transaction(devicesOf)).get(party)
    return device === undefined ? undefined : fromHex(device.key)
  }

  async function devicesOf(tx: Tx): Promise<ReadonlyMap<string, Device>> {
    const bundle = (await loadShelf(tx)).get(shelfKey('devices', id))
    return bundle === undefined ? new Map() : readingOf(bundle, devicesByTerminal)
  }

  async function tariffsOf(tx: Tx): Promise<readonly CompiledTariff[]> {
    const bundle = (await loadShelf(tx)).get(shelfKey('tariffs', id))
    requireData(bundle !== undefined, 'operator.no-tariffs', 'publish tariffs before charging')
    return readingOf(bundle, openTariffList)
  }

  async function acceptance(tx: Tx): Promise<AcceptanceContent> {
    const bundle = (await loadShelf(tx)).get(shelfKey('acceptance', centre))
    return bundle === undefined ? { rows: [] } : readingOf(bundle, parseAcceptance)
  }

  function batchOf(message: Message): Batch {
    const known = batches.get(message)
    if (known !== undefined) return known
    const batch = parseBatch(message.body)
    batches.set(message, batch)
    return batch
  }

  /** What may be different when the same batch comes again is refused before it is journaled. */
  async function check(tx: Tx, message: Message): Promise<void> {
    if (message.kind !== 'tap-batch') return
    const batch = batchOf(message)
    const { terminal, operator } = batch.header
    requireData(
      terminal === message.sender && operator === id,
      'batch.malformed',
      `a batch of ${terminal} for ${operator}, sent by ${message.sender}`,
    )
    const device = (await devicesOf(tx)).get(terminal)
    requireData(
      device !== undefined && signedBy(batch, fromHex(device.key), engine),
      'batch.bad-signature',
      `not signed by terminal ${terminal}`,
    )
    await checkPlace(tx, batch)
  }

  async function takeTaps(tx: Tx, { message, send }: Input): Promise<IntakeResult> {
    const batch = batchOf(message)
    const result = await takeBatch(tx, batch)
    send(centre, 'tap-batch', batch.bytes)
    return result
  }

  async function publish(tx: Tx, order: Order, { acceptedAt, send }: Input): Promise<unknown> {
    const { kind } = order
    requireData(
      kind === 'devices' || kind === 'tariffs',
      'message.refused',
      `an operator publishes tariffs and devices, not ${String(kind)}`,
    )
    const held = (await loadShelf(tx)).get(shelfKey(kind, id))
    const version = (held?.version ?? 0) + 1
    const { content } = order
    if (kind === 'devices') parseDevices(content)
    else {
      const before = held === undefined ? [] : readingOf(held, openTariffList)
      requireKeptVersions(before, openTariffList(content, id))
    }
    const bundle = await signBundle(
      { publisher: id, kind, version, validFrom: acceptedAt, validTo: null, content },
      sign,
    )
    await putBundle(tx, bundle)
    if (kind === 'devices') sendBundle(send, { receiver: centre, bundle })
    return { kind, version }
  }

  /** A list of the centre, whole or as what changed; null while pieces of it are missing. */
  async function takeNetworkList(tx: Tx, value: unknown, at: Instant): Promise<unknown> {
    const told = await wholeBundle(tx, value, { sender: id, at })
    if (told === undefined) return null
    const { kind, version } = await storeBundle(tx, rebuildFrom(await loadShelf(tx), told), {
      at,
      engine,
      publicKeyOf: (publisher) => options.institutions.get(publisher),
      trial: (bundle) => tryNetworkList(bundle, centre),
    })
    return { kind, version }
  }

  async function charge(tx: Tx, order: Order, { acceptedAt, send }: Input): Promise<unknown> {
    const upTo = typeof order['upTo'] === 'number' ? order['upTo'] : acceptedAt
    const giveUpBefore = typeof order['giveUpBefore'] === 'number' ? order['giveUpBefore'] : 0
    const result = await makeCharges(tx, {
      tariffs: await tariffsOf(tx),
      acceptance: await acceptance(tx),
      operator: id,
      upTo,
      giveUpBefore,
    })
    for (const batch of await sealCharges(tx, { operator: id, at: acceptedAt, sign })) {
      send(centre, 'charge-batch', batch)
    }
    return result
  }

  async function books(tx: Tx, at: Instant): Promise<Books> {
    return { operator: id, tariffs: await tariffsOf(tx), acceptance: await acceptance(tx), at }
  }

  /** Gates stood open: journeys that were charged without the end they lost there are corrected. */
  async function incident(tx: Tx, order: Order, at: Instant): Promise<unknown> {
    const told = await takeIncident(tx, order)
    const lost = await lostIn(tx, told)
    if (lost.length === 0) return { ...told, corrections: 0 }
    const corrected = await correctLone(tx, lost, await books(tx, at))
    return { ...told, corrections: corrected?.corrections.length ?? 0 }
  }

  /** Tells issuers how their riders' journeys stand. */
  async function tell(tx: Tx, { acceptedAt, send }: Input): Promise<{ readonly messages: number }> {
    const messages = await tellTrips(tx, {
      operator: id,
      tariffs: await tariffsOf(tx),
      acceptance: await acceptance(tx),
      isIssuer: (party) => party !== centre && options.institutions.has(party),
      at: acceptedAt,
    })
    for (const { issuer, body } of messages) send(issuer, 'order', body)
    return { messages: messages.length }
  }

  async function issuerOrder(tx: Tx, input: Input): Promise<unknown> {
    const { sender } = input.message
    const order = orderOf(input.message)
    requireData(
      sender !== centre && options.institutions.has(sender),
      'message.refused',
      `${sender} gives no orders here`,
    )
    const links = linkOrder(tx, order, input)
    if (links !== undefined) return links
    const { answer, notice } = await riderWord(tx, order, input)
    if (notice !== undefined) input.send(sender, 'order', tripsOrder([notice]))
    return { answer }
  }

  /** An issuer's word about accounts over card and code; undefined for any other order. */
  function linkOrder(tx: Tx, order: Order, { message, acceptedAt: at }: Input) {
    const issuer = message.sender
    if (order['do'] === 'unlink-media') return takeUnlink(tx, order, { issuer, at })
    if (order['do'] !== 'link-media') return undefined
    return books(tx, at).then((known) => takeLink(tx, order, { ...known, issuer }))
  }

  /** What riders say of their trips, by way of their issuers. */
  async function riderWord(tx: Tx, order: Order, { message, acceptedAt }: Input) {
    const issuer = message.sender
    switch (order['do']) {
      case 'gate-claim':
        return takeGateClaim(tx, order, issuer)
      case 'station-statement':
        return takeStationStatement(tx, order, { ...(await books(tx, acceptedAt)), issuer })
      default:
        throw new UnifareError('message.refused', `unknown order: ${String(order['do'])}`)
    }
  }

  async function staffOrder(tx: Tx, input: Input): Promise<unknown> {
    const order = orderOf(input.message)
    switch (order['do']) {
      case 'publish':
        return publish(tx, order, input)
      case 'make-charges':
        return charge(tx, order, input)
      case 'incident':
        return incident(tx, order, input.acceptedAt)
      case 'tell-trips':
        return tell(tx, input)
      case 'sell-pass':
        return sellPass({ tx, fields: order, input, tariffs: await tariffsOf(tx) })
      case 'return-pass':
        return returnPass({ tx, fields: order, input, tariffs: await tariffsOf(tx) })
      case 'link-taps':
        return takeTapLink(tx, order, await books(tx, input.acceptedAt))
      case 'take-bundle':
        return takeNetworkList(tx, order['bundle'], input.acceptedAt)
      default: {
        const result = tillOrder(tx, order, input)
        if (result !== undefined) return result
        throw new UnifareError('message.refused', `unknown order: ${String(order['do'])}`)
      }
    }
  }

  async function apply(tx: Tx, input: Input): Promise<unknown> {
    const { message } = input
    switch (message.kind) {
      case 'tap-batch':
        return takeTaps(tx, input)
      case 'order':
        return message.sender === id ? staffOrder(tx, input) : issuerOrder(tx, input)
      case 'statement':
        requireData(message.sender === centre, 'message.refused', 'statements come from the centre')
        return storeStatement(tx, message)
      case 'bundle':
      case 'charge-batch':
      case 'pull':
      case 'answer':
        throw new UnifareError('message.refused', `an operator takes no ${message.kind}`)
    }
  }

  return { publicKeyOf, apply, check }
}

type Order = Readonly<Record<string, unknown>>

/** Lists of the whole network come from the centre alone; what this operator reads is read now. */
function tryNetworkList({ publisher, kind, content }: SignedBundle, centre: string): void {
  const fits = publisher === centre && kind !== 'tariffs' && kind !== 'devices'
  requireData(fits, 'bundle.wrong-publisher', `${publisher} may not publish ${kind} lists here`)
  if (kind === 'acceptance') parseAcceptance(content)
}

async function storeStatement(tx: Tx, message: Message): Promise<null> {
  const { day, part, statement } = orderOf(message)
  const fits =
    typeof day === 'string' &&
    Number.isSafeInteger(part) &&
    typeof statement === 'object' &&
    statement !== null
  requireData(fits, 'message.malformed', 'a statement has a day, a part and its lines')
  await tx.put(statements, [{ day, part: Number(part), statement }])
  return null
}
