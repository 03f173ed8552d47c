import { systemRandom } from '@unifare/core/node'
import { nodeEngine } from '@unifare/crypto/node'
import { createFastVerifier, type FastVerifier } from '@unifare/ridecode'

/**
 * Signatures of a process that verifies many: OpenSSL, and the compiled SM2 verifier where it
 * agrees with it on this machine.
 */
export function processEngine(): FastVerifier {
  const random = systemRandom()
  return createFastVerifier({
    reference: nodeEngine(),
    random: (length) => random.bytes(length),
  })
}
