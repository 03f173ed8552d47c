import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createFileStorage, openRepositories } from '@unifare/core/node'
import { startTestPostgres, type TestPostgres } from '@unifare/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestCentre } from './centre.fixture.ts'
import { cardTap, chargeOf, DAY } from './clearing.fixture.ts'
import { closeAndReconcile, outcomeOf } from './close-kill.fixture.ts'

const SCRIPT = fileURLToPath(new URL('close-process.fixture.ts', import.meta.url))
const AT_ONCE = 2

let dir: string
let postgres: TestPostgres
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'unifare-close-'))
  postgres = await startTestPostgres()
  await rideDay(join(dir, 'ridden'))
})
afterAll(async () => {
  await postgres.stop()
  await rm(dir, { recursive: true })
})

/** A journal with a day's taps and charges, one of them without its tap, that nobody has closed. */
async function rideDay(folder: string): Promise<void> {
  const network = await openTestCentre({}, { storage: await createFileStorage(folder) })
  const rides = await Promise.all(
    Array.from({ length: 12 }, (_, index) => cardTap({ sequence: index + 1 })),
  )
  await network.taps(rides.slice(0, 11))
  await network.charges(rides.map((tap, index) => chargeOf([tap], { number: index + 1 })))
  await network.centre.close()
}

/** How days are closed in a life. */
type Way = 'objects' | 'segments'

interface Life {
  readonly way: Way
  readonly folder: string
  readonly schema: string
}

async function newLife(name: string, way: Way): Promise<Life> {
  const folder = join(dir, `${way}-${name}`)
  await cp(join(dir, 'ridden'), folder, { recursive: true })
  return { way, folder, schema: `party_${way}_${name}` }
}

/** Closes the day in a process that kills itself before touch n, or comes to the end with 0. */
async function closeInProcess({ way, folder, schema }: Life, killAt: number) {
  const args = [SCRIPT, folder, postgres.url, schema, String(killAt), way]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  return { code, signal, touches: Number(said) }
}

/** Opens what a process left, finishes the day, and tells what stands there. */
async function finish({ way, folder, schema }: Life) {
  const databases = await openRepositories({ databaseUrl: postgres.url })
  const repository = await databases.schema(schema)
  const storage = await createFileStorage(folder)
  const options = way === 'segments' ? { clearing: {} } : {}
  const { centre } = await openTestCentre(options, { storage, repository, again: true })
  try {
    await closeAndReconcile(centre)
    const rerun = await centre.rerun(DAY)
    return {
      ...(await outcomeOf(centre)),
      rerun: rerun.root,
      files: await storage.list('statement-'),
    }
  } finally {
    await centre.close()
    await databases.close()
  }
}

describe('a day closed by a process that is killed with -9', () => {
  it.each([
    ['with objects', 'objects', 14],
    ['by segments', 'segments', 10],
  ] as const)(
    '%s, from its first to its last touch: the same root, books and statements',
    {
      timeout: 180_000,
    },
    async (_, way, count) => {
      const whole = await newLife('whole', way)
      const { code, touches } = await closeInProcess(whole, 0)
      expect(code).toBe(0)
      expect(touches).toBeGreaterThan(count)
      const expected = await finish(whole)
      expect(expected.root).toMatch(/^[0-9A-F]{64}$/)
      expect(expected.rerun).toBe(expected.root)

      const points = Array.from({ length: count }, (_each, index) =>
        Math.round(1 + (index * (touches - 1)) / (count - 1)),
      )
      const next = points.values()
      const worker = async () => {
        for (const point of next) {
          const life = await newLife(`killed-${point}`, way)
          const ended = await closeInProcess(life, point)
          expect([point, ended.signal]).toEqual([point, 'SIGKILL'])
          expect([point, await finish(life)]).toEqual([point, expected])
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, worker))
    },
  )
})
