import { requireData } from '@unifare/core'
import { serveHttp } from '@unifare/tap/node'
import { addressOf, type NetworkFile, planOfFile, RIDERS } from '@unifare/twin'
import {
  createControlApp,
  createControlClient,
  createHttpCardTransport,
  openRole,
  type ServedRole,
  servedIds,
  tokenOf,
} from '@unifare/twin/node'
import { EXIT, tell } from '../output.ts'
import { addressOfRole, clockOf, openStanding, readNetworkFile } from '../serving.ts'
import { serveRiders } from './serve-riders.ts'

/** What `unifare <party> serve` was asked for. */
export interface ServeCommand {
  readonly party: ServedRole | 'rider'
  readonly config: string
  readonly id?: string
}

/**
 * Runs the parties of one role of a network file in this process until SIGTERM or Ctrl+C; riders
 * ride the day and end by themselves. Prints `ready <address>` on standard error when it listens.
 */
export async function serveParty({ party, config, id }: ServeCommand): Promise<number> {
  const file = await readNetworkFile(config)
  if (party !== 'rider') return serveRole(file, party, id)
  requireData(id === undefined, 'network-file.unknown-id', 'all riders ride together: no --id')
  return serveRiders(file)
}

async function serveRole(file: NetworkFile, role: ServedRole, id?: string): Promise<number> {
  const told = untilTold()
  const plan = planOfFile(file)
  const ids = servedIds(plan, role, id)
  const { url, port } = addressOfRole(file, role, ids)
  const clock = clockOf(file)
  const standing = await openStanding({ file, plan, role, ids, clock })
  const parties = await openRole(standing.ground, role, { ids, cardOf: cardsOf(file) })
  const control = clock && {
    extra: createControlApp({
      token: tokenOf(file),
      setClock: (at) => clock.set(at),
      parties: parties.orders,
    }),
  }
  const server = await serveHttp({
    port,
    handlers: (receiver) => parties.handlers.get(receiver),
    ...control,
    onFault: (error, path) => tell(`${path}: ${error instanceof Error ? error.stack : error}`),
  })
  tell(`${role} ${ids.join(', ')}; database: ${standing.database}`)
  tell(`ready ${url}`)
  await told
  await server.close()
  await parties.close()
  await standing.close()
  return EXIT.ok
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
