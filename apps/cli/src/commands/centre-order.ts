import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseJson, requireData, UnifareError } from '@unifare/core'
import { systemClock } from '@unifare/core/node'
import { addressOf, planOfFile } from '@unifare/twin'
import { createControlClient, servedIds, tokenOf } from '@unifare/twin/node'
import { EXIT, printJson } from '../output.ts'
import { readNetworkFile } from '../serving.ts'

interface CentreOrderOptions {
  readonly config: string
  readonly id?: string
  readonly at?: string
}

/**
 * Gives a centre of a driven network an order and prints its answer. The centre takes the instant of
 * the order as its time. Throws what the centre refuses with.
 */
export async function orderCentre(given: string, options: CentreOrderOptions): Promise<number> {
  const { config, id, at } = options
  const order = parseOrder(given.startsWith('{') ? given : await readFile(given, 'utf8'), given)
  const now = at === undefined ? systemClock().now() : Date.parse(at)
  requireData(Number.isFinite(now), 'time.bad-digits', `not an instant: ${at}`)
  const file = await readNetworkFile(config)
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
