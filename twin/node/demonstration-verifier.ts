import { createVerifier, type Verifier } from '@unifare/centre'
import { createSeededRandom } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import { createFastVerifier } from '@unifare/ridecode'
import { createNetworkKeys } from '../src/keys.ts'

/** What the verifier of a demonstration's centre is opened with: its keys come from the seed. */
export interface DemonstrationVerifierOptions {
  readonly seed: string
  readonly centre: string
}

/** Module that opens it, for clearing workers. */
export const DEMONSTRATION_VERIFIER: string = import.meta.url

/** Opens the verifier of a demonstration's centre, as its workers do for themselves. */
export async function openVerifier(options: unknown): Promise<Verifier> {
  const { seed, centre } = options as DemonstrationVerifierOptions
  const random = createSeededRandom(`${seed}/blinding`)
  const engine = createFastVerifier({
    reference: nodeEngine(),
    random: (length) => random.bytes(length),
  })
  const keys = createNetworkKeys({ seed, centre, engine })
  const { purchase, tac } = keys.masters
  const keyStore = keys.storeOf([purchase, tac])
  return createVerifier({ keyStore, keyOwner: centre, engine })
}
