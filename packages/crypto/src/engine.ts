import { type Hashes, pureHashes } from '@unifare/core'
import { ed25519Sign, ed25519Verify } from './ed25519.ts'
import { type Sm2SignInput, type Sm2VerifyInput, sm2Sign, sm2Verify } from './sm2.ts'

/**
 * Signatures and hashes by whichever implementation the host has. Every engine gives the same
 * answers; they differ in speed only.
 */
export interface SignatureEngine extends Hashes {
  sm2Verify(input: Sm2VerifyInput): boolean
  sm2Sign(input: Sm2SignInput): Uint8Array
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  ed25519Sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array
  readonly aside?: AsideEngine
}

/** A message as it came: what its signature covers, and the body that this speaks for. */
export interface SignedBody {
  readonly publicKey: Uint8Array
  readonly signed: Uint8Array
  readonly signature: Uint8Array
  readonly body: Uint8Array
  /** Lengths of the body's parts, one after the other, where each has a hash of its own. */
  readonly parts?: readonly number[]
}

/** The SHA-256 of a body, or of each of its parts, and whether the Ed25519 signature is that of the key. */
export interface CheckedBody {
  readonly hashes: readonly Uint8Array[]
  readonly genuine: boolean
}

/**
 * Messages checked on other threads while this one goes on. Only hosts that take many messages at
 * once have it: it leaves the order in which work ends to the machine.
 */
export interface AsideEngine {
  /** The arrays are copied before it returns. Rejects only when a thread fails. */
  check(message: SignedBody): Promise<CheckedBody>
}

/** The engine that runs everywhere, browsers included. */
export const pureEngine: SignatureEngine = {
  ...pureHashes,
  sm2Verify,
  sm2Sign,
  ed25519Verify,
  ed25519Sign,
}
