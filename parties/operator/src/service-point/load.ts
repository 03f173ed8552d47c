import {
  type CardTransport,
  type LoadAnswer,
  type LoadReader,
  readCard,
  type WriteResult,
  writeLoad,
} from '@unifare/card'

/** What a service point reads cards with. */
export type ServicePoint = LoadReader

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
