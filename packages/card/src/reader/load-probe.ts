import type { Instant } from '@unifare/core'
import type { CardRefusal } from '../errors.ts'
import { TRANSACTION } from '../files/card-files.ts'
import type { CardIdentity } from '../purse/diversification.ts'
import { SW } from '../status-words.ts'
import { u16 } from '../words.ts'
import { attempt } from './flow.ts'
import { type LoadOpening, openLoad } from './load-flow.ts'
import { type CardTransport, exchange } from './transport.ts'

const PROOF_BYTES = 8

/**
 * Opens a load of 0 fen that is never credited, with the issuer's challenge where the terminal
 * number stands: its MAC1 proves to the issuer what the card's online counter is now. It ends an
 * open load and drops the proof of the last one, so ask `proveLoad` first.
 */
export function probeLoad(options: {
  readonly transport: CardTransport
  readonly view: CardIdentity
  /** 12 digits. */
  readonly challenge: string
  readonly keyIndex: number
  readonly at: Instant
}): Promise<{ readonly ok: true; readonly opening: LoadOpening } | CardRefusal> {
  const { challenge: terminal, ...rest } = options
  return attempt(async () => {
    return { ok: true, opening: await openLoad({ ...rest, terminal, amountFen: 0 }) }
  })
}

/**
 * TAC of a load whose answer was lost, from GET TRANSACTION PROVE (`80 5A 00 02`); null where the
 * card does not have it (any more). `onlineNumber` is the one of the opening.
 */
export function proveLoad(
  transport: CardTransport,
  onlineNumber: number,
): Promise<{ readonly ok: true; readonly tac: Uint8Array | null } | CardRefusal> {
  return attempt(async () => {
    const { data, sw } = await exchange(transport, {
      header: 0x805a0000 + TRANSACTION.load,
      data: u16(onlineNumber + 1),
      le: PROOF_BYTES,
    })
    const tac = sw === SW.ok && data.length === PROOF_BYTES ? data.slice(4) : null
    return { ok: true, tac }
  })
}
