import { UnifareError } from '@unifare/core'
import type { Context } from 'hono'

/** The JSON object of a request; throws `message.malformed` for anything else. */
export async function readFields(c: Context): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = await c.req.json().catch(() => undefined)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new UnifareError('message.malformed', 'the request is no JSON object')
  }
  return body as Readonly<Record<string, unknown>>
}
