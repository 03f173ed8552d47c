import { type Centre, fileOrders, listFiles, resultFilesOf } from '@unifare/centre'
import { canonicalJson, requireData, toHex, UnifareError, utf8 } from '@unifare/core'
import type { Institution } from '@unifare/institution'
import { numberPrefixes } from '@unifare/registry'
import { FILE_BYTES_MAX, type Role } from '@unifare/tunion'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'

/** Who sends and answers. */
export interface FilesNetwork {
  readonly centre: Centre
  readonly operators: ReadonlyMap<string, Pick<Institution, 'ask'>>
  readonly issuers: ReadonlySet<string>
}

/**
 * Files of the T-Union-like profile: `GET /api/files` lists what came in and what is missing,
 * `POST /api/files/:operator/:name` sends one, signed by the operator, and
 * `GET /api/files/results/:member/:day` gives a member's result files of a closed day.
 */
export function createFilesApi({ centre, operators, issuers }: FilesNetwork): Hono {
  const told = { centre: centre.id, prefixes: numberPrefixes() }
  return new Hono()
    .get('/api/files', async (c) => c.json(await centre.read(listFiles)))
    .post('/api/files/:operator/:name', bodyLimit({ maxSize: FILE_BYTES_MAX }), async (c) => {
      const operator = operators.get(c.req.param('operator'))
      if (operator === undefined) throw unknown(c.req.param('operator'))
      const content = new Uint8Array(await c.req.arrayBuffer())
      let answer: unknown
      for (const order of fileOrders(c.req.param('name'), content)) {
        answer = await operator.ask(centre.id, 'order', utf8(canonicalJson(order as never)))
      }
      return c.json(answer)
    })
    .get('/api/files/results/:member/:day', async (c) => {
      const { member, day } = c.req.param()
      const roles: Role[] = []
      if (operators.has(member)) roles.push('acquirer')
      if (issuers.has(member)) roles.push('issuer')
      if (roles.length === 0) throw unknown(member)
      requireData(/^\d{4}-\d\d-\d\d$/.test(day), 'time.bad-day', `not a day (YYYY-MM-DD): ${day}`)
      const made = await centre.read((tx) =>
        resultFilesOf(tx, { ...told, day, member: { id: member, roles } }),
      )
      return json(
        c,
        made.map(({ bytes, ...file }) => ({ ...file, bytes: toHex(bytes) })),
      )
    })
}

function json(c: Context, value: unknown): Response {
  return c.json(value as never)
}

function unknown(member: string): UnifareError {
  return new UnifareError(
    'data.unknown-party',
    `${member} is no operator or issuer of this network`,
  )
}
