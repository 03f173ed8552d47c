import { parseJson, requireData, UnifareError } from '@unifare/core'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { read } from './readings/ask-party.ts'
import type { ReadParty } from './readings/reading.ts'
import { READINGS, type ReadingName } from './readings/readings.ts'
import type { Running } from './running.ts'

/** A bank statement of a day is the largest question. */
const QUESTION_BYTES_MAX = 32 * 1024 * 1024

/**
 * What commands ask of stored data, asked of the network that runs: `POST /api/readings/:name` with
 * `{ party, question }`, and `GET` for the centre without anything to add. They change nothing.
 */
export function createReadingsApi(running: Running): Hono {
  const answer = async (c: Context, party: ReadParty, question: object) => {
    const name = c.req.param('name') ?? ''
    requireData(Object.hasOwn(READINGS, name), 'network.no-reading', `there is no reading ${name}`)
    const told: unknown = await read(name as ReadingName, party, question as never)
    return c.json(told as never)
  }
  const { centre } = running.network
  return new Hono()
    .get('/api/readings/:name', (c) => answer(c, partyOf(running, centre.id), {}))
    .post('/api/readings/:name', bodyLimit({ maxSize: QUESTION_BYTES_MAX }), async (c) => {
      const asked = readAsked(await c.req.text())
      return answer(c, partyOf(running, asked.party), asked.question)
    })
}

function readAsked(text: string): { readonly party: string; readonly question: object } {
  const asked = parseJson(text) as Readonly<Record<string, unknown>> | null
  const { party, question } = asked ?? {}
  const isAsked = typeof question === 'object' && question !== null && !Array.isArray(question)
  requireData(
    typeof party === 'string' && isAsked,
    'message.malformed',
    'a reading is asked with a party and a question',
  )
  return { party, question }
}

/** A party of the network that runs here. Throws `data.unknown-party`. */
function partyOf({ network, day }: Running, id: string): ReadParty {
  const { centre, issuers, operators } = network
  const party = id === centre.id ? centre : (issuers.get(id)?.issuer ?? operators.get(id))
  if (party === undefined) {
    throw new UnifareError('data.unknown-party', `${id} is no institution of this network`)
  }
  return {
    id,
    centre: centre.id,
    read: (body) => party.read(body),
    publicKeyOf: (asked) => day.keys.link.publicKey(asked),
  }
}
