import {
  type AskIssuer,
  type CardView,
  consentStatement,
  deviceStatement,
  installInstance,
  type LoadAnswer,
  type PhoneSlot,
  PURSE_AID,
  readCard,
  readDeviceKey,
  runScript,
  signStatement,
  switchInstance,
  writeLoad,
} from '@unifare/card'
import {
  canonicalJson,
  concat,
  type Fen,
  fromHex,
  type Instant,
  requireData,
  toHex,
  UnifareError,
  utf8,
} from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { exchange, type Link } from '@unifare/tap'
import type { WalletState } from './wallet.ts'

/** What a phone card is made of. */
export interface PhoneCardOptions {
  readonly issuer: string
  readonly issuerKey: Uint8Array
  readonly link: Link
  readonly engine: SignatureEngine
  readonly random: (length: number) => Uint8Array
  readonly now: () => Instant
  /** Key of this phone on the link, as its wallet has it. */
  readonly linkKey: WalletState['linkKey']
  readonly slot: PhoneSlot
  /** Bytes of carrier or city behind the 8-byte name, as the issuer's wallets have them. */
  readonly aidSuffix: Uint8Array
  /** Terminal number of this phone as a reader that loads its own card, 12 digits. */
  readonly loadTerminal: string
}

/** What the issuer says about a card. */
export interface PhoneCardStatus {
  readonly number: string
  readonly state: string
  /** Whether it stands on the deny list because it was suspended. */
  readonly denied: boolean
}

/** A load of the card in this phone; its name is 8 to 64 of a-z, 0-9 and -, one a load. */
export interface PhoneLoad {
  readonly order: string
  readonly number: string
  readonly amountFen: Fen
}

/** A phone as others see it: what takes a card, and what joins a rider. */
export interface PhoneDevice {
  /** Id of this phone on the link. */
  readonly id: string
  /** Public key of this phone's secure element. */
  deviceKey(): Promise<Uint8Array>
  /** This phone agrees to take a card: signs the issuer's challenge with its device key. */
  proveDevice(challenge: string): Promise<Uint8Array>
  /** This phone agrees to act for a rider: signs with its key on the link. */
  consent(rider: string): Uint8Array
}

/**
 * The card side of a phone's wallet: gets a card into the phone, keeps it in step with its issuer,
 * loads it with the phone as reader, and moves it. Every step may be cut off and done again.
 */
export interface PhoneCard extends PhoneDevice {
  /** Asks for a card for this phone; the same card every time. */
  request(): Promise<PhoneCardStatus>
  /** Carries out what the issuer has for the card in this phone; returns where it stands then. */
  sync(number: string): Promise<PhoneCardStatus>
  /** Takes another device in: it acts for this rider from then on. */
  addDevice(device: PhoneDevice): Promise<void>
  suspend(number: string): Promise<PhoneCardStatus>
  resume(number: string): Promise<PhoneCardStatus>
  /** Calls a card to another phone, or to this one: both then synchronise, the old one first. */
  move(number: string, to?: PhoneDevice): Promise<PhoneCardStatus>
  /** Reports the card lost; what the books hold of it is paid, or moves to the card `to`. */
  reportLost(number: string, to?: string): Promise<{ readonly state: string }>
  /** Orders a load that the rider's payment channel pays; returns the order's state. */
  orderLoad(load: PhoneLoad): Promise<string>
  /** Writes a paid load on the card in this phone; returns the new balance. */
  writeLoad(load: PhoneLoad): Promise<Fen>
}

/** Key index of loads on cards of this network. */
const LOAD_KEY_INDEX = 1

interface Script extends PhoneCardStatus {
  readonly device: string
  readonly kind: string | null
  readonly aid: string
  readonly commands: readonly string[]
}

/** Opens the card side of a wallet. */
export function createPhoneCard(options: PhoneCardOptions): PhoneCard {
  const { slot, issuer, issuerKey, engine, now } = options
  const { manage } = slot
  const aid = concat(PURSE_AID, options.aidSuffix)
  const id = `rider-${options.linkKey.publicKey}`
  const linkSecret = fromHex(options.linkKey.privateKey)
  const order = ordersOf(options, id)
  const status = (body: Readonly<Record<string, unknown>>) => order<PhoneCardStatus>(body)

  async function sync(number: string): Promise<PhoneCardStatus> {
    const script = await order<Script>({ do: 'phone-script', number })
    const own = script.device === toHex(await readDeviceKey(manage))
    if (script.kind === null || !own) {
      // Cut off between the issuer's word and the switch: the card is ours and must be on.
      if (own && script.state === 'active') await switchInstance(manage, aid, 'on')
      return script
    }
    requireData(script.aid === toHex(aid), 'wallet.foreign-script', `a script for ${script.aid}`)
    await installInstance(manage, { aid, issuerKey })
    const receipt = await runScript(manage, script.commands.map(fromHex), aid)
    const next = await status({ do: 'phone-done', number, receipt: toHex(receipt) })
    if (next.state === 'active') await switchInstance(manage, aid, 'on')
    return next
  }

  const device: PhoneDevice = {
    id,
    deviceKey: () => readDeviceKey(manage),
    proveDevice: (challenge) => signStatement(manage, deviceStatement(issuer, challenge)),
    consent: (rider) => engine.ed25519Sign(linkSecret, consentStatement(issuer, rider)),
  }

  /** An order about a phone, with that phone's proof of today. */
  async function withProof(body: Readonly<Record<string, unknown>>, phone: PhoneDevice) {
    const key = toHex(await phone.deviceKey())
    const asked = { do: 'phone-challenge', device: key }
    const { challenge } = await order<{ challenge: string }>(asked)
    return status({ ...body, device: key, proof: toHex(await phone.proveDevice(challenge)) })
  }

  async function request(): Promise<PhoneCardStatus> {
    const held = await withProof({ do: 'phone-request' }, device)
    if (held.state !== 'ending') return held
    // A card that was given up leaves this phone before the next one comes.
    await sync(held.number)
    return withProof({ do: 'phone-request' }, device)
  }

  return {
    ...device,
    request,
    sync,
    async addDevice(other) {
      const consent = toHex(other.consent(id))
      await order({ do: 'phone-add-device', rider: other.id, consent })
    },
    suspend: (number) => status({ do: 'phone-suspend', number }),
    resume: (number) => status({ do: 'phone-resume', number }),
    move: (number, to = device) => withProof({ do: 'phone-move', number }, to),
    reportLost: (card, to) => order({ do: 'report-lost', card, ...(to !== undefined && { to }) }),
    async orderLoad({ order: name, number: card, amountFen }) {
      const asked = { do: 'load-request', order: name, card, amountFen, way: 'phone' }
      return (await order<LoadAnswer>(asked)).state
    },
    async writeLoad({ order: name, number, amountFen }) {
      const view = await ownCard(slot, number)
      const ask: AskIssuer = (_, body) => order(body)
      const reader = { ask, now, terminal: options.loadTerminal, keyIndex: LOAD_KEY_INDEX }
      const load = { transport: slot, view, order: name, amountFen }
      const written = await writeLoad(reader, load)
      if (!written.ok) throw new UnifareError(written.code, 'the load was not written')
      return (await ownCard(slot, number)).balanceFen
    },
  }
}

/** The card in this phone as a reader sees it; throws `wallet.foreign-card` unless it is this. */
async function ownCard(slot: PhoneSlot, number: string): Promise<CardView> {
  slot.reset()
  const read = await readCard(slot)
  if (!read.ok) throw new UnifareError(read.code, 'the card in this phone cannot be read')
  requireData(read.view.number === number, 'wallet.foreign-card', `not the card ${number}`)
  return read.view
}

/** Orders under this phone's key; each is new, for the same wish may come again. */
function ordersOf(options: PhoneCardOptions, id: string) {
  const { issuer, issuerKey, engine, linkKey, now, random, link } = options
  const secret = fromHex(linkKey.privateKey)
  const self = {
    id,
    sign: async (message: Uint8Array) => engine.ed25519Sign(secret, message),
    publicKeyOf: async (party: string) => (party === issuer ? issuerKey : undefined),
    engine,
    now,
  }
  return async <T>(body: Readonly<Record<string, unknown>>): Promise<T> =>
    (await exchange(link, self, {
      receiver: issuer,
      kind: 'order',
      body: utf8(canonicalJson({ ...body, nonce: toHex(random(8)) })),
    })) as T
}
