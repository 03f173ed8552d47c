import { buildConsole } from '@unifare/console/node'
import { buildGate } from '@unifare/gate/node'
import { buildRider } from '@unifare/riderpage/node'
import type { Pages } from './pages.ts'

/** Builds the pages that are missing or older than their sources. */
export async function buildPages(): Promise<Pages> {
  return { '/': await buildConsole(), '/gate/': await buildGate(), '/rider/': await buildRider() }
}
