import { setTimeout } from 'node:timers/promises'
import { businessDayStart, createManualClock, UnifareError } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import { serveHttp } from '@unifare/tap/node'
import {
  addressOf,
  createNetworkKeys,
  type NetworkFile,
  planOfFile,
  prepareNetwork,
  RIDERS,
  rideDay,
  tracePorts,
  writeScript,
} from '@unifare/twin'
import {
  createCardField,
  createControlApp,
  createRemotePorts,
  type RemotePorts,
  tokenOf,
} from '@unifare/twin/node'
import { createProgress, EXIT, printJson, tell } from '../output.ts'
import { linkOf } from '../serving.ts'

/** Time for the other processes to start. */
const START_MS = 60_000
const LOOK_EVERY_MS = 100

/**
 * Riders of a network whose parties are processes of their own: holds cards and wallets, drives
 * the day through the control interfaces, and prints how it ended.
 */
export async function serveRiders(file: NetworkFile): Promise<number> {
  const plan = planOfFile(file)
  const engine = nodeEngine()
  const clock = createManualClock(businessDayStart(file.day))
  const field = createCardField()
  const url = addressOf(file, RIDERS)
  const server = await serveHttp({
    port: Number(new URL(url).port),
    handlers: () => undefined,
    extra: createControlApp({
      token: tokenOf(file),
      // The driver is the one whose time counts.
      setClock: () => undefined,
      parties: new Map([[field.name, field.orders]]),
    }),
  })
  tell(`ready ${url}`)
  try {
    const remote = createRemotePorts({ file, plan, clock, field, riderLink: linkOf(file) })
    await untilAllAnswer(remote)
    const traced = tracePorts(remote)
    const day = {
      plan,
      script: writeScript(plan, { riders: file.riders }),
      keys: createNetworkKeys({ seed: file.seed, centre: plan.centre.id, engine }),
      engine,
      ports: traced.ports,
      now: () => clock.now(),
    }
    await prepareNetwork(day)
    const bar = createProgress('riding')
    const { accepted, refused, collected, rerunRoot } = await rideDay({
      ...day,
      onProgress: ({ done, steps }) => bar(done, steps),
    })
    const { root: dayRoot, settledFen, members } = await remote.closedDay(plan.day)
    const riders = day.script.riders.length
    const result = { accepted, refused, collected, settledFen, dayRoot, rerunRoot, members }
    printJson({ day: plan.day, riders, ...result, traceHash: traced.hash() })
    return dayRoot === rerunRoot ? EXIT.ok : EXIT.differences
  } finally {
    await server.close()
  }
}

async function untilAllAnswer(remote: RemotePorts): Promise<void> {
  const until = performance.now() + START_MS
  for (;;) {
    const silent = await remote.silent()
    if (silent.length === 0) return
    if (performance.now() > until) {
      throw new UnifareError(
        'network.not-running',
        `no answer from ${silent.join(', ')}: start these parties with the same network file`,
      )
    }
    await setTimeout(LOOK_EVERY_MS)
  }
}
