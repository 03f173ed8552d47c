import type { Day } from '@unifare/core'
import { simulated } from './institutions.ts'

/** A wallet of phones that carries the card of a simulated issuer. Never a fact of the real world. */
export type SimulatedWallet = ReturnType<typeof simulated>['wallets'][number] & {
  readonly simulated: true
}

/**
 * Which simulated wallet carries whose card: of one issuer or all, on a day or at any time. What
 * the documents tell of real wallets is in `facts().products`.
 */
export function simulatedWallets(
  asked: { readonly issuer?: string; readonly at?: Day } = {},
): readonly SimulatedWallet[] {
  const { issuer, at } = asked
  return simulated()
    .wallets.filter((one) => issuer === undefined || one.issuer === issuer)
    .filter(({ from }) => at === undefined || from <= at)
    .map((one) => ({ ...one, simulated: true }))
}
