import { fromHex, type Instant } from '@unifare/core'
import { pureEngine } from '@unifare/crypto'
import { createWallet, type Wallet, type WalletState } from '@unifare/rider'
import type { Link } from '@unifare/tap'
import type { Member } from './members.ts'
import { type News, readNews } from './news.ts'

/** How the demonstration pays: one ride may cost this much, from the balance of the channel. */
const AGREEMENT = { channel: 'simulated', limitFen: 5_000, sources: ['balance'] } as const

/** Everything that the page asks of the rider's wallet: the one place where its calls stand. */
export interface WalletPort {
  readonly wallet: Wallet
  readonly riderId: string
  /** Opens the service: account, agreement, first credential. Asking again is harmless. */
  start(): Promise<void>
  /** Renews the credential when it is time; true when it did. */
  refresh(): Promise<boolean>
  news(): Promise<News>
  leave(): Promise<void>
}

/** Opens the wallet of a device at its issuer. */
export function openWalletPort(options: {
  readonly issuer: Pick<Member, 'id' | 'key'>
  readonly link: Link
  readonly now: () => Instant
  readonly state?: WalletState
}): WalletPort {
  const { issuer, link, now, state } = options
  const wallet = createWallet({
    issuer: issuer.id,
    issuerKey: fromHex(issuer.key),
    link,
    engine: pureEngine,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    now,
    ...(state === undefined ? {} : { state }),
  })
  return {
    wallet,
    riderId: `rider-${wallet.state().linkKey.publicKey}`,
    async start() {
      await wallet.open()
      await wallet.authorise(AGREEMENT)
      await wallet.renew()
    },
    async refresh() {
      if (!wallet.shouldRenew()) return false
      await wallet.renew()
      return true
    },
    news: async () => readNews(await wallet.look()),
    leave: () => wallet.withdraw(),
  }
}

/** How much one ride may cost by the agreement, in fen. */
export const RIDE_LIMIT_FEN = AGREEMENT.limitFen
