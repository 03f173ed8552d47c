import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  createCarriedWorkers,
  createFileSpill,
  openJobTable,
  openLeaseClient,
  readAddresses,
  runWorker,
  startClearingPool,
} from '@unifare/centre/node'
import { UnifareError } from '@unifare/core'
import { makeWritableFolder } from '@unifare/core/node'
import { EXIT, printJson, printLines, tell } from '../../output.ts'
import {
  type CarryingOptions,
  databaseUrls,
  folderName,
  openCarrying,
  watchServers,
} from './carrying.ts'
import { createEnding } from './ending.ts'

/** What `unifare clear worker` is told. */
export interface WorkerFlags extends CarryingOptions {
  readonly verifier: string
  readonly verifierOptions: string
  readonly carrier?: string
  readonly threads?: number
  readonly lease: number
}

/** Runs `unifare clear worker`: ends when told to, after the jobs that it has. */
export async function clearWorker(flags: WorkerFlags): Promise<number> {
  const { threads = availableParallelism(), carrier } = flags
  const dir = resolve(flags.data)
  // What is not there is waited for: what never can be is said before.
  if (carrier !== undefined) readAddresses(carrier)
  const urls = databaseUrls(flags.database)
  const verifierModule = await findVerifier(flags.verifier)
  const verifierOptions = parseOptions(flags.verifierOptions)
  const ending = createEnding()
  await makeWritableFolder(dir)
  // With brokers the folder is this process's own, and so is what it sets aside.
  const spillDir = join(dir, carrier === undefined ? 'spill' : 'set-aside')
  if (carrier !== undefined) await rm(spillDir, { recursive: true, force: true })
  const client = openLeaseClient({ urls, signal: ending.signal })
  const name = folderName(flags)
  const done = { scattered: 0, cleared: 0, charges: 0 }
  tell(`${name} looks for the database · 正在连接数据库`)
  const watching = watchServers(flags)
  const table = await openJobTable(client)
  const carrying =
    carrier === undefined
      ? undefined
      : await openCarrying(client, { ...flags, carrier, keeps: false })
  const pool = startClearingPool(
    { storageDir: dir, spillDir, verifierModule, verifierOptions },
    threads,
  )
  const own =
    carrying === undefined
      ? pool
      : createCarriedWorkers({
          ...carrying,
          workers: pool,
          table,
          spill: await createFileSpill(spillDir),
          copies: flags.copies,
        })
  ending.listen()
  try {
    tell(`${name} takes jobs with ${threads} threads`)
    await runWorker({
      client,
      workers: {
        async scatter(job, run) {
          const result = await own.scatter(job, run)
          done.scattered += 1
          tell(`distributed ${job.journal}-${job.segment}`)
          return result
        },
        async clear(job, run) {
          const result = await own.clear(job, run)
          done.cleared += 1
          done.charges += result.charges
          tell(`cleared ${job.shard} of ${job.shards}, ${result.charges} charges`)
          return result
        },
      },
      owner: `${name}-${process.pid}`,
      // One job's file may be on its way while the threads have another.
      slots: carrier === undefined ? threads : threads * 2,
      leaseS: flags.lease,
      signal: ending.signal,
    })
  } catch (error) {
    return await ending.failed(error)
  } finally {
    await watching.close()
    await carrying?.close()
    await client.close()
    await pool.close()
  }
  if (flags.json === true) printJson({ name, ...done })
  else printLines(`${done.scattered} segments, ${done.cleared} shards, ${done.charges} charges`)
  return EXIT.ok
}

/** Address of the module, once it is seen to open verifiers: every job would fail otherwise. */
async function findVerifier(file: string): Promise<string> {
  const { href } = pathToFileURL(resolve(file))
  const exported: unknown = await import(href).catch((error: unknown) => {
    throw new UnifareError('clear.bad-verifier', `${file} cannot be loaded: ${String(error)}`)
  })
  if (typeof (exported as { readonly openVerifier?: unknown }).openVerifier !== 'function') {
    throw new UnifareError('clear.bad-verifier', `${file} exports no openVerifier`)
  }
  return href
}

function parseOptions(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UnifareError('clear.bad-verifier', `--verifier-options are no JSON: ${text}`)
  }
}
