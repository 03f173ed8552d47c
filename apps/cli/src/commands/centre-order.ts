import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseJson, requireData, UnifareError } from '@unifare/core'
import { systemClock } from '@unifare/core/node'
import { addressOf, planOfFile } from '@unifare/twin'
import { createControlClient, servedIds, tokenOf } from '@unifare/twin/node'
import { askNetwork } from '../client.ts'
import { EXIT, printJson } from '../output.ts'
import { readNetworkFile } from '../serving.ts'
import { parseSignedOrder } from '../staff/staff-order.ts'
import { isSignedOrder } from './centre-sign.ts'

interface CentreOrderOptions {
  readonly config: string
  readonly id?: string
  readonly at?: string
}

/**
 * Gives a centre an order and prints its answer: one that its staff has signed, or any order to the
 * centre of a driven network, which takes the instant of the order as its time. Throws what the
 * centre refuses with.
 */
export async function orderCentre(given: string, options: CentreOrderOptions): Promise<number> {
  const { config, id, at } = options
  const text = given.startsWith('{') ? given : await readFile(given, 'utf8')
  if (isSignedOrder(text)) return orderBySignature(text, config)
  const order = parseOrder(text, given)
  const now = at === undefined ? systemClock().now() : Date.parse(at)
  requireData(Number.isFinite(now), 'time.bad-digits', `not an instant: ${at}`)
  const file = await readNetworkFile(config)
  requireData(
    file.controlToken !== undefined,
    'network-file.bad-field',
    `${basename(config)} has no controlToken: its centre takes orders that staff has signed ("unifare centre sign")`,
  )
  const [centre = '', ...more] = servedIds(planOfFile(file), 'centre', id)
  requireData(
    more.length === 0,
    'network-file.unknown-id',
    `${basename(config)} has several centres: name one of ${[centre, ...more].join(', ')} with --id`,
  )
  const client = createControlClient({
    url: addressOf(file, centre),
    token: tokenOf(file),
    now: () => now,
  })
  printJson(await client.order(centre, 'command', { order }))
  return EXIT.ok
}

/** Gives an order that staff has signed to the centre that it is for. */
async function orderBySignature(text: string, config: string): Promise<number> {
  const { centre } = parseSignedOrder(text)
  const file = await readNetworkFile(config)
  const port = Number(new URL(addressOf(file, centre)).port)
  const request = { method: 'POST', body: text } as const
  const todo = `start its centre with "unifare centre serve --config ${config} --staff …"`
  const answer = await askNetwork(port, '/staff/orders', request, todo)
  printJson((answer as { readonly result: unknown }).result)
  return EXIT.ok
}

function parseOrder(text: string, given: string): object {
  const name = given.startsWith('{') ? 'the order' : given
  try {
    const value: unknown = parseJson(text)
    if (typeof value === 'object' && value !== null && 'do' in value) return value
  } catch (error) {
    throw new UnifareError('message.malformed', `${name}: ${(error as Error).message}`)
  }
  throw new UnifareError('message.malformed', `${name}: an order is a JSON object with "do"`)
}
