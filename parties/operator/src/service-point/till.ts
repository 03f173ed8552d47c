import {
  type CardTransport,
  decodePending,
  encodePending,
  type LoadAnswer,
  type PsamReader,
  readCard,
  writeLoad,
} from '@unifare/card'
import { type Fen, fromHex, toHex, UnifareError } from '@unifare/core'
import type { Institution } from '@unifare/institution'
import { isFinalRefusal } from '@unifare/tap'
import type { RefundAnswer } from './ask-issuer.ts'
import type { ServicePoint } from './load.ts'
import { type RefundResult, refundCard } from './refund.ts'
import { type TillRow, tillOrders } from './till-tables.ts'

/** How a presentation at a till ended. */
export type TillResult =
  | { readonly ok: true; readonly row: TillRow }
  | {
      readonly ok: false
      readonly code: string
      /** The order as it stands; none when the card could not even be read. */
      readonly row?: TillRow
    }

/**
 * The till of a service point. Cash is written down before the issuer hears of the order, a
 * prepared refund before the card is debited: an agent that stops anywhere goes on from its journal.
 */
export interface Till {
  /** Takes cash for a load and writes it on the card. */
  load(transport: CardTransport, amountFen: Fen): Promise<TillResult>
  /** Takes a card back and pays balance and deposit out. */
  refund(transport: CardTransport): Promise<TillResult>
  /** Goes on with an order; the card lies on the reader again. */
  resume(order: string, transport: CardTransport): Promise<TillResult>
  /**
   * Asks issuers about all orders whose end is not known here, without their cards: those told by
   * another reader, and refunds whose card is blocked already. Returns how many ended.
   */
  settle(): Promise<number>
  /** Asks the issuer to take a load back; refused while the card may have it. */
  cancel(order: string): Promise<TillResult>
  /** The rider has the cash back. */
  payBack(order: string): Promise<TillRow>
}

/** Opens the till of a service point at its institution; a refund needs a PSAM. */
export function openTill(
  agent: Pick<Institution, 'command' | 'read'>,
  point: ServicePoint & { readonly psam?: PsamReader },
): Till {
  const command = async (order: Readonly<Record<string, unknown>>) =>
    (await agent.command(order)) as TillRow

  async function rowOf(order: string): Promise<TillRow> {
    const [row] = await agent.read((tx) => tx.get(tillOrders, [{ order }]))
    if (row === undefined) {
      throw new UnifareError('operator.unknown-order', `no order ${order} at this till`)
    }
    return row
  }

  async function open(
    transport: CardTransport,
    order: Readonly<Record<string, unknown>>,
  ): Promise<TillResult> {
    const read = await readCard(transport)
    if (!read.ok) return { ok: false, code: read.code }
    const { issuer, number: card } = read.view
    return { ok: true, row: await command({ ...order, point: point.terminal, issuer, card }) }
  }

  /** Keeps what the issuer said, when it said the last word. */
  async function told(row: TillRow, state: string): Promise<TillRow> {
    const final = state === 'CONFIRMED' || state === 'REVERSED'
    return final ? command({ do: 'till-told', name: row.order, state }) : row
  }

  /**
   * State of a load at its issuer, which takes the order in if it did not know it. An order that it
   * refuses does not exist there: it is as good as taken back.
   */
  async function stateOf({ order, issuer, card, amountFen }: TillRow): Promise<string> {
    try {
      const asked = { do: 'load-request', order, card, amountFen }
      return ((await point.ask(issuer, asked)) as LoadAnswer).state
    } catch (error) {
      if (!isFinalRefusal(error)) throw error
      return 'REVERSED'
    }
  }

  async function write(row: TillRow, transport: CardTransport): Promise<TillResult> {
    const { order, amountFen, issuer, card } = row
    const read = await readCard(transport)
    if (!read.ok) return { ok: false, code: read.code, row }
    const { view } = read
    if (view.number !== card || view.issuer !== issuer) {
      return { ok: false, code: 'operator.other-card', row }
    }
    const known = await told(row, await stateOf(row))
    if (known.state === 'LOADED') return { ok: true, row: known }
    if (known.state !== 'TAKEN') return { ok: false, code: 'issuer.load-closed', row: known }
    const result = await writeLoad(point, { transport, view, order, amountFen })
    const after = await told(row, result.state)
    return result.ok ? { ok: true, row: after } : { ok: false, code: result.code, row: after }
  }

  /** The issuer may have paid a refund whose answer was lost: then the card is blocked already. */
  async function toldPaid(row: TillRow): Promise<TillRow> {
    const { order, issuer, card, point: terminal, pending } = row
    let answer: RefundAnswer
    try {
      const asked = { do: 'refund-request', order, card, terminal }
      answer = (await point.ask(issuer, asked)) as RefundAnswer
    } catch (error) {
      // Nothing was taken from the card, and never will be.
      if (!isFinalRefusal(error) || pending !== '') throw error
      return command({ do: 'till-refused', name: order })
    }
    const { state, balanceFen, depositFen } = answer
    if (state !== 'PAID') return row
    return command({ do: 'till-paid', name: order, amountFen: balanceFen + depositFen })
  }

  /** Asks first: what the issuer paid or refuses needs no card. */
  async function refundOf(row: TillRow, transport: CardTransport): Promise<TillResult> {
    const known = await toldPaid(row)
    if (known.state === 'PAID') return { ok: true, row: known }
    if (known.state !== 'OPEN') return { ok: false, code: 'issuer.card-ended', row: known }
    return takeBack(known, transport)
  }

  async function takeBack(row: TillRow, transport: CardTransport): Promise<TillResult> {
    const { psam } = point
    if (psam === undefined) throw new TypeError('a refund needs a PSAM')
    const { order } = row
    const result: RefundResult = await refundCard(
      { ...point, psam },
      {
        transport,
        order,
        ...(row.pending !== '' && { pending: decodePending(fromHex(row.pending)) }),
        keep: async (pending) => {
          await command({ do: 'till-keep', name: order, pending: toHex(encodePending(pending)) })
        },
      },
    )
    if (!result.ok) return { ok: false, code: result.code, row: await rowOf(order) }
    const amountFen = result.balanceFen + result.depositFen
    return { ok: true, row: await command({ do: 'till-paid', name: order, amountFen }) }
  }

  /** A message without an answer leaves the order where it is: it goes on later. */
  async function orLater(row: TillRow, work: () => Promise<TillResult>): Promise<TillResult> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof UnifareError)) throw error
      return { ok: false, code: error.code, row: await rowOf(row.order) }
    }
  }

  async function begin(
    transport: CardTransport,
    order: Readonly<Record<string, unknown>>,
    go: (row: TillRow, transport: CardTransport) => Promise<TillResult>,
  ): Promise<TillResult> {
    const opened = await open(transport, order)
    const { row } = opened
    return opened.ok && row !== undefined ? orLater(row, () => go(row, transport)) : opened
  }

  return {
    load: (transport, amountFen) => begin(transport, { do: 'till-take', amountFen }, write),
    refund: (transport) => begin(transport, { do: 'till-refund' }, refundOf),
    async resume(order, transport) {
      const row = await rowOf(order)
      if (row.state === 'TAKEN') return orLater(row, () => write(row, transport))
      if (row.state === 'OPEN') return orLater(row, () => refundOf(row, transport))
      return { ok: true, row }
    },
    async settle() {
      const rows = await agent.read(async (tx) => [
        ...(await tx.select(tillOrders, { state: 'TAKEN' })),
        ...(await tx.select(tillOrders, { state: 'OPEN' })),
      ])
      let ended = 0
      for (const row of rows) {
        const result = await orLater(row, async () => {
          const load = row.kind === 'load'
          return { ok: true, row: load ? await told(row, await stateOf(row)) : await toldPaid(row) }
        })
        if (result.row?.state !== row.state) ended += 1
      }
      return ended
    },
    async cancel(order) {
      const row = await rowOf(order)
      return orLater(row, async () => {
        const known = await told(row, await stateOf(row))
        if (known.state !== 'TAKEN') return { ok: true, row: known }
        const answer = (await point.ask(row.issuer, { do: 'load-cancel', order })) as LoadAnswer
        return { ok: true, row: await told(row, answer.state) }
      })
    },
    payBack: (order) => command({ do: 'till-return', name: order }),
  }
}
