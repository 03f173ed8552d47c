import { createSeededRandom, toHex } from '@unifare/core'
import { type KeyPair, sm2KeyPair, sm2Sign } from '@unifare/crypto'
import {
  type CredentialRequest,
  type IssuerKeysContent,
  issueCredential,
  makeCertificate,
  makeCode,
  makeRootRecord,
} from '@unifare/ridecode'

const CA_INDEX = 0xf0
const PLATFORM = '59000001'
export const ACCOUNT = '3190000350000000013'
/** What a code allows for one ride. */
export const CAP_FEN = 3_000

const random = createSeededRandom('codes at a terminal')

/** Keys of a name, the same in every run. They protect nothing. */
function keysOf(name: string): KeyPair {
  const stream = random.fork(name)
  return sm2KeyPair((length) => stream.bytes(length))
}

function signWith(name: string) {
  const keys = keysOf(name)
  const stream = random.fork(`nonces ${name}`)
  return (message: Uint8Array, id: Uint8Array | null) =>
    sm2Sign({ ...keys, id, message, random: (length) => stream.bytes(length) })
}

/** Codes of riders under one root, for tests. */
export const codeFixture = {
  /** The list of issuers whose codes are genuine. */
  async issuerKeys(issuers: readonly string[]): Promise<IssuerKeysContent> {
    const record = await makeRootRecord({
      index: CA_INDEX,
      expiry: '1246',
      publicKey: keysOf('root').publicKey,
      sign: signWith('root'),
    })
    return {
      roots: [{ index: CA_INDEX, record: toHex(record) }],
      issuers: issuers.map((issuer) => ({
        issuer,
        platform: PLATFORM,
        versions: [0x80],
        idPolicy: 'default',
      })),
    }
  },

  /** A code made by a rider's phone at a second. */
  async code(
    generationTimeS: number,
    changes: Partial<CredentialRequest> & { readonly issuer: string },
  ): Promise<Uint8Array> {
    const { issuer } = changes
    const certificate = await makeCertificate({
      issuer,
      caIndex: CA_INDEX,
      expiry: '1228',
      serial: 1,
      issuerPublicKey: keysOf(issuer).publicKey,
      sign: signWith('root'),
    })
    const credential = await issueCredential({
      certificate,
      paymentAccount: 'UNIFARE-TEST-001',
      cardAccount: ACCOUNT,
      platform: PLATFORM,
      accountType: 0,
      capFen: CAP_FEN,
      userPublicKey: keysOf('user').publicKey,
      authorisationExpiryS: generationTimeS + 86_400,
      validityS: 60,
      custom: new Uint8Array(0),
      sign: signWith(issuer),
      ...changes,
    })
    return makeCode({ credential, generationTimeS, sign: signWith('user') })
  },
}
