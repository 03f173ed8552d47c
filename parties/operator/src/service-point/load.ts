import {
  type CardRefusal,
  type CardTransport,
  type CardView,
  loadCard,
  probeLoad,
  proveLoad,
  readCard,
} from '@unifare/card'
import { fromHex, type Instant, toHex } from '@unifare/core'
import { type AskIssuer, type LoadAnswer, openingToJson } from './ask-issuer.ts'

/** What a service point reads cards with. It holds no key: the issuer answers for the card. */
export interface ServicePoint {
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

/** Loads at most this often begin anew because an earlier load was in doubt. */
const DOUBTS_MAX = 3

/** Takes cash for a load and writes it on the card in the reader. */
export async function loadForCash(
  point: ServicePoint,
  load: {
    readonly transport: CardTransport
    readonly order: string
    readonly amountFen: number
  },
): Promise<WriteResult> {
  const read = await readCard(load.transport)
  if (!read.ok) return { ...read, state: 'NONE' }
  const { issuer, number: card } = read.view
  const { order, amountFen } = load
  const asked = { do: 'load-request', order, card, amountFen }
  const answer = (await point.ask(issuer, asked)) as LoadAnswer
  if (answer.state === 'CONFIRMED') return { ok: true, state: answer.state, amountFen }
  return writeLoad(point, { transport: load.transport, view: read.view, order, amountFen })
}

/** Writes what was paid for this card and waits for a reader; returns what became of each order. */
export async function writeWaiting(
  point: ServicePoint,
  transport: CardTransport,
): Promise<readonly WriteResult[]> {
  const read = await readCard(transport)
  if (!read.ok) return [{ ...read, state: 'NONE' }]
  const { issuer, number: card } = read.view
  const waiting = (await point.ask(issuer, { do: 'load-find', card })) as readonly LoadAnswer[]
  const results: WriteResult[] = []
  for (const { order, amountFen } of waiting) {
    results.push(await writeLoad(point, { transport, view: read.view, order, amountFen }))
  }
  return results
}

/**
 * Writes one paid order: opening, MAC2 of the issuer, CREDIT, TAC. An earlier load whose end nobody
 * knows is settled first by the card itself. A cut anywhere throws or refuses; the next
 * presentation at any reader goes on from there.
 */
export async function writeLoad(
  point: ServicePoint,
  load: {
    readonly transport: CardTransport
    readonly view: CardView
    readonly order: string
    readonly amountFen: number
  },
): Promise<WriteResult> {
  const { amountFen } = load
  for (let round = 0; round < DOUBTS_MAX; round++) {
    const tried = await tryLoad(point, load)
    const { last } = tried
    if (tried.result.ok) return { ok: true, state: last?.state ?? 'CONFIRMED', amountFen }
    if (last?.doubt === undefined) return toldBy(tried.result, last, amountFen)
    const settled = await clearDoubt(point, { ...load, doubt: last.doubt })
    if (settled !== undefined) return { ...settled, state: last.state }
  }
  return { ok: false, code: 'issuer.load-in-doubt', state: 'AUTHORISED' }
}

/** Lets the card tell the issuer what became of a load: its proof, else its counter. */
export async function clearDoubt(
  point: ServicePoint,
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
    const answer = (await point.ask(view.issuer, proof)) as LoadAnswer
    if (answer.ok) return undefined
  }
  const { keyIndex } = point
  const probe = await probeLoad({ transport, view, challenge, keyIndex, at: point.now() })
  if (!probe.ok) return probe
  await point.ask(view.issuer, { do: 'load-probe', order, opening: openingToJson(probe.opening) })
  return undefined
}

async function tryLoad(point: ServicePoint, load: Parameters<typeof writeLoad>[1]) {
  const { transport, view, order, amountFen } = load
  const { terminal, keyIndex } = point
  let last: LoadAnswer | undefined
  const result = await loadCard({
    transport,
    view,
    terminal,
    keyIndex,
    amountFen,
    at: point.now(),
    host: {
      async authorise(opening) {
        const asked = { do: 'load-authorise', order, opening: openingToJson(opening) }
        last = (await point.ask(view.issuer, asked)) as LoadAnswer
        return last.mac2 === undefined
          ? { ok: false, code: 'card.bad-mac' }
          : { ok: true, mac2: fromHex(last.mac2) }
      },
      async confirm(_opening, tac) {
        const proof = { do: 'load-confirm', order, tac: toHex(tac) }
        last = (await point.ask(view.issuer, proof)) as LoadAnswer
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
