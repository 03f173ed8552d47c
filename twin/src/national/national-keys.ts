import { type EvidenceColumns, identityOf } from '@unifare/card'
import { createSeededRandom, fromHex } from '@unifare/core'
import {
  createSoftwareKeyStore,
  generateKey,
  type KeyRef,
  type KeyStore,
  openKeyWindow,
  pureEngine,
} from '@unifare/crypto'
import { CARD_KEY_VERSION } from './card-slice.ts'
import { issuerIds, NATIONAL_CENTRE, type NationalPlan } from './national-plan.ts'

/** Cards whose keys a column holds at once. */
const SLOTS = 512

/** Masters of the measured country, made from a seed: they protect nothing. */
export function nationalKeyStore(seed: string): KeyStore {
  const source = createSeededRandom(`${seed}/keys`)
  const random = (length: number) => source.bytes(length)
  const keys = [masterRef('purchase', 1), masterRef('tac', 0)].map((ref) =>
    generateKey(ref, random),
  )
  return createSoftwareKeyStore({ keys, engine: pureEngine, random })
}

/** Key columns of every issuer's cards: what makes the codes of its cards by the million. */
export async function nationalColumns(plan: NationalPlan): Promise<EvidenceColumns[]> {
  const store = nationalKeyStore(plan.seed)
  const window = openKeyWindow({ store, refs: store.list() })
  return Promise.all(
    issuerIds(plan).map(async (issuer) => {
      const factor = fromHex(identityOf({ issuer, number: '0'.repeat(19) }).issuerId)
      const columns = window.cardColumns('3des', SLOTS)
      await columns.addIssuer({
        tac: masterRef('tac', 0),
        purchase: masterRef('purchase', 1),
        factor,
      })
      return columns
    }),
  )
}

function masterRef(use: 'purchase' | 'tac', index: number): KeyRef {
  return {
    scheme: 'mot',
    issuer: NATIONAL_CENTRE,
    use,
    index,
    version: CARD_KEY_VERSION,
    algorithm: '3des',
  }
}
