import {
  installInstance,
  type LoadHost,
  type LoadOpening,
  loadCard,
  type PhoneSlot,
  PURSE_AID,
  readCard,
  readDeviceKey,
  runScript,
  switchInstance,
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
  readonly denied: boolean
}

/**
 * The card side of a phone's wallet: gets a card into the phone, keeps it in step with its issuer,
 * loads it with the phone as reader, and moves it. Every step may be cut off and done again.
 */
export interface PhoneCard {
  /** Asks for a card for this phone; the same card every time. */
  request(): Promise<PhoneCardStatus>
  /** Carries out what the issuer has for the card in this phone; returns where it stands then. */
  sync(number: string): Promise<PhoneCardStatus>
  /** Takes another device into the account. */
  addDevice(riderId: string): Promise<void>
  suspend(number: string): Promise<PhoneCardStatus>
  resume(number: string): Promise<PhoneCardStatus>
  /** Calls a card of this account to another phone: both then synchronise, the old one first. */
  move(number: string, toDevice: Uint8Array): Promise<PhoneCardStatus>
  /** Loads the card in this phone from what was prepaid; returns its new balance. */
  load(number: string, amountFen: Fen): Promise<Fen>
  /** Public key of this phone's secure element. */
  deviceKey(): Promise<Uint8Array>
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
  const { slot, issuer, issuerKey, random } = options
  const { manage } = slot
  const aid = concat(PURSE_AID, options.aidSuffix)
  const order = async <T>(body: Readonly<Record<string, unknown>>): Promise<T> =>
    (await exchange(options.link, identityOf(options), {
      receiver: issuer,
      kind: 'order',
      body: utf8(canonicalJson({ ...body, nonce: toHex(random(8)) })),
    })) as T
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

  return {
    deviceKey: () => readDeviceKey(manage),
    request: async () =>
      status({ do: 'phone-request', device: toHex(await readDeviceKey(manage)) }),
    sync,
    async addDevice(riderId) {
      await order({ do: 'phone-add-device', rider: riderId })
    },
    suspend: (number) => status({ do: 'phone-suspend', number }),
    resume: (number) => status({ do: 'phone-resume', number }),
    move: (number, toDevice) => status({ do: 'phone-move', number, device: toHex(toDevice) }),
    async load(number, amountFen) {
      slot.reset()
      const read = await readCard(slot)
      if (!read.ok) throw new UnifareError(read.code, 'the card in this phone cannot be read')
      requireData(read.view.number === number, 'wallet.foreign-card', `not the card ${number}`)
      const loaded = await loadCard({
        transport: slot,
        host: hostOf(number, order),
        view: read.view,
        terminal: options.loadTerminal,
        keyIndex: LOAD_KEY_INDEX,
        amountFen,
        at: options.now(),
      })
      if (!loaded.ok) throw new UnifareError(loaded.code, 'the card did not take the load')
      return loaded.balanceAfterFen
    },
  }
}

function identityOf(options: PhoneCardOptions) {
  const { issuer, issuerKey, engine, linkKey, now } = options
  const secret = fromHex(linkKey.privateKey)
  return {
    id: `rider-${linkKey.publicKey}`,
    sign: async (message: Uint8Array) => engine.ed25519Sign(secret, message),
    publicKeyOf: async (party: string) => (party === issuer ? issuerKey : undefined),
    engine,
    now,
  }
}

/** The issuer at the other end of the link as the host of a load. */
function hostOf(
  number: string,
  order: <T>(body: Readonly<Record<string, unknown>>) => Promise<T>,
): LoadHost {
  return {
    async authorise(opening) {
      const answer = await order<{ mac2: string }>({
        do: 'phone-load',
        number,
        opening: openingText(opening),
      })
      return { ok: true, mac2: fromHex(answer.mac2) }
    },
    async confirm({ onlineNumber }, tac) {
      await order({ do: 'phone-load-done', number, onlineNumber, tac: toHex(tac) })
      return true
    },
  }
}

function openingText(opening: LoadOpening) {
  const { issuerId: _, applicationSerial: __, random, mac1, ...rest } = opening
  return { ...rest, random: toHex(random), mac1: toHex(mac1) }
}
