import { systemRandom } from '@unifare/core/node'
import { nodeEngine } from '@unifare/crypto/node'
import { createFastVerifier, type FastVerifier } from '@unifare/ridecode'

/**
 * Signatures of a process that verifies many: OpenSSL, and the compiled SM2 verifier where it
 * agrees with it on this machine. With `aside` other threads work too: for who serves a network, not
 * for a day that must run the same way twice.
 */
export function processEngine(options: { readonly aside?: boolean } = {}): FastVerifier {
  const random = systemRandom()
  return createFastVerifier({
    reference: nodeEngine(options),
    random: (length) => random.bytes(length),
  })
}
