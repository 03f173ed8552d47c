import { type ManualClock, requireData } from '@unifare/core'
import { systemClock } from '@unifare/core/node'
import { nodeEngine } from '@unifare/crypto/node'
import { serveHttp } from '@unifare/tap/node'
import { addressOf, type NetworkFile, planOfFile, RIDERS } from '@unifare/twin'
import {
  createControlApp,
  createControlClient,
  createHttpCardTransport,
  openRole,
  type ServedParties,
  type ServedRole,
  servedIds,
  tokenOf,
} from '@unifare/twin/node'
import { Hono } from 'hono'
import { EXIT, tell } from '../output.ts'
import { addressOfRole, clockOf, openStanding, readNetworkFile } from '../serving.ts'
import { createStaffApp } from '../staff/staff-app.ts'
import { readStaffFile } from '../staff/staff-file.ts'
import type { StaffMember } from '../staff/staff-order.ts'
import { serveRiders } from './serve-riders.ts'

/** What `unifare <party> serve` was asked for. */
export interface ServeCommand {
  readonly party: ServedRole | 'rider'
  readonly config: string
  readonly id?: string
  /** List of the people who may order a centre. */
  readonly staff?: string
}

/**
 * Runs the parties of one role of a network file in this process until SIGTERM or Ctrl+C; riders
 * ride the day and end by themselves. Prints `ready <address>` on standard error when it listens.
 */
export async function serveParty({ party, config, id, staff }: ServeCommand): Promise<number> {
  const file = await readNetworkFile(config)
  if (party !== 'rider') {
    const people = staff === undefined ? undefined : await staffOf(file, staff)
    return serveRole(file, { role: party, ...(id && { id }), ...(people && { staff: people }) })
  }
  requireData(id === undefined, 'network-file.unknown-id', 'all riders ride together: no --id')
  requireData(
    file.tiers === undefined,
    'network-file.bad-field',
    `${file.name}: centres: a driven day has one centre`,
  )
  return serveRiders(file)
}

async function serveRole(
  file: NetworkFile,
  {
    role,
    id,
    staff,
  }: { readonly role: ServedRole; readonly id?: string; readonly staff?: readonly StaffMember[] },
): Promise<number> {
  const plan = planOfFile(file)
  const ids = servedIds(plan, role, id)
  const { url, port } = addressOfRole(file, role, ids)
  const opening: { parties?: ServedParties; control?: Hono } = {}
  // The port comes first: who holds it is the only one that opens these journals.
  const server = await serveHttp({
    port,
    handlers: (receiver) => opening.parties?.handlers.get(receiver),
    extra: extraOf(opening, staff),
    onFault: (error, path) =>
      tell(`${path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
  })
  const clock = clockOf(file)
  const closers: (() => Promise<void>)[] = [() => server.close()]
  try {
    const standing = await openStanding({ file, plan, role, ids, clock })
    closers.push(() => standing.close())
    const parties = await openRole(standing.ground, role, { ids, cardOf: cardsOf(file) })
    closers.splice(1, 0, () => parties.close())
    opening.parties = parties
    if (clock !== undefined) opening.control = controlOf(file, clock, parties)
    tell(`${role} ${ids.join(', ')}; database: ${standing.database}`)
    tell(`ready ${url}`)
    await untilTold()
  } finally {
    for (const close of closers) await close()
  }
  return EXIT.ok
}

/** Who may order a centre. One that a driver orders takes its time from him, and has no staff. */
async function staffOf(file: NetworkFile, path: string): Promise<readonly StaffMember[]> {
  requireData(
    file.controlToken === undefined,
    'network-file.bad-field',
    `${file.name}: controlToken: a centre with staff (--staff) has no driver`,
  )
  return readStaffFile(path)
}

/** Routes beside the link: those of a driver, or those of a centre's own staff. */
function extraOf(
  opening: { readonly parties?: ServedParties; readonly control?: Hono },
  staff: readonly StaffMember[] | undefined,
): Hono {
  if (staff === undefined) return untilOpen(() => opening.control)
  return createStaffApp({
    staff,
    now: () => systemClock().now(),
    engine: nodeEngine(),
    centres: () => opening.parties && commandsOf(opening.parties),
  })
}

/** How the institutions of this process are ordered. */
function commandsOf({ orders }: ServedParties) {
  return new Map(
    [...orders].map(([id, own]) => [
      id,
      async (order: object) => await own['command']?.({ order }),
    ]),
  )
}

function controlOf(file: NetworkFile, clock: ManualClock, { orders }: ServedParties): Hono {
  return createControlApp({
    token: tokenOf(file),
    setClock: (at) => clock.set(at),
    parties: orders,
  })
}

/** Answers nobody before the parties are open; a driver asks again. */
function untilOpen(control: () => Hono | undefined): Hono {
  const app = new Hono()
  app.all('/control/*', (c) => {
    const opened = control()
    return opened === undefined
      ? c.json({ code: 'control.unreachable', detail: 'not open yet' }, 503)
      : opened.fetch(c.req.raw)
  })
  return app
}

/** Cards lie with the riders' process; a network without a driver has none. */
function cardsOf(file: NetworkFile) {
  return (card: string) => {
    const riders = createControlClient({
      url: addressOf(file, RIDERS),
      token: tokenOf(file),
      now: () => 0,
    })
    return createHttpCardTransport(riders, card)
  }
}

function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
}
