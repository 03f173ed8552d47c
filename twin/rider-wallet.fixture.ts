import { createWallet, type Wallet, type WalletOptions } from '@unifare/rider'
import { type DayOptions, riderRandom } from './src/index.ts'

/** What the phone of a rider, known by a name, talks to its issuer with. */
export function riderTalk(day: DayOptions, issuer: string, name = 'a rider') {
  return {
    issuer,
    issuerKey: day.keys.link.publicKey(issuer),
    link: day.ports.riderLink,
    engine: day.engine,
    random: riderRandom(day.plan, name),
    now: day.now,
  }
}

/** A rider's wallet with an account that may pay, and a credential to make codes from. */
export async function openWallet(
  day: DayOptions,
  rider: {
    readonly issuer: string
    readonly name?: string
    readonly limitFen?: number
    readonly plan?: WalletOptions['plan']
    /** Operators whose tariffs count rides by account. */
    readonly schemes?: readonly string[]
  },
): Promise<Wallet> {
  const { issuer, name, limitFen = 20_000, plan, schemes = [] } = rider
  const wallet = createWallet({ ...riderTalk(day, issuer, name), ...(plan && { plan }) })
  await wallet.open()
  await wallet.authorise({ channel: 'simulated', limitFen, sources: ['balance'] })
  for (const operator of schemes) await wallet.joinScheme(operator)
  await wallet.renew()
  return wallet
}
