import type { CardRefusal } from '../errors.ts'
import { blockMac, type PsamReader } from '../psam/psam-reader.ts'
import type { CardIdentity } from '../purse/diversification.ts'
import { SW } from '../status-words.ts'
import { attempt } from './flow.ts'
import { type CardTransport, expect9000 } from './transport.ts'

/**
 * Blocks the purse application of a selected card, for a time or for ever: what a terminal does
 * on a deny-list hit (reference card 6.1).
 */
export function blockApplication(options: {
  readonly transport: CardTransport
  readonly psam: PsamReader
  readonly view: CardIdentity
  readonly permanent: boolean
  /** Algorithm byte of the card's keys, as INIT tells it; triple DES unless told otherwise. */
  readonly algorithm?: number
}): Promise<{ readonly ok: true } | CardRefusal> {
  return attempt(async () => {
    const { transport, psam, view, permanent, algorithm } = options
    const challenge = await expect9000(transport, { header: 0x00840000, le: 4 }, { length: 4 })
    const header = 0x841e0000 + (permanent ? 1 : 0)
    const message = Uint8Array.of(0x84, 0x1e, 0x00, permanent ? 1 : 0, 0x04)
    const asked = { identity: view, challenge, message }
    const mac = await blockMac(psam, { ...asked, ...(algorithm !== undefined && { algorithm }) })
    await expect9000(
      transport,
      { header, data: mac },
      { codes: { [SW.badSecureMac]: 'card.bad-mac' } },
    )
    return { ok: true }
  })
}
