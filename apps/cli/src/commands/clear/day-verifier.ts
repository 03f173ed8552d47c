import { resolve } from 'node:path'
import { CENTRE_VERIFIER, type CentreVerifierOptions, type WorkerSetup } from '@unifare/centre/node'
import { requireData } from '@unifare/core'
import type { KeyScheme } from '@unifare/crypto'
import { DEMONSTRATION_VERIFIER, type DemonstrationVerifierOptions } from '@unifare/twin/node'

/** Where the keys of a centre are. */
export interface KeyOptions {
  readonly seed?: string
  readonly store?: string
  readonly token?: string
  readonly scheme?: KeyScheme
  readonly library?: string
}

/**
 * The verifier that workers open for themselves: on the centre's key store, or on the keys of a
 * demonstration. Throws `clear.no-keys`.
 */
export function verifierOf(
  { seed, store, token, scheme = 'mot', library }: KeyOptions,
  { centre, issuerKeys }: { readonly centre: string; readonly issuerKeys: unknown },
): Pick<WorkerSetup, 'verifierModule' | 'verifierOptions'> {
  if (seed !== undefined) {
    const options: DemonstrationVerifierOptions = { seed, centre, issuerKeys }
    return { verifierModule: DEMONSTRATION_VERIFIER, verifierOptions: options }
  }
  const isTold = store !== undefined || token !== undefined
  requireData(isTold, 'clear.no-keys', 'where the keys are is told by --seed, --store or --token')
  const keys: CentreVerifierOptions['keys'] =
    token === undefined
      ? { kind: 'file', file: resolve(store ?? '') }
      : { kind: 'token', label: token, schemes: [scheme], ...(library && { library }) }
  const options: CentreVerifierOptions = { keyOwner: centre, issuerKeys, keys }
  return { verifierModule: CENTRE_VERIFIER, verifierOptions: options }
}
