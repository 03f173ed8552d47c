import {
  canonicalJson,
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
  type Day,
  fromHex,
  fromUtf8,
  toHex,
  utf8,
} from '@unifare/core'
import {
  createSoftwareKeyStore,
  ed25519PublicKey,
  generateKey,
  type KeyRef,
  type KeyStore,
  sha256,
  sm2KeyPair,
} from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import { orderOf } from '@unifare/institution'
import {
  type IssuerEntry,
  makeCertificate,
  makeRootRecord,
  parseIssuerKeys,
} from '@unifare/ridecode'
import {
  createHandler,
  createProcessLink,
  exchange,
  type LinkIdentity,
  type Message,
  type MessageKind,
} from '@unifare/tap'
import {
  createSimulatedChannel,
  type IssuerOptions,
  openIssuer,
  type PaymentChannel,
  riderId,
} from './index.ts'

export const engine = nodeEngine()
/** 20 November 2026, 08:00 in Shanghai. */
export const AT = Date.UTC(2026, 10, 20, 0)
export const DAY = '2026-11-20'
export const HOUR = 3_600_000
export const CENTRE = '00000156'
export const ISSUER = '07917910'
export const IIN = '31900007'
export const PLATFORM = '59007910'
export const OPERATOR = '15215212'
export const CONTRACT = { channel: 'simulated', limitFen: 5_000, sources: ['balance', 'bank-card'] }

const ROOT_INDEX = 0x55
const keyRef = (issuer: string, use: KeyRef['use'], index: number): KeyRef => ({
  scheme: 'unifare',
  issuer,
  use,
  index,
  version: 1,
  algorithm: 'sm2',
})
const codeKey = (version: number) => ({ ...keyRef(ISSUER, 'code-issue', 1), version })
const ROOT_KEY = keyRef(CENTRE, 'code-root', ROOT_INDEX)

const secretOf = (party: string) => sha256(utf8(`unifare test key of ${party}`))
const publicKeyOf = (party: string) => ed25519PublicKey(secretOf(party))
const signOf = (party: string) => async (message: Uint8Array) =>
  engine.ed25519Sign(secretOf(party), message)

/** The same keys at every opening: a restart does not change them. */
function storeOf(...refs: readonly KeyRef[]): KeyStore {
  const random = createSeededRandom(`key of ${refs[0]?.issuer}`)
  const bytes = (length: number) => random.bytes(length)
  const keys = refs.map((ref) => generateKey(ref, bytes))
  return createSoftwareKeyStore({ keys, engine, random: bytes })
}

/** What survives a restart of the issuer, and what the centre has heard. */
export function createWorld() {
  return {
    clock: createManualClock(AT),
    storage: createMemoryStorage(),
    repository: createMemoryRepository(),
    link: createProcessLink(),
    bank: createSimulatedChannel(),
    heard: [] as Message[],
  }
}

export type World = ReturnType<typeof createWorld>

/** A centre that certifies code keys under the network's root. */
function openTestCentre(world: World): void {
  const root = storeOf(ROOT_KEY)
  const self = identity(world, CENTRE)
  const handler = createHandler(self, async (message) => {
    if (message.kind !== 'order') {
      world.heard.push(message)
      return {}
    }
    const { publicKey, expiry, serial } = orderOf(message)
    const certificate = await makeCertificate({
      issuer: message.sender,
      caIndex: ROOT_INDEX,
      expiry: String(expiry),
      serial: Number(serial),
      issuerPublicKey: fromHex(String(publicKey)),
      sign: (bytes, id) => root.sign(ROOT_KEY, bytes, { id }),
    })
    return { result: { certificate: toHex(certificate) } }
  })
  world.link.register(CENTRE, handler)
}

/** A party under its own test key. */
export function identity(world: World, id: string): LinkIdentity {
  return {
    id,
    sign: signOf(id),
    publicKeyOf: async (party) => publicKeyOf(party),
    engine,
    now: () => world.clock.now(),
  }
}

/** Opens an issuer with its centre on the link; `channels` stands beside the simulated bank. */
export async function openTestIssuer(
  world: World = createWorld(),
  channels: readonly PaymentChannel[] = [],
  change: Pick<IssuerOptions, 'phone' | 'riskTerms'> & { readonly keyVersion?: number } = {},
) {
  const { clock, storage, repository, link, bank } = world
  openTestCentre(world)
  const { keyVersion = 1, ...options } = change
  const issuer = await openIssuer({
    id: ISSUER,
    centre: CENTRE,
    iin: IIN,
    platform: PLATFORM,
    env: { clock, storage, repository, random: createSeededRandom('issuer') },
    link,
    engine,
    sign: signOf(ISSUER),
    keyStore: storeOf(...[...Array(keyVersion).keys()].map((at) => codeKey(at + 1))),
    codeKey: codeKey(keyVersion),
    institutions: new Map([ISSUER, CENTRE, OPERATOR].map((id) => [id, publicKeyOf(id)])),
    channels: new Map([bank, ...channels].map((channel) => [channel.name, channel])),
    ...options,
  })
  link.register(ISSUER, issuer.handler)
  return { world, issuer, ...callers(world) }
}

/** Opens an issuer whose code key is certified. */
export async function openEnrolled(
  world?: World,
  channels?: readonly PaymentChannel[],
  change?: Parameters<typeof openTestIssuer>[2],
) {
  const opened = await openTestIssuer(world, channels, change)
  await opened.issuer.enrol('1230')
  return opened
}

function callers(world: World) {
  const send = (sender: LinkIdentity, kind: MessageKind, body: object) =>
    exchange(world.link, sender, { receiver: ISSUER, kind, body: utf8(canonicalJson(body)) })
  let nonce = 0
  return {
    send,
    /** A phone with keys of its own. */
    rider: (name: string) => {
      const random = createSeededRandom(`rider ${name}`)
      const codeKey = sm2KeyPair((length) => random.bytes(length))
      const secret = secretOf(name)
      const publicKey = ed25519PublicKey(secret)
      const self: LinkIdentity = {
        ...identity(world, riderId(publicKey)),
        sign: async (message) => engine.ed25519Sign(secret, message),
      }
      const order = (body: object) => send(self, 'order', { ...body, nonce: nonce++ })
      return {
        self,
        codeKey,
        order,
        open: () => order({ do: 'open' }) as Promise<{ account: string; state: string }>,
        authorise: (change: object = {}) => order({ do: 'authorise', ...CONTRACT, ...change }),
        ready: () =>
          order({ do: 'ready', userPublicKey: toHex(codeKey.publicKey) }) as Promise<{
            account: string
            credential: string
            untilS: number
          }>,
        look: () => send(self, 'pull', {}) as Promise<RiderState>,
      }
    },
    /** The centre's statement of a day, or a part of it. */
    statement: (lines: readonly object[], { day = DAY, part = 0, parts = 1, more = {} } = {}) =>
      send(identity(world, CENTRE), 'statement', {
        day,
        part,
        parts,
        statement: { member: ISSUER, day, lines, ...more },
      }),
    /** Entries of the deny lists that have reached the centre. */
    denied: () =>
      world.heard.map(({ body }) => {
        const { content } = JSON.parse(fromUtf8(body)) as {
          content: { entries: { account: string; reason: string; since: number }[] }
        }
        return content.entries
      }),
  }
}

/** What a rider's phone is told. */
export interface RiderState {
  readonly at: number
  readonly account: string
  readonly state: string
  readonly debtFen: number
  readonly contract: object | null
  readonly rides: readonly { charge: string; state: string; amountFen: number; day: Day }[]
}

/** A line of a statement: a ride by code that settled. */
export function lineOf(number: number, account: string, change: object = {}): object {
  return {
    charge: `${OPERATOR}-${number}`,
    taps: [`413100000001-${number}`],
    verdict: 'normal',
    side: 'pay',
    counterparty: OPERATOR,
    medium: 'code',
    account,
    mode: 'metro',
    tapDay: DAY,
    endAt: '2026-11-20T02:00:00.000Z',
    amountFen: 400,
    shareMicro: '400000000',
    ...change,
  }
}

/** The network's issuer keys as a terminal holds them. */
export async function terminalKeys(withdrawn: Partial<IssuerEntry> = {}) {
  const root = storeOf(ROOT_KEY)
  const record = await makeRootRecord({
    index: ROOT_INDEX,
    expiry: '1235',
    publicKey: await root.publicKey(ROOT_KEY),
    sign: (message, id) => root.sign(ROOT_KEY, message, { id }),
  })
  const issuers = [
    { issuer: ISSUER, platform: PLATFORM, versions: [0x80], idPolicy: 'default', ...withdrawn },
  ]
  return parseIssuerKeys({ roots: [{ index: ROOT_INDEX, record: toHex(record) }], issuers }, engine)
}
