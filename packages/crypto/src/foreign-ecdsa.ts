import { ecdsa, weierstrass } from '@noble/curves/abstract/weierstrass.js'
import { sha1 } from '@noble/hashes/legacy.js'

/** Curves that other platforms' codes are signed on (SEC 2). */
export type ForeignCurve = 'secp224r1' | 'secp256k1' | 'secp192k1'

type CurveNumbers = Readonly<Record<'p' | 'n' | 'a' | 'b' | 'Gx' | 'Gy', bigint>>

const CURVES: Readonly<Record<ForeignCurve, CurveNumbers>> = {
  secp224r1: {
    p: 0xffffffff_ffffffff_ffffffff_ffffffff_00000000_00000000_00000001n,
    n: 0xffffffff_ffffffff_ffffffff_ffff16a2_e0b8f03e_13dd2945_5c5c2a3dn,
    a: 0xffffffff_ffffffff_ffffffff_fffffffe_ffffffff_ffffffff_fffffffen,
    b: 0xb4050a85_0c04b3ab_f5413256_5044b0b7_d7bfd8ba_270b3943_2355ffb4n,
    Gx: 0xb70e0cbd_6bb4bf7f_321390b9_4a03c1d3_56c21122_343280d6_115c1d21n,
    Gy: 0xbd376388_b5f723fb_4c22dfe6_cd4375a0_5a074764_44d58199_85007e34n,
  },
  secp256k1: {
    p: 0xffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_fffffffe_fffffc2fn,
    n: 0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n,
    a: 0n,
    b: 7n,
    Gx: 0x79be667e_f9dcbbac_55a06295_ce870b07_029bfcdb_2dce28d9_59f2815b_16f81798n,
    Gy: 0x483ada77_26a3c465_5da4fbfc_0e1108a8_fd17b448_a6855419_9c47d08f_fb10d4b8n,
  },
  secp192k1: {
    p: 0xffffffff_ffffffff_ffffffff_ffffffff_fffffffe_ffffee37n,
    n: 0xffffffff_ffffffff_fffffffe_26f2fc17_0f69466a_74defd8dn,
    a: 0n,
    b: 3n,
    Gx: 0xdb4ff10e_c057e9ae_26b07d02_80b7f434_1da5d1b1_eae06c7dn,
    Gy: 0x9b2f2f6d_9c5628a7_844163d0_15be8634_4082aa88_d95e2f9dn,
  },
}

const schemes = new Map<ForeignCurve, ReturnType<typeof ecdsa>>()

/** ECDSA with SHA-1 on a curve, made at its first use. */
function schemeOf(curve: ForeignCurve): ReturnType<typeof ecdsa> {
  const known = schemes.get(curve)
  if (known) return known
  const made = ecdsa(weierstrass({ ...CURVES[curve], h: 1n }), sha1)
  schemes.set(curve, made)
  return made
}

/** A signature of another platform to check. */
export interface ForeignVerifyInput {
  readonly curve: ForeignCurve
  /** SEC 1 point, compressed or not. */
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
  /** `compact` is r || s; `der` as ASN.1. */
  readonly form: 'compact' | 'der'
}

/**
 * Verifies ECDSA with SHA-1 as the codes of other platforms carry it (reference ridecode 2.1,
 * 2.2). For nothing of our own: SHA-1 is long broken for collisions. Bad input gives false.
 */
export function foreignEcdsaVerify(input: ForeignVerifyInput): boolean {
  try {
    return schemeOf(input.curve).verify(input.signature, input.message, input.publicKey, {
      lowS: false,
      format: input.form,
    })
  } catch {
    return false
  }
}

/** Signs in the same form: for simulated platforms and tests under keys of our own. */
export function foreignEcdsaSign(input: {
  readonly curve: ForeignCurve
  readonly privateKey: Uint8Array
  readonly message: Uint8Array
  readonly form: 'compact' | 'der'
}): Uint8Array {
  return schemeOf(input.curve).sign(input.message, input.privateKey, {
    lowS: false,
    format: input.form,
  })
}

/** Compressed public key of a private key of the curve. */
export function foreignPublicKey(curve: ForeignCurve, privateKey: Uint8Array): Uint8Array {
  return schemeOf(curve).getPublicKey(privateKey)
}
