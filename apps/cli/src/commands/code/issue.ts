import { randomFillSync } from 'node:crypto'
import { toHex } from '@unifare/core'
import { type KeyPair, sm2KeyPair, sm2Sign } from '@unifare/crypto'
import { makeCardNumber } from '@unifare/registry'
import {
  encodeCustomField,
  issueCredential,
  makeCertificate,
  makeRootRecord,
} from '@unifare/ridecode'
import { EXIT, printJson, printLines } from '../../output.ts'
import { writeWallet } from './wallet-file.ts'

const SECOND_MS = 1_000
const ROOT_INDEX = 0xf0
/** Institution, platform and IIN of nobody: they are only for trying out. */
const ISSUER = '99999999'
const PLATFORM = '59999999'
const IIN = '31999999'
const SERIAL_SPAN = 1_000_000_000

/** Makes a scheme with new keys, an account in it, and a wallet that makes codes offline. */
export async function issue(options: {
  readonly wallet: string
  readonly hours: number
  readonly seconds: number
  readonly cap: number
  readonly companions: number
  readonly json?: boolean
}): Promise<number> {
  const [root, issuer, user] = [newKeys(), newKeys(), newKeys()]
  const nowS = Math.floor(Date.now() / SECOND_MS)
  const expiry = expiryOf(new Date())
  const record = await makeRootRecord({
    index: ROOT_INDEX,
    expiry,
    publicKey: root.publicKey,
    sign: signer(root),
  })
  const certificate = await makeCertificate({
    issuer: ISSUER,
    caIndex: ROOT_INDEX,
    expiry,
    serial: 1,
    issuerPublicKey: issuer.publicKey,
    sign: signer(root),
  })
  const serial = randomSerial()
  const grant = async (companion: number): Promise<Holder> => {
    const keys = companion === 0 ? user : newKeys()
    const account = makeCardNumber({ iin: IIN, serial: serial + companion })
    const credential = await issueCredential({
      certificate,
      paymentAccount: account.slice(-16),
      cardAccount: account,
      issuer: ISSUER,
      platform: PLATFORM,
      accountType: 1,
      capFen: options.cap,
      userPublicKey: keys.publicKey,
      authorisationExpiryS: nowS + options.hours * 3600,
      validityS: options.seconds,
      custom: encodeCustomField({
        companions: companion === 0 ? options.companions : 0,
        companion: companion > 0,
        riskClass: 'standard',
        schemes: [],
      }),
      sign: signer(issuer),
    })
    return { account, credential: toHex(credential.bytes), userKey: textOf(keys) }
  }
  const { account, ...own } = await grant(0)
  const companions: Omit<Holder, 'account'>[] = []
  for (let companion = 1; companion <= options.companions; companion++) {
    const { credential, userKey } = await grant(companion)
    companions.push({ credential, userKey })
  }
  await writeWallet(options.wallet, {
    format: 'unifare.wallet/1',
    ...own,
    companions,
    lastCodeS: 0,
    issuerKeys: {
      roots: [{ index: ROOT_INDEX, record: toHex(record) }],
      issuers: [{ issuer: ISSUER, platform: PLATFORM, versions: [0x80], idPolicy: 'default' }],
    },
  })
  const until = new Date((nowS + options.hours * 3600) * SECOND_MS).toISOString()
  if (options.json === true) printJson({ wallet: options.wallet, account, until })
  else {
    printLines(
      `wallet   ${options.wallet}`,
      `account  ${account}`,
      `until    ${until}: codes can be made without network`,
      `next     unifare code show --wallet ${options.wallet}`,
    )
  }
  return EXIT.ok
}

interface Holder {
  readonly account: string
  readonly credential: string
  readonly userKey: { readonly privateKey: string; readonly publicKey: string }
}

function textOf({ privateKey, publicKey }: KeyPair): Holder['userKey'] {
  return { privateKey: toHex(privateKey), publicKey: toHex(publicKey) }
}

function newKeys(): KeyPair {
  return sm2KeyPair(random)
}

function random(length: number): Uint8Array {
  return randomFillSync(new Uint8Array(length))
}

function randomSerial(): number {
  const [a = 0, b = 0, c = 0, d = 0] = random(4)
  return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % SERIAL_SPAN
}

function signer(keys: KeyPair) {
  return (message: Uint8Array, id: Uint8Array | null) => sm2Sign({ ...keys, id, message, random })
}

/** MMYY two years from now. */
function expiryOf(date: Date): string {
  const month = String(date.getUTCMonth() + 1).padStart(2, '0')
  return `${month}${String((date.getUTCFullYear() + 2) % 100).padStart(2, '0')}`
}
