import type { Plan } from '@unifare/twin'
import { Hono } from 'hono'
import { compareTariffs, compareWithFile } from './tariffs/comparison.ts'
import { monthOfRides } from './tariffs/month.ts'
import { parseRideQuery, quoteRide } from './tariffs/ride-query.ts'
import { openTariffBook } from './tariffs/tariff-book.ts'

/**
 * Tariffs for the page: `GET /api/tariffs`, one whole under `/:id`, a ride's price under
 * `/:id/quote?medium=…`, the same ride `rides` times within a month under `/:id/month`, what another tariff would change under `/:id/diff?with=…|raiseFen=…`, or
 * posted there as a file. `/:id/file` is the tariff as such a file.
 */
export function createTariffsApi(plan: Pick<Plan, 'operators'>): Hono {
  const book = openTariffBook(plan)
  return new Hono()
    .get('/api/tariffs', (c) => c.json(book.list()))
    .get('/api/tariffs/:id', (c) => c.json(book.detail(c.req.param('id'))))
    .get('/api/tariffs/:id/quote', (c) => {
      const compiled = book.compiled(c.req.param('id'))
      return c.json(quoteRide(compiled, parseRideQuery(c.req.query())))
    })
    .get('/api/tariffs/:id/month', (c) =>
      c.json(monthOfRides(book.compiled(c.req.param('id')), c.req.query())),
    )
    .get('/api/tariffs/:id/file', (c) =>
      c.text(`${JSON.stringify(book.compiled(c.req.param('id')).tariff, null, 2)}\n`),
    )
    .post('/api/tariffs/:id/diff', async (c) =>
      c.json(compareWithFile(book, c.req.param('id'), await c.req.text())),
    )
    .get('/api/tariffs/:id/diff', (c) =>
      c.json(compareTariffs(book, c.req.param('id'), c.req.query())),
    )
}
