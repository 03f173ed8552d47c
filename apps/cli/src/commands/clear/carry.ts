import { setTimeout as sleep } from 'node:timers/promises'
import { listClosedFiles, openLeaseClient, readAddresses, segmentOf } from '@unifare/centre/node'
import { makeWritableFolder } from '@unifare/core/node'
import { createProgress, EXIT, printJson, printLines, tell } from '../../output.ts'
import {
  type Carrying,
  type CarryingOptions,
  databaseUrls,
  folderName,
  openCarrying,
  watchServers,
} from './carrying.ts'
import { createEnding } from './ending.ts'

const LOOK_MS = 500

/** Runs `unifare clear carry`: ends when told to; exit 1 when files are on too few other disks. */
export async function carry(
  options: CarryingOptions & {
    readonly carrier: string
    readonly ended?: boolean
  },
): Promise<number> {
  const { data, copies } = options
  // What is not there is waited for: what never can be is said before.
  readAddresses(options.carrier)
  const name = folderName(options)
  await makeWritableFolder(data)
  const ending = createEnding()
  const { signal } = ending
  const client = openLeaseClient({ urls: databaseUrls(options.database), signal })
  tell(`${name} looks for the database · 正在连接数据库`)
  const watching = watchServers(options)
  const carrying = await openCarrying(client, { ...options, keeps: true })
  ending.listen()
  const progress = createProgress('carried')
  let isTold = false
  try {
    for (;;) {
      await sendNew(carrying, data, options.ended === true, signal)
      const { sent, held } = await carrying.files.progress(name, copies)
      if (sent > 0) progress(held, sent, `${held} of ${sent} files`)
      else if (!isTold) tell(`${data} has nothing to send yet · 暂无可传送的文件`)
      isTold = true
      if (signal.aborted) break
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined)
    }
    const report = { name, ...(await carrying.files.progress(name, copies)), copies }
    if (options.json === true) printJson(report)
    else printLines(`sent ${report.sent} files, ${report.held} of them on ${copies} other disks`)
    return report.held === report.sent ? EXIT.ok : EXIT.differences
  } catch (error) {
    return await ending.failed(error)
  } finally {
    await watching.close()
    await carrying.close()
    await client.close()
  }
}

/**
 * Sends closed files that nobody has announced yet (others' came from them) and that are not finished,
 * and those that somebody asks for again.
 */
async function sendNew(
  { files, sender }: Carrying,
  data: string,
  ended: boolean,
  signal: AbortSignal,
): Promise<void> {
  const announced = new Set(await files.names(''))
  const [finished, requested] = [await files.finished(), new Set(await files.requested())]
  const isFinished = (file: string) => {
    const { journal = '', segment = 0 } = segmentOf(file) ?? {}
    return segment <= (finished.get(journal) ?? -1) && !requested.has(file)
  }
  for (const file of await listClosedFiles(data, { ended })) {
    if (announced.has(file) || isFinished(file) || signal.aborted) continue
    await sender.send(file)
    tell(`sent ${file}`)
  }
}
