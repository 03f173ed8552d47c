import { createSeededRandom, type SeededRandom, toHex } from '@unifare/core'
import { type KeyPair, pureEngine, sm2KeyPair, sm2Sign } from '@unifare/crypto'
import {
  type IssuerKeys,
  issueCredential,
  makeCertificate,
  makeCode,
  makeRootRecord,
  parseIssuerKeys,
} from '@unifare/ridecode'

/** When the codes of the measurement are shown: 21 November 2026, 08:00 in China. */
export const AT_S = Date.UTC(2026, 10, 21) / 1000

/** Codes that a rider shows, one a minute back from `AT_S`. */
export const CODES_A_RIDER = 4

const ISSUER = '02205810'
const PLATFORM = '59005810'
const ROOT_INDEX = 0xf0
const VALIDITY_S = 600

/** A signature of the issuer, for the measurement of a known key. */
export interface IssuedSignature {
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/** One issuer and its riders with their codes, under keys made from a seed: they protect nothing. */
export interface CodeNetwork {
  readonly keys: IssuerKeys
  readonly issuerPublicKey: Uint8Array
  /** Newest code of every rider. */
  readonly newest: readonly Uint8Array[]
  /** All codes of all riders; no rider stands twice in a row. */
  readonly all: readonly Uint8Array[]
  readonly issued: readonly IssuedSignature[]
}

export async function makeCodeNetwork(options: {
  readonly riders: number
  readonly seed: string
}): Promise<CodeNetwork> {
  const random = createSeededRandom(`${options.seed}/code`)
  const [root, issuer] = [keysOf(random, 'root'), keysOf(random, 'issuer')]
  const record = await makeRootRecord({
    index: ROOT_INDEX,
    expiry: '1246',
    publicKey: root.publicKey,
    sign: signer(root, random),
  })
  const certificate = await makeCertificate({
    issuer: ISSUER,
    caIndex: ROOT_INDEX,
    expiry: '1228',
    serial: 1,
    issuerPublicKey: issuer.publicKey,
    sign: signer(root, random),
  })
  const issued: IssuedSignature[] = []
  const issue = signer(issuer, random)
  const riders: Uint8Array[][] = []
  for (let i = 0; i < options.riders; i++) {
    const user = keysOf(random, `rider ${i}`)
    const credential = await issueCredential({
      certificate,
      paymentAccount: `UNIFARE-${String(i).padStart(8, '0')}`,
      cardAccount: `31${ISSUER}${String(i).padStart(9, '0')}`,
      issuer: ISSUER,
      platform: PLATFORM,
      accountType: 0,
      capFen: 3_000,
      userPublicKey: user.publicKey,
      authorisationExpiryS: AT_S + 24 * 3600,
      validityS: VALIDITY_S,
      custom: new Uint8Array(0),
      sign(message, id) {
        const signature = issue(message, id)
        issued.push({ message, signature })
        return signature
      },
    })
    const sign = signer(user, random)
    riders.push(
      Array.from({ length: CODES_A_RIDER }, (_, minute) =>
        makeCode({ credential, generationTimeS: AT_S - minute * 60, sign }),
      ),
    )
  }
  return {
    keys: parseIssuerKeys(
      {
        roots: [{ index: ROOT_INDEX, record: toHex(record) }],
        issuers: [{ issuer: ISSUER, platform: PLATFORM, versions: [0x80], idPolicy: 'default' }],
      },
      pureEngine,
    ),
    issuerPublicKey: issuer.publicKey,
    newest: riders.flatMap((codes) => codes.slice(0, 1)),
    all: Array.from({ length: CODES_A_RIDER }, (_, minute) =>
      riders.flatMap((codes) => codes.slice(minute, minute + 1)),
    ).flat(),
    issued,
  }
}

function keysOf(random: SeededRandom, name: string): KeyPair {
  const own = random.fork(name)
  return sm2KeyPair((length) => own.bytes(length))
}

function signer(keys: KeyPair, random: SeededRandom) {
  return (message: Uint8Array, id: Uint8Array | null): Uint8Array =>
    sm2Sign({ ...keys, id, message, random: (length) => random.bytes(length) })
}
