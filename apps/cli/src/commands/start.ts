import { serve } from '@hono/node-server'
import { formatYuan, shanghaiDigits, UnifareError } from '@unifare/core'
import { systemClock } from '@unifare/core/node'
import { type DayOutcome, prepareNetwork, rideDay } from '@unifare/twin'
import type { Hono } from 'hono'
import { toString as terminalQrCode } from 'qrcode'
import { createApi } from '../api.ts'
import { buildPages } from '../build-pages.ts'
import type { LanInvitation } from '../live/join-page.ts'
import { type LanServer, openLanServer } from '../live/lan-server.ts'
import { type LiveNetwork, openLiveNetwork } from '../live/live-network.ts'
import { createProgress, EXIT, printJson, printLines, tell } from '../output.ts'
import { createOverviewKeeper, type OverviewKeeper } from '../overview.ts'
import { type Running, type StartOptions, startNetwork } from '../running.ts'
import { tellRiders } from './start-riders.ts'

/** What `unifare start` was asked for. */
export interface StartCommand extends StartOptions {
  readonly once: boolean
  readonly json: boolean
  readonly port: number
  /** Milliseconds of real time that a stretch of the day takes at least, so that one can watch. */
  readonly paceMs: number
  /** Opens the pages of riders and gates to the local network, over HTTPS. */
  readonly lan: boolean
  /** Folder of the local authority for HTTPS. */
  readonly authorityDir: string
}

/** Starts the network, rides a day, closes it, and stays with its page unless `once`. */
export async function start(command: StartCommand): Promise<number> {
  // The port comes first: who cannot have it must not touch a folder that another network uses.
  const server = command.once ? undefined : await holdPort(command.port)
  try {
    const running = await startNetwork({
      ...command,
      ...(server && { pagePort: command.port }),
    })
    try {
      return await rideAndShow(running, command, server)
    } finally {
      await running.close()
    }
  } finally {
    server?.close()
  }
}

async function rideAndShow(
  running: Running,
  command: StartCommand,
  server: PageServer | undefined,
): Promise<number> {
  tell(`seed: ${command.seed}; data: ${command.dataDir}; database: ${running.database}`)
  const riders = tellRiders(command.riders, running.day.script.riders.length)
  if (riders !== undefined) tell(riders)
  const keeper = createOverviewKeeper(running, { seed: command.seed, watched: !command.once })
  const doors = server && (await openDoors({ running, keeper, command, server }))
  try {
    const outcome = await rideOnce(running, keeper, command)
    const summary = { seed: command.seed, ...summarise(running, keeper, outcome) }
    if (command.json) printJson(summary)
    else printLines(...describe(summary), ...troubles(keeper))
    if (doors !== undefined) await doors.stayOpen()
    return summary.sumFen === 0 && summary.dayRoot === summary.rerunRoot
      ? EXIT.ok
      : EXIT.differences
  } finally {
    await doors?.close()
  }
}

/** The pages, on this machine and for the local network. */
async function openDoors(options: {
  readonly running: Running
  readonly keeper: OverviewKeeper
  readonly command: StartCommand
  readonly server: PageServer
}): Promise<{ stayOpen(): Promise<void>; close(): Promise<void> }> {
  const { running, keeper, command, server } = options
  const pages = await buildPages()
  let network: LiveNetwork | undefined
  const live = () => network
  let lanServer: LanServer | undefined
  if (command.lan) {
    lanServer = await openLanServer({
      port: command.port + 1,
      authorityPort: command.port + 2,
      authorityDir: command.authorityDir,
      at: systemClock().now(),
      live,
      pages,
    })
  }
  const lan: LanInvitation | undefined = lanServer?.invitation
  server.show(createApi({ running, keeper, pages, live, ...(lan && { lan }) }))
  tell(`page: ${server.url}`)
  if (lan !== undefined) await invite(lan)
  return {
    stayOpen() {
      network = openLiveNetwork(running, systemClock())
      return untilInterrupted(server.url)
    },
    async close() {
      lanServer?.close()
      await network?.close()
    },
  }
}

/** Phones of the local network: what they open, and a QR code of where they begin. */
async function invite({ authorityUrl, riderUrl, gateUrl, fingerprint }: LanInvitation) {
  tell(await terminalQrCode(authorityUrl, { type: 'terminal', small: true }))
  tell(`phones begin at ${authorityUrl} (certificate SHA-256 ${fingerprint})`)
  tell(`rider: ${riderUrl}`)
  tell(`gate: ${gateUrl}`)
}

async function rideOnce(
  running: Running,
  keeper: OverviewKeeper,
  { paceMs, once }: StartCommand,
): Promise<DayOutcome> {
  keeper.preparing()
  tell('preparing keys, cards, codes and lists …')
  await prepareNetwork(running.day)
  const bar = createProgress('riding')
  const outcome = await rideDay({
    ...running.day,
    onClosing: () => {
      tell('closing the day, settling its window, and running it again …')
      keeper.closing()
    },
    onProgress: async (progress) => {
      const digits = shanghaiDigits(progress.at)
      const clock = `${digits.slice(8, 10)}:${digits.slice(10, 12)}`
      bar(progress.done, progress.steps, `${clock} ${progress.accepted} accepted`)
      await keeper.progress(progress)
      if (!once && paceMs > 0) await new Promise((resolve) => setTimeout(resolve, paceMs))
    },
  })
  await keeper.settled(outcome)
  return outcome
}

interface Summary {
  readonly cities: number
  readonly modes: number
  readonly riders: number
  readonly taps: number
  readonly accepted: number
  readonly refused: number
  readonly conflicts: number
  readonly settledFen: number
  readonly sumFen: number
  readonly dayRoot: string
  readonly rerunRoot: string
  /** The settlement window of the day: how it ended, and what it paid. */
  readonly window: DayOutcome['window']
  readonly members: readonly {
    readonly id: string
    readonly receivableFen: number
    readonly payableFen: number
    readonly netFen: number
  }[]
}

function summarise(running: Running, keeper: OverviewKeeper, outcome: DayOutcome): Summary {
  const { plan, day } = running
  const { settlement } = keeper.overview()
  const refused = Object.values(outcome.refused).reduce((sum, count) => sum + count, 0)
  return {
    cities: new Set(plan.operators.map(({ institution }) => institution.division)).size,
    modes: new Set(plan.operators.flatMap(({ institution }) => institution.modes)).size,
    riders: day.script.riders.length,
    taps: outcome.accepted + refused,
    accepted: outcome.accepted,
    refused,
    conflicts: settlement?.rejected['tap.conflict'] ?? 0,
    settledFen: settlement?.settledFen ?? 0,
    sumFen: settlement?.sumFen ?? 0,
    dayRoot: settlement?.root ?? '',
    rerunRoot: outcome.rerunRoot,
    window: outcome.window,
    members: (settlement?.members ?? []).map(({ id, receivableFen, payableFen, netFen }) => ({
      id,
      receivableFen,
      payableFen,
      netFen,
    })),
  }
}

/** What did not settle, by verdict; nothing on a good day. */
function troubles(keeper: OverviewKeeper): string[] {
  const rejected = Object.entries(keeper.overview().settlement?.rejected ?? {})
  return rejected.map(([verdict, count]) => `not settled: ${count} × ${verdict}`)
}

function describe(summary: Summary): string[] {
  const yuan = formatYuan
  return [
    `${summary.riders} riders, ${summary.taps} taps in ${summary.cities} cities on ${summary.modes} modes: ${summary.accepted} accepted, ${summary.refused} refused`,
    `settled ${yuan(summary.settledFen)} CNY; nets sum to ${yuan(summary.sumFen)}`,
    `day root    ${summary.dayRoot}`,
    `re-run root ${summary.rerunRoot}`,
    `window ${summary.window.window} ${summary.window.state}: ${summary.window.instructions} payments, ${yuan(summary.window.paidFen)} CNY, value date ${summary.window.valueDate} (simulated bank)`,
    '',
    'member     receives       pays        net',
    ...summary.members.map(
      ({ id, receivableFen, payableFen, netFen }) =>
        `${id} ${yuan(receivableFen).padStart(10)} ${yuan(payableFen).padStart(10)} ${yuan(netFen).padStart(10)}`,
    ),
  ]
}

/** The page's place on this machine, held from the beginning. */
interface PageServer {
  readonly url: string
  /** From now on the network answers; before, every request hears that it is being prepared. */
  show(app: Hono): void
  close(): void
}

function holdPort(port: number): Promise<PageServer> {
  let app: Hono | undefined
  const notYet = () => new Response('preparing', { status: 503, headers: { 'retry-after': '1' } })
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: (request) => app?.fetch(request) ?? notYet(), hostname: '127.0.0.1', port },
      () =>
        resolve({
          url: `http://127.0.0.1:${port}/`,
          show(ready) {
            app = ready
          },
          close: () => server.close(),
        }),
    )
    server.on('error', (error: NodeJS.ErrnoException) => {
      const taken = `port ${port} is taken: name another one with --port`
      reject(error.code === 'EADDRINUSE' ? new UnifareError('start.port-taken', taken) : error)
    })
  })
}

function untilInterrupted(url: string): Promise<void> {
  tell(
    `the day is settled; open ${url}, ride yourself at ${url}join/, or ask "npx unifare trace <tap>"; Ctrl+C ends`,
  )
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
