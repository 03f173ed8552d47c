import { createCardChecks, type Verifier } from '@unifare/centre'
import { createSeededRandom } from '@unifare/core'
import { openKeyWindow } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import { createCodeCaches, createFastVerifier, parseIssuerKeys } from '@unifare/ridecode'
import { codeIssuers } from '../../src/national/code-slice.ts'
import { nationalKeyStore } from '../../src/national/national-keys.ts'
import { NATIONAL_CENTRE } from '../../src/national/national-plan.ts'

/** A verifier of the measured country, as the centre's workers open it for themselves. */
export async function openVerifier(options: unknown): Promise<Verifier> {
  const { seed } = options as { readonly seed: string }
  const store = nationalKeyStore(seed)
  const random = createSeededRandom(`${seed}/blinding`)
  const engine = createFastVerifier({
    reference: nodeEngine(),
    random: (length) => random.bytes(length),
  })
  const { content } = await codeIssuers(seed)
  return {
    cardChecks: createCardChecks({
      window: openKeyWindow({ store, refs: store.list() }),
      keyOwner: NATIONAL_CENTRE,
    }),
    issuerKeys: parseIssuerKeys(content, engine),
    engine,
    caches: createCodeCaches({ maxCertificates: 1_000, maxAuthorisations: 100_000 }),
  }
}
