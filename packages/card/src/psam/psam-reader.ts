import { concat, fromHex, toHex } from '@unifare/core'
import type { CardRefusal } from '../errors.ts'
import { type CardIdentity, diversificationFactors } from '../purse/diversification.ts'
import { ALGORITHM_SM4 } from '../purse/purse-crypto.ts'
import { attempt } from '../reader/flow.ts'
import { type CardTransport, exchange, expect9000 } from '../reader/transport.ts'
import { SW } from '../status-words.ts'
import { readU32, u16, u32 } from '../words.ts'
import { PSAM_AID } from './psam.ts'

/** A PSAM that a terminal has opened: its transport, and what it tells about itself. */
export interface PsamReader {
  readonly transport: CardTransport
  /** Terminal number, 12 digits. */
  readonly terminal: string
  /** Key index for INIT, from EF 17. */
  readonly keyIndex: number
}

/** What INIT_SAM_FOR_PURCHASE takes. */
export interface SamPurchase extends CardIdentity {
  readonly random: Uint8Array
  readonly offlineNumber: number
  readonly amountFen: number
  readonly type: number
  readonly date: string
  readonly time: string
  readonly keyVersion: number
  readonly algorithm: number
  /** Chip number, of a city-union card only. */
  readonly uid?: Uint8Array
}

/** Selects the PSAM application and reads terminal number and key index. */
export function openPsam(
  transport: CardTransport,
): Promise<{ readonly ok: true; readonly psam: PsamReader } | CardRefusal> {
  return attempt(async () => {
    const refused = { otherwise: 'card.psam-refused' } as const
    const number = { header: 0x00b09600, le: 6 }
    const terminal = await expect9000(transport, number, { ...refused, length: 6 })
    await expect9000(transport, { header: 0x00a40400, data: PSAM_AID, le: 0 }, refused)
    const info = { header: 0x00b09700, le: 25 }
    const file17 = await expect9000(transport, info, { ...refused, length: 25 })
    return { ok: true, psam: { transport, terminal: toHex(terminal), keyIndex: file17[0]! } }
  })
}

/** INIT_SAM_FOR_PURCHASE: serial of the transaction and MAC1. Rejects on refusal. */
export async function initSam(
  psam: PsamReader,
  purchase: SamPurchase,
): Promise<{ readonly terminalSerial: number; readonly mac1: Uint8Array }> {
  const factors = diversificationFactors(purchase)
  const data = concat(
    purchase.random,
    u16(purchase.offlineNumber),
    u32(purchase.amountFen),
    Uint8Array.of(purchase.type),
    fromHex(purchase.date + purchase.time),
    Uint8Array.of(purchase.keyVersion, purchase.algorithm),
    factors.card,
    factors.issuer,
    purchase.uid ?? new Uint8Array(0),
  )
  const answer = await expect9000(
    psam.transport,
    { header: 0x80700000, data, le: 8 },
    {
      length: 8,
      codes: { [SW.noKeyIndex]: 'card.no-key', [SW.counterAtMaximum]: 'card.psam-exhausted' },
      otherwise: 'card.psam-refused',
    },
  )
  return { terminalSerial: readU32(answer), mac1: answer.slice(4) }
}

/** CREDIT_SAM_FOR_PURCHASE; the status word tells whether MAC2 is right. */
export async function creditSam(psam: PsamReader, mac2: Uint8Array): Promise<number> {
  return (await exchange(psam.transport, { header: 0x80720000, data: mac2 })).sw
}

/** MAC of APPLICATION BLOCK under the delivery key of a card. Rejects on refusal. */
export async function blockMac(
  psam: PsamReader,
  options: {
    readonly identity: CardIdentity
    readonly challenge: Uint8Array
    readonly message: Uint8Array
    /** Algorithm of the card's keys; triple DES unless told otherwise. */
    readonly algorithm?: number
  },
): Promise<Uint8Array> {
  const factors = diversificationFactors(options.identity)
  const refused = { otherwise: 'card.psam-refused' } as const
  const lockKey = options.algorithm === ALGORITHM_SM4 ? 0x42 : 0x02
  const level = { header: 0x801a4500 + lockKey, data: concat(factors.card, factors.issuer) }
  await expect9000(psam.transport, level, refused)
  const block = new Uint8Array(16)
  block.set(options.challenge)
  block.set(options.message, 8)
  block[8 + options.message.length] = 0x80
  const cipher = { header: 0x80fa0500, data: block, le: 4 }
  return expect9000(psam.transport, cipher, { ...refused, length: 4 })
}
