import {
  canonicalJson,
  createManualClock,
  createSeededRandom,
  fromHex,
  toHex,
  UnifareError,
  utf8,
} from '@unifare/core'
import { ed25519PublicKey, sha256, sm2KeyPair } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import {
  encodeCustomField,
  issueCredential,
  makeCertificate,
  makeRootRecord,
  parseIssuerKeys,
} from '@unifare/ridecode'
import { createHandler, createProcessLink, type Link, type LinkIdentity } from '@unifare/tap'
import { createWallet, type ShelfPlan, type WalletState } from './index.ts'

export const engine = nodeEngine()
/** 20 November 2026, 08:00 in Shanghai. */
export const AT = Date.UTC(2026, 10, 20, 0)
export const ISSUER = '07917910'
export const ACCOUNT = '3190000750000000000'
const PLATFORM = '59007910'
const ROOT_INDEX = 0x55
const VALID_S = 24 * 3600
const COMPANIONS = 2

interface Holder {
  readonly number: string
  readonly userPublicKey: string
  readonly custom: Uint8Array
}

const streamOf = (name: string) => {
  const random = createSeededRandom(name)
  return (length: number) => random.bytes(length)
}
const sm2SignerOf = (name: string) => {
  const pair = sm2KeyPair(streamOf(name))
  const random = streamOf(`${name} nonces`)
  const sign = (message: Uint8Array, id: Uint8Array | null) =>
    engine.sm2Sign({ ...pair, id, message, random })
  return { ...pair, sign }
}

/** An issuer on the link that opens accounts, gives credentials, and notes what it was asked. */
export async function createWorld() {
  const clock = createManualClock(AT)
  const network = createProcessLink()
  const secret = sha256(utf8('issuer'))
  const root = sm2SignerOf('root')
  const own = sm2SignerOf('issuer')
  const certificate = await makeCertificate({
    issuer: ISSUER,
    caIndex: ROOT_INDEX,
    expiry: '1230',
    serial: 1,
    issuerPublicKey: own.publicKey,
    sign: async (bytes, id) => root.sign(bytes, id),
  })
  const numbers = new Map<string, string>()
  const asked: Record<string, unknown>[] = []
  const mood = { online: true, arrears: false, foreignKey: '' }
  const self: LinkIdentity = {
    id: ISSUER,
    sign: async (message) => engine.ed25519Sign(secret, message),
    publicKeyOf: async (party) => fromHex(party.replace('rider-', '')),
    engine,
    now: () => clock.now(),
  }

  async function sign(untilS: number, holder: Holder) {
    const { number, userPublicKey, custom } = holder
    const credential = await issueCredential({
      certificate,
      version: 0x80,
      sign: async (message, id) => own.sign(message, id),
      paymentAccount: number.slice(-16),
      cardAccount: number,
      issuer: ISSUER,
      platform: PLATFORM,
      accountType: 0,
      capFen: 3_000,
      userPublicKey: fromHex(mood.foreignKey || userPublicKey),
      authorisationExpiryS: untilS,
      validityS: 120,
      custom,
    })
    return toHex(credential.bytes)
  }

  async function credentialFor(order: Record<string, unknown>) {
    if (mood.arrears) throw new UnifareError('issuer.arrears', 'repay first')
    const untilS = clock.now() / 1000 + VALID_S
    const wanted = order['wanted'] as readonly Record<string, unknown>[] | undefined
    if (wanted === undefined) {
      const userPublicKey = String(order['userPublicKey'])
      const custom = new Uint8Array(0)
      const credential = await sign(untilS, { number: ACCOUNT, userPublicKey, custom })
      return { account: ACCOUNT, credential, untilS }
    }
    const credentials: object[] = []
    for (const one of wanted) {
      const { day, slot, companion, userPublicKey } = one
      const name = `${String(day)}/${String(slot)}/${String(companion)}`
      const number = numbers.get(name) ?? `319000076000000${String(1000 + numbers.size)}`
      numbers.set(name, number)
      const custom = encodeCustomField({
        companions: companion === 0 ? COMPANIONS : 0,
        companion: companion !== 0,
        riskClass: 'standard',
        schemes: [],
      })
      const holder = { number, userPublicKey: String(userPublicKey), custom }
      credentials.push({ ...one, number, credential: await sign(untilS, holder) })
    }
    return { account: ACCOUNT, companionsMax: COMPANIONS, credentials, untilS }
  }

  network.register(
    ISSUER,
    createHandler(self, async ({ kind, body }) => {
      const order = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>
      asked.push({ ...order, kind })
      if (order['do'] === 'ready') return { result: await credentialFor(order) }
      return { result: { account: ACCOUNT, state: 'opened', rides: [] } }
    }),
  )
  const link: Link = {
    send: async (receiver, bytes) => {
      if (!mood.online) throw new UnifareError('link.unreachable', 'no network')
      return network.send(receiver, bytes)
    },
  }
  return {
    clock,
    asked,
    mood,
    wallet: (
      options: { seed?: string; state?: WalletState; issuer?: string; plan?: ShelfPlan } = {},
    ) =>
      createWallet({
        issuer: options.issuer ?? ISSUER,
        issuerKey: ed25519PublicKey(secret),
        link,
        engine,
        random: streamOf(options.seed ?? 'a phone'),
        now: () => clock.now(),
        ...(options.state ? { state: options.state } : {}),
        ...(options.plan ? { plan: options.plan } : {}),
      }),
    /** What a terminal knows. */
    async keys() {
      const record = await makeRootRecord({
        index: ROOT_INDEX,
        expiry: '1235',
        publicKey: root.publicKey,
        sign: async (message, id) => root.sign(message, id),
      })
      const issuers = [
        { issuer: ISSUER, platform: PLATFORM, versions: [0x80], idPolicy: 'default' },
      ]
      const content = { roots: [{ index: ROOT_INDEX, record: toHex(record) }], issuers }
      return parseIssuerKeys(JSON.parse(canonicalJson(content)), engine)
    },
  }
}
