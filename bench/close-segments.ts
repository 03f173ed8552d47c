// What closing a day by segments takes on a database, and which tables take it:
// `npx node bench/close-segments.ts [taps] [pglite|postgres]`. ADR 16 quotes what this prints.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signBundle } from '@unifare/bundle'
import { type CentreOptions, openCentre } from '@unifare/centre'
import { createFileSpill, startClearingPool } from '@unifare/centre/node'
import {
  createManualClock,
  createSeededRandom,
  type Repository,
  type Table,
  type Tx,
  toHex,
} from '@unifare/core'
import { createFileStorage, openRepositories } from '@unifare/core/node'
import { startTestPostgres } from '@unifare/core/testing'
import { ed25519KeyPair } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import { sendBundle } from '@unifare/institution'
import { createProcessLink, encodeMessage } from '@unifare/tap'
import {
  CITIES,
  makeNationalSlice,
  NATIONAL_CENTRE,
  type NationalPlan,
  nationalColumns,
  nationalKeyStore,
  nationalRules,
  sliceCount,
  sliceMessages,
} from '@unifare/twin'

/** What a table was asked while something ran. */
interface TableWork {
  ms: number
  calls: number
  rows: number
}

/** A repository that says what its tables took. */
function watched(repository: Repository) {
  const work = new Map<string, TableWork>()
  async function timed<T>(name: string, rows: number, ask: () => Promise<T>): Promise<T> {
    const one = work.get(name) ?? { ms: 0, calls: 0, rows: 0 }
    work.set(name, one)
    const started = performance.now()
    const answer = await ask()
    one.ms += performance.now() - started
    one.calls += 1
    one.rows += rows < 0 ? (answer as readonly unknown[]).length : rows
    return answer
  }
  const watch = (tx: Tx): Tx =>
    ({
      get: (table: Table<never>, keys: readonly never[]) =>
        timed(`get ${table.name}`, keys.length, () => tx.get(table, keys)),
      put: (table: Table<never>, rows: readonly never[]) =>
        timed(`put ${table.name}`, rows.length, () => tx.put(table, rows)),
      select: (table: Table<never>, where: object, options?: object) =>
        timed(`select ${table.name}`, -1, () => tx.select(table, where as never, options)),
      remove: (table: Table<never>, keys: readonly never[]) =>
        timed(`remove ${table.name}`, keys.length, () => tx.remove(table, keys)),
    }) as unknown as Tx
  const watchedRepository: Repository = {
    close: () => repository.close(),
    transaction: (task) => repository.transaction((tx) => task(watch(tx))),
  }
  return { repository: watchedRepository, work }
}

const [taps, database] = [Number(process.argv[2] ?? 50_000), process.argv[3] ?? 'postgres']
const plan: NationalPlan = {
  seed: 'close-segments',
  day: '2026-11-20',
  taps,
  codesPpm: 0,
  nodes: 1,
  cities: taps < 200_000 ? 24 : CITIES,
  tapsPerFault: 1_000,
}
const dir = await mkdtemp(join(tmpdir(), 'unifare-close-'))
const server = database === 'postgres' ? await startTestPostgres({ sync: true }) : undefined
const databases = await openRepositories(
  server ? { databaseUrl: server.url } : { dataDir: join(dir, 'pglite') },
)
const { repository, work } = watched(await databases.schema('centre'))
const pool = startClearingPool(
  {
    storageDir: dir,
    spillDir: join(dir, 'spill'),
    verifierModule: import.meta.resolve('@unifare/twin/node'),
    verifierOptions: { seed: plan.seed },
  },
  1,
)
const engine = nodeEngine()
const random = createSeededRandom('close-segments')
// One key for everybody: who signs does not matter to what is measured.
const { privateKey, publicKey } = ed25519KeyPair((length) => random.bytes(length))
const sign = async (message: Uint8Array) => engine.ed25519Sign(privateKey, message)
const { acceptance, issuers } = nationalRules(plan)
const operators = [...new Set(acceptance.rows.map(({ operator }) => operator))]
const clock = createManualClock(Date.parse(`${plan.day}T19:05:00Z`))
const codeRoot = { scheme: 'unifare', use: 'code-root', version: 1, algorithm: 'sm2' } as const
const options: CentreOptions = {
  id: NATIONAL_CENTRE,
  env: { clock, random, storage: await createFileStorage(dir), repository },
  link: createProcessLink(),
  engine,
  sign,
  keyStore: nationalKeyStore(plan.seed),
  codeRoot: { ref: { ...codeRoot, issuer: NATIONAL_CENTRE, index: 1 }, index: 1 },
  institutions: new Map([NATIONAL_CENTRE, ...operators, ...issuers].map((id) => [id, publicKey])),
  issuers: [...issuers],
  clearing: { workers: pool, spill: await createFileSpill(join(dir, 'spill')) },
}
const centre = await openCentre(options)

/** The lists and records of the day, as members send them. */
async function* messagesOf(): AsyncGenerator<Uint8Array> {
  const columns = await nationalColumns(plan)
  for (let index = 0; index < sliceCount(plan); index++) {
    const records = await makeNationalSlice(plan, index, columns)
    const now = clock.now()
    for (const operator of new Set(records.terminals.map((one) => one.operator))) {
      const devices = records.terminals
        .filter((one) => one.operator === operator)
        .map(({ terminal }) => ({
          terminal,
          key: toHex(publicKey),
          mode: 'bus',
          city: '1000',
          line: 1,
          station: 0,
        }))
      const content = { devices }
      const times = { validFrom: now, validTo: null }
      const about = { publisher: operator, kind: 'devices', version: 1 + index, content } as const
      const bundle = await signBundle({ ...about, ...times }, sign)
      const bodies: Uint8Array[] = []
      sendBundle((_to, _kind, body) => bodies.push(body), { receiver: NATIONAL_CENTRE, bundle })
      const from = { kind: 'bundle', sender: operator, receiver: NATIONAL_CENTRE } as const
      for (const body of bodies) yield encodeMessage({ ...from, sentAt: now, body, sign })
    }
    yield* sliceMessages(plan, records, sign)
  }
}

async function measured(task: () => Promise<unknown>) {
  work.clear()
  const [started, cpu] = [performance.now(), process.cpuUsage()]
  const answer = await task()
  const { user, system } = process.cpuUsage(cpu)
  const ms = performance.now() - started
  const tables = [...work].toSorted(([, a], [, b]) => b.ms - a.ms)
  return { answer, ms, cpuMs: (user + system) / 1000, tables }
}

try {
  await centre.command({ do: 'publish-acceptance', content: acceptance })
  const messages: Uint8Array[] = []
  for await (const message of messagesOf()) messages.push(message)
  const intake = await measured(async () => {
    for (const message of messages) await centre.handler(message)
  })
  const close = await measured(() => centre.command({ do: 'close-day', day: plan.day }))
  const { charges, rejected } = close.answer as { charges: number; rejected: object }
  const us = (ms: number) => Number(((ms * 1000) / charges).toFixed(1))
  const told = ({ ms, cpuMs, tables }: Awaited<ReturnType<typeof measured>>) => ({
    usPerCharge: us(ms),
    cpuUsPerCharge: us(cpuMs),
    rowsWrittenPerCharge: Number(
      (
        tables
          .filter(([name]) => name.startsWith('put') || name.startsWith('remove'))
          .reduce((sum, [, { rows }]) => sum + rows, 0) / charges
      ).toFixed(2),
    ),
    tables: Object.fromEntries(
      tables
        .filter(([, one]) => us(one.ms) >= 1)
        .map(([name, { ms: spent, calls, rows }]) => [
          name,
          { usPerCharge: us(spent), calls, rowsPerCharge: Number((rows / charges).toFixed(3)) },
        ]),
    ),
  })
  const report = {
    database: databases.description,
    charges,
    rejected,
    root: (close.answer as { root: string }).root,
    maxRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    intake: told(intake),
    close: told(close),
  }
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
} finally {
  await centre.close()
  await pool.close()
  await databases.close()
  await server?.stop()
  await rm(dir, { recursive: true, force: true })
}
