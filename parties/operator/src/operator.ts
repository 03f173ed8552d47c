import {
  type AcceptanceContent,
  type Device,
  parseAcceptance,
  parseDevices,
  type SignedBundle,
  shelfKey,
  signBundle,
} from '@unifare/bundle'
import {
  canonicalJson,
  type Env,
  fromHex,
  requireData,
  type Tx,
  toHex,
  UnifareError,
  utf8,
} from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import {
  type Input,
  type Institution,
  loadShelf,
  newerBundles,
  openInstitution,
  orderOf,
  parsePull,
  putBundle,
  readingOf,
  storeBundle,
} from '@unifare/institution'
import { CHAIN_START, type Link, type Message, parseBatch, signedBy } from '@unifare/tap'
import { makeCharges, sealCharges } from './charging.ts'
import { type IntakeResult, takeBatch } from './intake.ts'
import { compilePriceBook, type PriceBook } from './pricing.ts'
import { marks, statements } from './tables.ts'

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
  /** Fetches newer network lists from the centre. */
  refresh(): Promise<void>
}

/** Opens an operator on its journal and repository. */
export async function openOperator(options: OperatorOptions): Promise<Operator> {
  const machine = createMachine(options)
  const institution = await openInstitution({
    ...options,
    publicKeyOf: (party) => machine.publicKeyOf(party),
    apply: machine.apply,
    query: async (tx, message) => {
      const bundles = newerBundles(await loadShelf(tx), parsePull(orderOf(message)))
      return { bundles: bundles.filter(({ kind }) => kind !== 'devices') }
    },
  })
  return {
    ...institution,
    async refresh() {
      const held = await institution.read(async (tx) =>
        Object.fromEntries(
          [...(await loadShelf(tx))]
            .filter(([, bundle]) => bundle.publisher === options.centre)
            .map(([name, { version }]) => [name, version]),
        ),
      )
      const answer = (await institution.ask(
        options.centre,
        'pull',
        utf8(canonicalJson({ held })),
      )) as { bundles: SignedBundle[] }
      for (const bundle of answer.bundles) await institution.command({ do: 'take-bundle', bundle })
    },
  }
}

function createMachine(options: OperatorOptions) {
  const { id, engine, sign, centre } = options
  let book: PriceBook | undefined

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

  async function priceBook(tx: Tx): Promise<PriceBook> {
    const bundle = (await loadShelf(tx)).get(shelfKey('tariffs', id))
    requireData(bundle !== undefined, 'operator.no-tariffs', 'publish tariffs before charging')
    if (book?.version !== bundle.version) book = compilePriceBook(bundle.content, bundle.version)
    return book
  }

  async function acceptance(tx: Tx): Promise<AcceptanceContent> {
    const bundle = (await loadShelf(tx)).get(shelfKey('acceptance', centre))
    return bundle === undefined ? { rows: [] } : readingOf(bundle, parseAcceptance)
  }

  async function takeTaps(tx: Tx, { message, send }: Input): Promise<IntakeResult> {
    const batch = parseBatch(message.body)
    const { terminal, operator, first, end, previous, chain } = batch.header
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
    const name = `chain/${terminal}`
    const [mark] = await tx.get(marks, [{ name }])
    const [knownEnd = '1', knownChain = toHex(CHAIN_START)] = mark?.value.split(':') ?? []
    requireData(
      first <= Number(knownEnd),
      'batch.gap',
      `records ${knownEnd} to ${first - 1} of ${terminal} are missing: send them first`,
    )
    requireData(
      first < Number(knownEnd) || previous === knownChain,
      'batch.bad-chain',
      `the batch does not continue the chain of ${terminal}`,
    )
    const result = await takeBatch(tx, batch)
    if (end > Number(knownEnd)) await tx.put(marks, [{ name, value: `${end}:${chain}` }])
    send(centre, 'tap-batch', batch.bytes)
    return { ...result, end: Math.max(end, Number(knownEnd)) }
  }

  async function publish(tx: Tx, order: Order, { acceptedAt, send }: Input): Promise<unknown> {
    const kind = order['kind'] === 'devices' ? 'devices' : 'tariffs'
    const held = (await loadShelf(tx)).get(shelfKey(kind, id))
    const version = (held?.version ?? 0) + 1
    const { content } = order
    if (kind === 'devices') parseDevices(content)
    else compilePriceBook(content, version)
    const bundle = await signBundle(
      { publisher: id, kind, version, validFrom: acceptedAt, validTo: null, content },
      sign,
    )
    await putBundle(tx, bundle)
    if (kind === 'devices') send(centre, 'bundle', utf8(canonicalJson(bundle)))
    return { kind, version }
  }

  async function charge(tx: Tx, order: Order, { acceptedAt, send }: Input): Promise<unknown> {
    const upTo = typeof order['upTo'] === 'number' ? order['upTo'] : acceptedAt
    const giveUpBefore = typeof order['giveUpBefore'] === 'number' ? order['giveUpBefore'] : 0
    const result = await makeCharges(tx, {
      book: await priceBook(tx),
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

  async function staffOrder(tx: Tx, input: Input): Promise<unknown> {
    requireData(
      input.message.sender === id,
      'message.refused',
      'orders come from the operator itself',
    )
    const order = orderOf(input.message)
    switch (order['do']) {
      case 'publish':
        return publish(tx, order, input)
      case 'make-charges':
        return charge(tx, order, input)
      case 'take-bundle':
        return storeBundle(tx, order['bundle'], {
          at: input.acceptedAt,
          engine,
          publicKeyOf: (publisher) => options.institutions.get(publisher),
          trial: ({ publisher }) =>
            requireData(
              publisher === centre,
              'bundle.wrong-publisher',
              `${publisher} is not the centre`,
            ),
        }).then(({ kind, version }) => ({ kind, version }))
      default:
        throw new UnifareError('message.refused', `unknown order: ${String(order['do'])}`)
    }
  }

  async function apply(tx: Tx, input: Input): Promise<unknown> {
    const { message } = input
    switch (message.kind) {
      case 'tap-batch':
        return takeTaps(tx, input)
      case 'order':
        return staffOrder(tx, input)
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

  return { publicKeyOf, apply }
}

type Order = Readonly<Record<string, unknown>>

function devicesByTerminal(content: unknown): ReadonlyMap<string, Device> {
  return new Map(parseDevices(content).devices.map((device) => [device.terminal, device]))
}

async function storeStatement(tx: Tx, message: Message): Promise<null> {
  const { day, part, statement } = orderOf(message) as {
    day: string
    part: number
    statement: unknown
  }
  await tx.put(statements, [{ day, part, statement }])
  return null
}
