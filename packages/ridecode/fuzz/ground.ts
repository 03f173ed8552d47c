import { createSeededRandom } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import { createFastVerifier, parseIssuerKeys } from '../src/index.ts'
import { AT_S, code, customOf, issuerKeysContent } from '../src/network.fixture.ts'
import { alipayCode, tencentCode, unionPayCode } from '../src/platforms/platforms.fixture.ts'

const CUSTOM_LENGTHS = [0, 1, 2, 14, 26, 32] as const

/** Honest codes with custom fields of every interesting length, codes of others, and the keys. */
export async function fuzzGround() {
  const engine = createFastVerifier({ reference: nodeEngine() })
  const random = createSeededRandom('nonces of foreign codes')
  const times = { generationTimeS: AT_S, authorisationExpiryS: AT_S + 86_400, validityS: 600 }
  return {
    engine,
    keys: parseIssuerKeys(await issuerKeysContent(), engine),
    atS: AT_S,
    honest: await Promise.all(CUSTOM_LENGTHS.map((length) => code({ custom: customOf(length) }))),
    foreign: [
      alipayCode(times),
      tencentCode(times),
      unionPayCode(times, (length) => random.bytes(length)),
      // The old two-level form: only its length and first byte are certain.
      new Uint8Array(226).fill(0x31).with(0, 0x40),
    ],
  }
}
