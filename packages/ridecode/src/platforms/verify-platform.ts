import { foreignEcdsaVerify, type SignatureEngine, SM2_DEFAULT_ID } from '@unifare/crypto'
import { type CodeReject, type CodeRejectCode, reject } from '../errors.ts'
import type { PlatformEntry } from '../issuer-keys.ts'
import type { CodeFamily } from '../platform.ts'
import type { CodePolicy } from '../policy.ts'
import type { CodeIdentity, ShownCode } from '../ride-code.ts'
import { readAlipay } from './alipay.ts'
import { signatureOfDer } from './der.ts'
import type { PlatformCode, PlatformSignature } from './platform-code.ts'
import { readTencent } from './tencent.ts'
import { readUnionPay } from './unionpay.ts'

/** Readers by family; a family without one is recognised and no more. */
const READERS: Partial<Record<CodeFamily, (bytes: Uint8Array) => PlatformCode | undefined>> = {
  tencent: readTencent,
  alipay: readAlipay,
  'city-card': readAlipay,
  unionpay: readUnionPay,
}

const ACCOUNT_DIGITS = 19
/** Ordinary rider: other platforms' codes do not carry a class that terminals here know. */
const ACCOUNT_TYPE = 1

/** Reads another platform's code for inspection; undefined where its layout is not known. */
export function readPlatformCode(family: CodeFamily, bytes: Uint8Array): PlatformCode | undefined {
  return READERS[family]?.(bytes)
}

/**
 * Verifies the code of a platform that is a member: its layout, its times by the same limits as
 * ours, every signature. The charge goes to the member that the list names. Never throws.
 */
export function verifyPlatformCode(input: {
  readonly family: CodeFamily
  readonly bytes: Uint8Array
  readonly entry: PlatformEntry
  readonly atS: number
  readonly policy: CodePolicy
  readonly engine: SignatureEngine
}): { readonly ok: true; readonly code: ShownCode; readonly identity: CodeIdentity } | CodeReject {
  const { family, bytes, entry, engine } = input
  const code = readPlatformCode(family, bytes)
  if (!code) return { ...reject('code.bad-length'), platform: family }
  const account = accountOf(code)
  const refused =
    (code.unproven === null ? undefined : ('code.unproven' as const)) ??
    (account === undefined ? ('code.bad-account' as const) : undefined) ??
    timeFault(code, input) ??
    signatureFault(code, entry, engine)
  if (refused !== undefined) return { ...reject(refused), platform: family }
  const { validityS, generationTimeS, authorisationExpiryS } = code
  return {
    ok: true,
    code: {
      bytes,
      validityS,
      generationTimeS,
      authorisationExpiryS,
      capFen: Math.min(code.capFen ?? entry.capFen, entry.capFen),
      accountType: ACCOUNT_TYPE,
      custom: new Uint8Array(0),
    },
    identity: { issuer: entry.institution, account: account ?? '', generationTimeS },
  }
}

/** The rider in 19 digits: the card number in the code, else the platform's own number filled up. */
function accountOf({ cardNumber, user }: PlatformCode): string | undefined {
  const digits = cardNumber ?? user.trim()
  return /^[0-9]{1,19}$/.test(digits) ? digits.padStart(ACCOUNT_DIGITS, '0') : undefined
}

function timeFault(
  { authorisationExpiryS, validityS, generationTimeS }: PlatformCode,
  { atS, policy }: { readonly atS: number; readonly policy: CodePolicy },
): CodeRejectCode | undefined {
  if (authorisationExpiryS < atS) return 'code.authorisation-expired'
  if (validityS > policy.maxValidityS) return 'code.validity-too-long'
  if (generationTimeS > atS + policy.futureSkewS) return 'code.from-future'
  if (generationTimeS > authorisationExpiryS) return 'code.after-authorisation'
  return generationTimeS + validityS < atS ? 'code.expired' : undefined
}

const FAULT_OF_LEVEL = {
  issuer: 'code.bad-issuer-signature',
  user: 'code.bad-user-signature',
} as const satisfies Record<PlatformSignature['level'], CodeRejectCode>

function signatureFault(
  code: PlatformCode,
  entry: PlatformEntry,
  engine: SignatureEngine,
): CodeRejectCode | undefined {
  const platformKey = entry.keys.find(({ index }) => index === code.keyIndex)
  if (!platformKey) return 'code.unknown-key'
  for (const signature of code.signatures) {
    const publicKey = signature.publicKey ?? platformKey.publicKey
    if (!isGood(signature, publicKey, engine)) return FAULT_OF_LEVEL[signature.level]
  }
  return undefined
}

function isGood(
  { algorithm, message, signature, form }: PlatformSignature,
  publicKey: Uint8Array,
  engine: SignatureEngine,
): boolean {
  if (algorithm !== 'sm2') {
    return foreignEcdsaVerify({ curve: algorithm, publicKey, message, signature, form })
  }
  const raw = form === 'der' ? signatureOfDer(signature) : signature
  return (
    raw !== undefined &&
    engine.sm2Verify({ publicKey, id: SM2_DEFAULT_ID, message, signature: raw })
  )
}
