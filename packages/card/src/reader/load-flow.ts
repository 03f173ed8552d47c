import { concat, fromHex, type Instant, shanghaiDigits } from '@unifare/core'
import { balanceFen } from '../balance.ts'
import { type CardErrorCode, type CardRefusal, cardError } from '../errors.ts'
import type { CardIdentity } from '../purse/diversification.ts'
import { SW } from '../status-words.ts'
import { readU16, u32 } from '../words.ts'
import { attempt } from './flow.ts'
import { type CardTransport, expect9000 } from './transport.ts'

/** What a card answered to INITIALIZE FOR LOAD, with the terms of the load. */
export interface LoadOpening extends CardIdentity {
  readonly amountFen: number
  readonly balanceBeforeFen: number
  /** Terminal number, 12 digits. */
  readonly terminal: string
  /** YYYYMMDD and HHMMSS, Asia/Shanghai. */
  readonly date: string
  readonly time: string
  readonly onlineNumber: number
  readonly keyIndex: number
  readonly keyVersion: number
  readonly algorithm: number
  readonly random: Uint8Array
  readonly mac1: Uint8Array
}

/** The issuer's side of a load. It holds the keys; the reader holds none. */
export interface LoadHost {
  /** Checks MAC1 and answers MAC2, or refuses. */
  authorise(
    opening: LoadOpening,
  ): Promise<{ readonly ok: true; readonly mac2: Uint8Array } | CardRefusal>
  /** Whether the TAC proves that the card took the load. */
  confirm(opening: LoadOpening, tac: Uint8Array): Promise<boolean>
}

export type LoadResult =
  | {
      readonly ok: true
      readonly opening: LoadOpening
      readonly tac: Uint8Array
      readonly balanceAfterFen: number
    }
  | CardRefusal

const INIT_CODES = {
  [SW.conditions]: 'card.balance-limit',
  [SW.counterAtMaximum]: 'card.counter-exhausted',
  [SW.noKeyIndex]: 'card.no-key',
} as const satisfies Record<number, CardErrorCode>

/** Loads a selected card: INIT, MAC2 of the issuer's host, CREDIT, TAC (reference card 6.5). */
export function loadCard(options: {
  readonly transport: CardTransport
  readonly host: LoadHost
  readonly view: CardIdentity
  readonly terminal: string
  readonly keyIndex: number
  readonly amountFen: number
  readonly at: Instant
}): Promise<LoadResult> {
  return attempt(async () => {
    const { transport, host, amountFen } = options
    const opening = await openLoad(options)
    const authorised = await host.authorise(opening)
    if (!authorised.ok) return authorised
    const tac = await expect9000(
      transport,
      {
        header: 0x80520000,
        data: concat(fromHex(opening.date + opening.time), authorised.mac2),
        le: 4,
      },
      { length: 4, codes: { [SW.badMac]: 'card.bad-mac' } },
    )
    if (!(await host.confirm(opening, tac))) throw cardError('card.bad-mac')
    return { ok: true, opening, tac, balanceAfterFen: opening.balanceBeforeFen + amountFen }
  })
}

/** INITIALIZE FOR LOAD of a selected card; rejects with the card's refusal (see `cardError`). */
export async function openLoad(
  options: Omit<Parameters<typeof loadCard>[0], 'host'>,
): Promise<LoadOpening> {
  const { transport, view, terminal, keyIndex, amountFen, at } = options
  const data = concat(Uint8Array.of(keyIndex), u32(amountFen), fromHex(terminal))
  const answer = await expect9000(
    transport,
    { header: 0x80500002, data, le: 16 },
    { length: 16, codes: INIT_CODES },
  )
  const digits = shanghaiDigits(at)
  return {
    issuerId: view.issuerId,
    applicationSerial: view.applicationSerial,
    amountFen,
    terminal,
    keyIndex,
    date: digits.slice(0, 8),
    time: digits.slice(8),
    balanceBeforeFen: balanceFen(answer),
    onlineNumber: readU16(answer, 4),
    keyVersion: answer[6]!,
    algorithm: answer[7]!,
    random: answer.slice(8, 12),
    mac1: answer.slice(12),
  }
}
