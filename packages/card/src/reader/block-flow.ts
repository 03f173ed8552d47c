import { concat, fromHex } from '@unifare/core'
import { type CardRefusal, cardError } from '../errors.ts'
import { blockMac, type PsamReader } from '../psam/psam-reader.ts'
import type { CardIdentity } from '../purse/diversification.ts'
import { SW } from '../status-words.ts'
import { attempt } from './flow.ts'
import { type CardTransport, exchange, expect9000 } from './transport.ts'

/** What a terminal asks for on a deny-list hit. */
export interface BlockRequest {
  readonly transport: CardTransport
  readonly psam: PsamReader
  readonly view: CardIdentity
  /** For ever, or until the issuer unblocks the application. */
  readonly permanent: boolean
  /** Algorithm byte of the card's keys, as INIT tells it; triple DES unless told otherwise. */
  readonly algorithm?: number
}

/** APPLICATION BLOCK with its MAC, ready to be sent. */
export interface PreparedBlock {
  readonly header: number
  readonly mac: Uint8Array
}

/**
 * Makes APPLICATION BLOCK ready for a selected card: GET CHALLENGE (`00 84`), PSAM `80 1A` and
 * `80 FA`. Nothing has changed yet: journal it, then `sendBlock`.
 */
export function prepareBlock(
  request: BlockRequest,
): Promise<{ readonly ok: true; readonly block: PreparedBlock } | CardRefusal> {
  return attempt(async () => {
    const { transport, psam, view, permanent, algorithm } = request
    const challenge = await expect9000(transport, { header: 0x00840000, le: 4 }, { length: 4 })
    const header = 0x841e0000 + (permanent ? 1 : 0)
    const message = Uint8Array.of(0x84, 0x1e, 0x00, permanent ? 1 : 0, 0x04)
    const asked = { identity: view, challenge, message }
    const mac = await blockMac(psam, { ...asked, ...(algorithm !== undefined && { algorithm }) })
    return { ok: true, block: { header, mac } }
  })
}

/**
 * Sends APPLICATION BLOCK (`84 1E`). `card.torn` and `card.bad-answer` leave open whether the card
 * carried it out; every other refusal says that it did not.
 */
export function sendBlock(
  transport: CardTransport,
  { header, mac }: PreparedBlock,
): Promise<{ readonly ok: true } | CardRefusal> {
  return attempt(async () => {
    const codes = { [SW.badSecureMac]: 'card.bad-mac' } as const
    await expect9000(transport, { header, data: mac }, { codes })
    return { ok: true }
  })
}

/**
 * Blocks the purse application of a selected card, for a time or for ever: what a terminal does
 * on a deny-list hit (reference card 6.1). A terminal with a journal takes `prepareBlock` and
 * `sendBlock` instead.
 */
export async function blockApplication(
  request: BlockRequest,
): Promise<{ readonly ok: true } | CardRefusal> {
  const prepared = await prepareBlock(request)
  return prepared.ok ? sendBlock(request.transport, prepared.block) : prepared
}

const ALGORITHM_AT = 10

/**
 * Algorithm byte of a card's keys. Only INITIALIZE tells it, here of a purchase of 0 that is never
 * made (`80 50 01 02`); it ends an open purchase and drops the proof of the last one.
 */
export function readAlgorithm(
  transport: CardTransport,
  psam: Pick<PsamReader, 'keyIndex' | 'terminal'>,
): Promise<{ readonly ok: true; readonly algorithm: number } | CardRefusal> {
  return attempt(async () => {
    const data = concat(Uint8Array.of(psam.keyIndex), new Uint8Array(4), fromHex(psam.terminal))
    const { sw, data: answer } = await exchange(transport, { header: 0x80500102, data, le: 15 })
    if (sw !== SW.ok) throw cardError('card.wrong-status', { sw })
    return { ok: true, algorithm: answer[ALGORITHM_AT] ?? 0 }
  })
}
