import { createSeededRandom, toHex } from '@unifare/core'
import { sm2KeyPair, sm2Sign } from '@unifare/crypto'
import {
  type IssuerKeysContent,
  issueCredential,
  makeCertificate,
  makeCode,
  makeRootRecord,
} from '@unifare/ridecode'
import type { Tap } from '@unifare/tap'
import { AT, CARD, ISSUER, tapOf } from './clearing.fixture.ts'

const CA_INDEX = 0xf0
const PLATFORM = '59000001'
/** What the code allows for one ride. */
export const CAP_FEN = 3_000

/** Keys of a name: the same in every run. They protect nothing. */
function signer(name: string) {
  const stream = createSeededRandom('codes of the centre').fork(name)
  const random = (length: number) => stream.bytes(length)
  const keys = sm2KeyPair(random)
  const sign = (message: Uint8Array, id: Uint8Array | null) =>
    sm2Sign({ ...keys, id, message, random })
  return { publicKey: keys.publicKey, sign }
}

/** A bus ride by code at `AT` + 5 s, and the list of issuers under which the code is genuine. */
export async function codeTap(): Promise<{ tap: Tap; content: IssuerKeysContent }> {
  const { taps, content } = await codeTaps(1)
  return { tap: taps[0] as Tap, content }
}

/** Bus rides of one rider, a minute from one to the next, each with a code of its own. */
export async function codeTaps(
  count: number,
): Promise<{ taps: Tap[]; content: IssuerKeysContent }> {
  const [root, issuer, user] = [signer('root'), signer('issuer'), signer('user')]
  const atS = AT / 1000
  const certificate = await makeCertificate({
    issuer: ISSUER,
    caIndex: CA_INDEX,
    expiry: '1228',
    serial: 1,
    issuerPublicKey: issuer.publicKey,
    sign: root.sign,
  })
  const credential = await issueCredential({
    certificate,
    paymentAccount: 'UNIFARE-TEST-001',
    cardAccount: CARD,
    issuer: ISSUER,
    platform: PLATFORM,
    accountType: 0,
    capFen: CAP_FEN,
    userPublicKey: user.publicKey,
    authorisationExpiryS: atS + 86_400,
    validityS: 120,
    custom: new Uint8Array(0),
    sign: issuer.sign,
  })
  const record = await makeRootRecord({
    index: CA_INDEX,
    expiry: '1246',
    publicKey: root.publicKey,
    sign: root.sign,
  })
  return {
    taps: Array.from({ length: count }, (_, i) =>
      tapOf({
        medium: 'code',
        sequence: i + 1,
        at: AT + 5_000 + i * 60_000,
        counter: atS + i * 60,
        amountFen: 0,
        balanceFen: 0,
        serial: 0,
        evidence: makeCode({ credential, generationTimeS: atS + i * 60, sign: user.sign }),
      }),
    ),
    content: {
      roots: [{ index: CA_INDEX, record: toHex(record) }],
      issuers: [{ issuer: ISSUER, platform: PLATFORM, versions: [0x80], idPolicy: 'default' }],
    },
  }
}
