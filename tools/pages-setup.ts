import { buildConsole } from '../apps/console/node/index.ts'
import { buildGate } from '../apps/gate/node/build.ts'
import { buildRider } from '../apps/rider/node/index.ts'

/** Builds the pages before any test: many tests serve them, and two must not build at once. */
export async function setup(): Promise<void> {
  await buildConsole()
  await buildRider()
  await buildGate()
}
