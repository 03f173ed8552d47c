import type { SignatureEngine } from '../src/engine.ts'
import { type Sm2VerifyInput, sm2Sign, sm2Verify } from '../src/sm2.ts'
import { createAside } from './aside.ts'
import { createNativeEd25519 } from './native-ed25519.ts'
import { nativeHashes } from './native-hashes.ts'
import { createNativeSm2Verify } from './native-sm2.ts'
import { passesSm2SelfTest } from './sm2-self-test.ts'

/** An engine that says which SM2 verifier its self-test left in use. */
export interface NodeEngine extends SignatureEngine {
  readonly kind: 'native' | 'pure'
}

export interface NodeEngineOptions {
  /**
   * Has threads of its own check messages too: for servers, not for what must run the same way
   * twice. They start with the first message and keep no process alive.
   */
  readonly aside?: boolean
  /** Imported public keys kept per algorithm; 1,024 when not given. */
  readonly keyCacheSize?: number
  /** Another SM2 verifier to try instead of OpenSSL's; it too must pass the self-test. */
  readonly sm2Verifier?: (input: Sm2VerifyInput) => boolean
}

/**
 * Signatures and hashes by node:crypto where it is exact. SM2 verification is tested on a published vector
 * first and replaced by the pure one when it fails; SM2 signing is always pure, so that a seeded
 * run signs the same bytes again.
 */
export function nodeEngine(options: NodeEngineOptions = {}): NodeEngine {
  const { keyCacheSize = 1024 } = options
  const native = options.sm2Verifier ?? createNativeSm2Verify(keyCacheSize)
  const exact = passesSm2SelfTest(native)
  const ed25519 = createNativeEd25519(keyCacheSize)
  return {
    kind: exact ? 'native' : 'pure',
    sm2Verify: exact ? native : sm2Verify,
    sm2Sign,
    ...nativeHashes,
    ...ed25519,
    ...(options.aside === true && { aside: createAside(keyCacheSize) }),
  }
}
