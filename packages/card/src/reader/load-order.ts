import { fromHex, type Instant, toHex } from '@unifare/core'
import type { CardRefusal } from '../errors.ts'
import type { CardView } from './card-view.ts'
import { type LoadOpening, loadCard } from './load-flow.ts'
import { probeLoad, proveLoad } from './load-probe.ts'
import type { CardTransport } from './transport.ts'

/** What an issuer answers about a load order. */
export interface LoadAnswer {
  readonly ok: boolean
  readonly order: string
  readonly state: string
  readonly amountFen: number
  /** MAC2, hexadecimal. */
  readonly mac2?: string
  readonly code?: string
  /** An earlier order of the card that its counter must settle first. */
  readonly doubt?: {
    readonly order: string
    readonly challenge: string
    readonly onlineNumber: number
  }
}

/** Sends one order about a card to its issuer and returns what the issuer answers. */
export type AskIssuer = (
  issuer: string,
  order: Readonly<Record<string, string | number | object>>,
) => Promise<unknown>

/**
 * What writes loads by order of an issuer: a service point, or a phone as reader. It holds no key:
 * the issuer answers for the card.
 */
export interface LoadReader {
  readonly ask: AskIssuer
  /** Terminal number, 12 digits. */
  readonly terminal: string
  readonly keyIndex: number
  readonly now: () => Instant
}

/** How a load at a reader ended. */
export type WriteResult =
  | { readonly ok: true; readonly state: string; readonly amountFen: number }
  | {
      readonly ok: false
      /** Code of the card or of the issuer. */
      readonly code: string
      /** What the issuer knows of the order. */
      readonly state: string
    }

/** An opening as orders carry it: bytes in hexadecimal. */
export function openingToJson(opening: LoadOpening): Readonly<Record<string, string | number>> {
  return { ...opening, random: toHex(opening.random), mac1: toHex(opening.mac1) }
}

/** Loads at most this often begin anew because an earlier load was in doubt. */
const DOUBTS_MAX = 3

/**
 * Writes one paid order: opening, MAC2 of the issuer, CREDIT, TAC. An earlier load whose end nobody
 * knows is settled first by the card itself. A cut anywhere throws or refuses; the next
 * presentation at any reader goes on from there.
 */
export async function writeLoad(
  reader: LoadReader,
  load: {
    readonly transport: CardTransport
    readonly view: CardView
    readonly order: string
    readonly amountFen: number
  },
): Promise<WriteResult> {
  const { amountFen } = load
  for (let round = 0; round < DOUBTS_MAX; round++) {
    const tried = await tryLoad(reader, load)
    const { last } = tried
    if (tried.result.ok) return { ok: true, state: last?.state ?? 'CONFIRMED', amountFen }
    if (last?.doubt === undefined) return toldBy(tried.result, last, amountFen)
    const settled = await clearDoubt(reader, { ...load, doubt: last.doubt })
    if (settled !== undefined) return { ...settled, state: last.state }
  }
  return { ok: false, code: 'issuer.load-in-doubt', state: 'AUTHORISED' }
}

/** Lets the card tell the issuer what became of a load: its proof, else its counter. */
export async function clearDoubt(
  reader: LoadReader,
  card: {
    readonly transport: CardTransport
    readonly view: CardView
    readonly doubt: NonNullable<LoadAnswer['doubt']>
  },
): Promise<CardRefusal | undefined> {
  const { transport, view, doubt } = card
  const { order, challenge, onlineNumber } = doubt
  const proved = await proveLoad(transport, onlineNumber)
  if (!proved.ok) return proved
  if (proved.tac !== null) {
    const proof = { do: 'load-confirm', order, tac: toHex(proved.tac) }
    const answer = (await reader.ask(view.issuer, proof)) as LoadAnswer
    if (answer.ok) return undefined
  }
  const { keyIndex } = reader
  const probe = await probeLoad({ transport, view, challenge, keyIndex, at: reader.now() })
  if (!probe.ok) return probe
  await reader.ask(view.issuer, { do: 'load-probe', order, opening: openingToJson(probe.opening) })
  return undefined
}

async function tryLoad(reader: LoadReader, load: Parameters<typeof writeLoad>[1]) {
  const { transport, view, order, amountFen } = load
  const { terminal, keyIndex } = reader
  let last: LoadAnswer | undefined
  const result = await loadCard({
    transport,
    view,
    terminal,
    keyIndex,
    amountFen,
    at: reader.now(),
    host: {
      async authorise(opening) {
        const asked = { do: 'load-authorise', order, opening: openingToJson(opening) }
        last = (await reader.ask(view.issuer, asked)) as LoadAnswer
        return last.mac2 === undefined
          ? { ok: false, code: 'card.bad-mac' }
          : { ok: true, mac2: fromHex(last.mac2) }
      },
      async confirm(_opening, tac) {
        const proof = { do: 'load-confirm', order, tac: toHex(tac) }
        last = (await reader.ask(view.issuer, proof)) as LoadAnswer
        return last.ok
      },
    },
  })
  return { result, last }
}

/** The issuer's reason where it gave one, else the card's. */
function toldBy(
  refusal: CardRefusal,
  last: LoadAnswer | undefined,
  amountFen: number,
): WriteResult {
  // An earlier try had written it: the card has just proved so.
  if (last?.state === 'CONFIRMED') return { ok: true, state: last.state, amountFen }
  const told = last?.ok === false ? last.code : undefined
  return { ok: false, code: told ?? refusal.code, state: last?.state ?? 'RESERVED' }
}
