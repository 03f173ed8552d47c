import { fromHex, toHex, UnifareError, utf8 } from '@unifare/core'
import { ed25519PublicKey, pureEngine, sha256, sm2KeyPair } from '@unifare/crypto'
import { issueCredential, makeCertificate } from '@unifare/ridecode'
import { createHandler, createProcessLink, type Link } from '@unifare/tap'
import type { Vault } from '../wallet/vault.ts'
import { createRiderApp } from './rider-app.ts'

/** 21 November 2026, 08:00 in Shanghai. */
export const AT = Date.UTC(2026, 10, 21, 0)
export const ACCOUNT = '3190000750000000000'
const ISSUER = '07917910'
const VALID_S = 24 * 3600
/** The device's clock is this far behind the network's. */
const BEHIND_MS = 90_000

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

/** A store that survives the page, and tells in which order things were kept. */
export function createMemoryVault(): Vault & { readonly writes: string[] } {
  const kept = new Map<string, string>()
  const writes: string[] = []
  return {
    writes,
    async read(name) {
      const value = kept.get(name)
      return value === undefined ? undefined : JSON.parse(value)
    },
    async write(name, value) {
      writes.push(name)
      kept.set(name, JSON.stringify(value))
    },
    async clear() {
      kept.clear()
    },
  }
}

/** An issuer that gives credentials, the network around it, and pages of one device. */
export async function createWorld() {
  const secret = sha256(utf8('issuer'))
  const [root, own] = [sm2KeyPair(random), sm2KeyPair(random)]
  const signer = (pair: typeof root) => async (message: Uint8Array, id: Uint8Array | null) =>
    pureEngine.sm2Sign({ ...pair, id, message, random })
  const certificate = await makeCertificate({
    issuer: ISSUER,
    caIndex: 0x55,
    expiry: '1230',
    serial: 1,
    issuerPublicKey: own.publicKey,
    sign: signer(root),
  })
  const mood = { online: true, at: AT, refuse: {} as Record<string, string>, key: secret }
  const asked: string[] = []
  const network = createProcessLink()
  const self = {
    id: ISSUER,
    sign: async (message: Uint8Array) => pureEngine.ed25519Sign(secret, message),
    publicKeyOf: async (party: string) => fromHex(party.replace('rider-', '')),
    engine: pureEngine,
    now: () => mood.at,
  }
  async function credentialFor(userPublicKey: string) {
    const untilS = mood.at / 1000 + VALID_S
    const credential = await issueCredential({
      certificate,
      version: 0x80,
      sign: signer(own),
      paymentAccount: ACCOUNT.slice(-16),
      cardAccount: ACCOUNT,
      issuer: ISSUER,
      platform: '59007910',
      accountType: 0,
      capFen: 3_000,
      userPublicKey: fromHex(userPublicKey),
      authorisationExpiryS: untilS,
      validityS: 120,
      custom: new Uint8Array(0),
    })
    return { account: ACCOUNT, credential: toHex(credential.bytes), untilS }
  }
  network.register(
    ISSUER,
    createHandler(self, async ({ body }) => {
      const order = JSON.parse(new TextDecoder().decode(body)) as Record<string, string>
      const name = order['do'] ?? 'look'
      asked.push(name)
      const refused = mood.refuse[name]
      if (refused !== undefined) throw new UnifareError(refused, 'refused')
      if (name === 'ready') return { result: await credentialFor(String(order['userPublicKey'])) }
      const view = { at: mood.at, account: ACCOUNT, debtFen: 0, debts: [], trips: [] }
      return { result: { ...view, signInName: null, frozen: null, state: 'opened' } }
    }),
  )
  const requireNetwork = () => {
    if (!mood.online) throw new UnifareError('link.unreachable', 'no network')
  }
  const link: Link = {
    async send(receiver, bytes) {
      requireNetwork()
      return network.send(receiver, bytes)
    },
  }
  const member = { id: ISSUER, nameZh: '发卡机构', nameEn: 'Issuer', division: '610100' }
  return {
    mood,
    asked,
    /** Opens the page on a device that keeps what is in the vault. */
    page: (vault: Vault) =>
      createRiderApp({
        vault,
        link,
        deviceNow: () => mood.at - BEHIND_MS,
        async fetchMembers() {
          requireNetwork()
          const issuers = [{ ...member, key: toHex(ed25519PublicKey(mood.key)) }]
          return { members: { issuers, operators: [] }, offsetMs: BEHIND_MS }
        },
      }),
  }
}
