import { readField } from '@unifare/core'
import { type SignatureEngine, sha256, sm2Decompress } from '@unifare/crypto'
import type { CodeCaches } from './code-caches.ts'
import { isCompressed } from './encoding.ts'
import { type CodeReject, type CodeRejectCode, reject } from './errors.ts'
import { type IdPolicy, signerId } from './id-policy.ts'
import type { IssuerEntry, IssuerKeys } from './issuer-keys.ts'
import { CERTIFICATE_SIGNED } from './layout.ts'
import { monthAt } from './month.ts'
import { parseCode } from './parse.ts'
import { verifyPlatformCode } from './platforms/verify-platform.ts'
import { type CodePolicy, DEFAULT_CODE_POLICY } from './policy.ts'
import {
  authorisationBytes,
  type CodeIdentity,
  issuerMessage,
  type RideCode,
  type ShownCode,
  userMessage,
} from './ride-code.ts'
import type { Root } from './root.ts'

/** What a terminal holds when a code comes before its reader. */
export interface VerifyInput {
  readonly bytes: Uint8Array
  /** Now, Unix seconds. */
  readonly atS: number
  readonly keys: IssuerKeys
  readonly engine: SignatureEngine
  /** Limits that differ from `DEFAULT_CODE_POLICY`. */
  readonly policy?: Partial<CodePolicy>
  /** Spares repeated signatures; the verdict is the same without. */
  readonly caches?: CodeCaches
}

/** A genuine code of a member, good now. Replay, deny list and price are judged apart. */
export interface VerifiedCode {
  readonly ok: true
  readonly code: ShownCode
  readonly identity: CodeIdentity
}

/** All that a check looks at. */
interface Context {
  readonly code: RideCode
  readonly atS: number
  readonly policy: CodePolicy
  readonly engine: SignatureEngine
  readonly caches: CodeCaches | undefined
  readonly root: Root
  readonly entry: IssuerEntry
}

type Check = (context: Context) => CodeRejectCode | undefined

/**
 * The order of reference ridecode 1.8. The list of members (its step 12) is asked before the
 * first signature, since it says under which ids to verify.
 */
const CHECKS: readonly Check[] = [
  checkMonths,
  checkListing,
  checkCertificate,
  checkAccount,
  checkTimes,
  checkAuthorisation,
  checkUser,
]

/** Verifies a code offline. Never throws for any bytes; a refusal is a value with its step. */
export function verifyCode(input: VerifyInput): VerifiedCode | CodeReject {
  const policy = { ...DEFAULT_CODE_POLICY, ...input.policy }
  const parsed = parseCode(input.bytes)
  if (!parsed.ok) {
    const family = parsed.platform
    const member = family && input.keys.platform(family)
    return member ? verifyPlatformCode({ ...input, family, entry: member, policy }) : parsed
  }
  const { code } = parsed
  const root = input.keys.root(code.certificate.caIndex)
  if (root?.serviceId !== code.certificate.serviceId) return reject('code.unknown-root')
  const entry = input.keys.entry(code)
  if (!entry) return reject('code.not-listed')
  const { atS, engine, caches } = input
  const context = { code, atS, policy, engine, caches, root, entry }
  for (const check of CHECKS) {
    const refused = check(context)
    if (refused) return reject(refused)
  }
  return { ok: true, code, identity: codeIdentity(code) }
}

/** Identity of a code, for replay and for the one charge that may hang on it. */
export function codeIdentity(code: RideCode): CodeIdentity {
  return { issuer: code.issuer, account: code.cardAccount, generationTimeS: code.generationTimeS }
}

/** SHA-256 of a whole code: an evidence id, never an identity. */
export function codeDigest(bytes: Uint8Array): Uint8Array {
  return sha256(bytes)
}

function checkMonths({ code, root, atS }: Context): CodeRejectCode | undefined {
  const month = monthAt(atS)
  if (month > code.certificate.lastMonth) return 'code.certificate-expired'
  return month > root.lastMonth ? 'code.root-expired' : undefined
}

function checkListing({ code, entry }: Context): CodeRejectCode | undefined {
  const { certificate } = code
  const { minSerial = 0, revokedSerials = [], roots } = entry
  if (certificate.issuer !== (entry.certificateIssuer ?? entry.issuer)) {
    return 'code.wrong-certificate'
  }
  if (roots && !roots.includes(certificate.caIndex)) return 'code.wrong-certificate'
  return certificate.serial < minSerial || revokedSerials.includes(certificate.serial)
    ? 'code.certificate-revoked'
    : undefined
}

function checkCertificate(context: Context): CodeRejectCode | undefined {
  const { code, root, entry, engine, caches } = context
  const { bytes, signature } = code.certificate
  const name = cacheName(entry.idPolicy, bytes) + root.fingerprint
  if (caches?.certificates.has(name)) return undefined
  const good = engine.sm2Verify({
    publicKey: root.publicKey,
    id: signerId(entry.idPolicy, 'certificate', bytes),
    message: readField(bytes, CERTIFICATE_SIGNED),
    signature,
    isFrequentKey: true,
  })
  if (!good) return 'code.bad-certificate-signature'
  caches?.certificates.add(name)
  return undefined
}

function checkAccount({ code, policy }: Context): CodeRejectCode | undefined {
  return policy.refusedAccountTypes.includes(code.accountType) ? 'code.account-refused' : undefined
}

function checkTimes({ code, policy, atS }: Context): CodeRejectCode | undefined {
  const { authorisationExpiryS, validityS, generationTimeS } = code
  if (authorisationExpiryS < atS) return 'code.authorisation-expired'
  if (validityS > policy.maxValidityS) return 'code.validity-too-long'
  if (generationTimeS > atS + policy.futureSkewS) return 'code.from-future'
  if (generationTimeS > authorisationExpiryS) return 'code.after-authorisation'
  return generationTimeS + validityS < atS ? 'code.expired' : undefined
}

function checkAuthorisation(context: Context): CodeRejectCode | undefined {
  const { code, entry, engine, caches } = context
  const { bytes, custom, issuerSignature, certificate } = code
  const name = caches && cacheName(entry.idPolicy, authorisationBytes(bytes, custom.length))
  if (name !== undefined && caches?.authorisations.has(name)) return undefined
  const good = engine.sm2Verify({
    publicKey: certificate.publicKey,
    id: signerId(entry.idPolicy, 'issuer', bytes),
    message: issuerMessage(bytes, custom.length),
    signature: issuerSignature,
    isFrequentKey: true,
  })
  if (!good) return 'code.bad-issuer-signature'
  if (name !== undefined) caches?.authorisations.add(name)
  return undefined
}

function checkUser({ code, entry, engine }: Context): CodeRejectCode | undefined {
  const { bytes, custom, userPublicKey, userSignature } = code
  if (!isCompressed(userPublicKey)) return 'code.bad-user-key'
  const good = engine.sm2Verify({
    publicKey: userPublicKey,
    id: signerId(entry.idPolicy, 'user', bytes),
    message: userMessage(bytes, custom.length),
    signature: userSignature,
  })
  if (good) return undefined
  return isOnCurve(userPublicKey) ? 'code.bad-user-signature' : 'code.bad-user-key'
}

function isOnCurve(publicKey: Uint8Array): boolean {
  try {
    sm2Decompress(publicKey)
    return true
  } catch {
    return false
  }
}

/** The authorisation covers its certificate and so its key; a certificate is named with its root. */
function cacheName(idPolicy: IdPolicy, signed: Uint8Array): string {
  return idPolicy + String.fromCharCode(...sha256(signed))
}
