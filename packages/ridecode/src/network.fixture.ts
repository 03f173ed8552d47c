import { createSeededRandom, toHex } from '@unifare/core'
import { type KeyPair, sm2KeyPair, sm2Sign } from '@unifare/crypto'
import {
  type CertificateRequest,
  type Credential,
  type CredentialRequest,
  type IdPolicy,
  type IssuerEntry,
  type IssuerKeysContent,
  issueCredential,
  makeCertificate,
  makeCode,
  makeRootRecord,
} from './index.ts'

/** A small scheme under one seed, for tests and for the conformance vectors. */

/** 21 November 2026, 08:00 in China. */
export const AT_S = Date.UTC(2026, 10, 21) / 1000

/** Our own root, outside the indexes of the national roots. */
export const CA_INDEX = 0xf0
export const ISSUER = '02205810'
export const PLATFORM = '59005810'
export const ACCOUNT = '3190000350000000013'

const random = createSeededRandom('ride-code conformance')

/** The test keys of a name: the same on every machine. They protect nothing. */
export function testKeys(name: string): KeyPair {
  return sm2KeyPair((length) => random.fork(name).bytes(length))
}

/** Signs with nonces that repeat for the same key and message, so that vectors can be made again. */
export function signWith(keys: KeyPair) {
  return (message: Uint8Array, id: Uint8Array | null): Uint8Array => {
    const stream = random.fork(
      `${toHex(keys.publicKey)} ${toHex(id ?? new Uint8Array())} ${toHex(message)}`,
    )
    return sm2Sign({ ...keys, id, message, random: (length) => stream.bytes(length) })
  }
}

export const ROOT_KEYS = testKeys('root')
export const ISSUER_KEYS = testKeys('issuer')
export const USER_KEYS = testKeys('user')

/** Root record of some keys. */
export function rootRecord(options: { index?: number; expiry?: string; keys?: KeyPair } = {}) {
  const { index = CA_INDEX, expiry = '1246', keys = ROOT_KEYS } = options
  return makeRootRecord({ index, expiry, publicKey: keys.publicKey, sign: signWith(keys) })
}

/** The issuer's certificate, with changes. */
export function certificate(changes: Partial<CertificateRequest> = {}): Promise<Uint8Array> {
  return makeCertificate({
    issuer: ISSUER,
    caIndex: CA_INDEX,
    expiry: '1228',
    serial: 7,
    issuerPublicKey: ISSUER_KEYS.publicKey,
    sign: signWith(ROOT_KEYS),
    ...changes,
  })
}

/** The rider's credential, with changes. */
export async function credential(changes: Partial<CredentialRequest> = {}): Promise<Credential> {
  const { idPolicy = 'default' } = changes
  return issueCredential({
    certificate: changes.certificate ?? (await certificate({ idPolicy })),
    paymentAccount: 'UNIFARE-TEST-001',
    cardAccount: ACCOUNT,
    issuer: ISSUER,
    platform: PLATFORM,
    accountType: 0,
    capFen: 3000,
    userPublicKey: USER_KEYS.publicKey,
    authorisationExpiryS: AT_S + 24 * 3600,
    validityS: 120,
    custom: new Uint8Array(0),
    sign: signWith(ISSUER_KEYS),
    ...changes,
  })
}

/** A code of the rider, with changes to the credential under it. */
export async function code(
  changes: Partial<CredentialRequest> = {},
  generationTimeS = AT_S,
): Promise<Uint8Array> {
  return makeCode({
    credential: await credential(changes),
    generationTimeS,
    sign: signWith(USER_KEYS),
  })
}

/** The list of members, with changes to the issuer's entry. */
export async function issuerKeysContent(
  changes: Partial<IssuerEntry> = {},
  records?: readonly { readonly index: number; readonly record: string }[],
): Promise<IssuerKeysContent> {
  return {
    roots: records ?? [{ index: CA_INDEX, record: toHex(await rootRecord()) }],
    issuers: [
      {
        issuer: ISSUER,
        platform: PLATFORM,
        versions: [0x80],
        idPolicy: 'default' satisfies IdPolicy,
        ...changes,
      },
    ],
  }
}

/** Custom field of a length: bytes 1, 2, 3 and so on. */
export function customOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => at + 1)
}
