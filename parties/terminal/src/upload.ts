import { type Instant, requireData } from '@unifare/core'
import {
  encodeBatch,
  exchangeDated,
  type HeldBundle,
  type Link,
  type LinkIdentity,
} from '@unifare/tap'
import { LIMITS, type TerminalConfig } from './config.ts'
import { isUnshown, type LoggedTap, type TapLog } from './tap-log.ts'

/** Sends one batch of waiting records; returns how many more may travel now. */
export async function uploadBatch(options: {
  readonly log: TapLog
  readonly config: TerminalConfig
  readonly link: Link
  readonly identity: LinkIdentity
  readonly bundles: readonly HeldBundle[]
  /** The time that the operator signed its acknowledgement with. */
  readonly onAnswer: (sentAt: Instant) => void
}): Promise<number> {
  const { log, config, link, identity } = options
  const { terminal, operator } = config
  // Records that are appended while this sync runs may not be durable behind it.
  const end = log.nextSequence()
  await log.sync()
  const part = readyToSend(log, identity.now(), end)
  const [first, last] = [part[0], part.at(-1)]
  if (first === undefined || last === undefined) return 0
  const body = await encodeBatch({
    terminal,
    operator,
    first: first.sequence,
    previous: log.chain(),
    records: part.map(({ bytes }) => bytes),
    bundles: options.bundles,
    createdAt: identity.now(),
    sign: identity.sign,
  })
  const request = { receiver: operator, kind: 'tap-batch', body } as const
  const { result, sentAt } = await exchangeDated(link, identity, request)
  const acknowledged = (result as { end?: unknown } | null)?.end
  requireData(
    typeof acknowledged === 'number' && Number.isSafeInteger(acknowledged),
    'message.malformed',
    'an acknowledgement without an end',
  )
  options.onAnswer(sentAt)
  // What was not sent in this batch is not let go by its answer.
  log.acknowledge(Math.min(acknowledged, last.sequence + 1))
  await log.sync()
  return readyToSend(log, identity.now(), log.nextSequence()).length
}

/**
 * Records that may travel, in order. One that waits for its "go" holds the later ones back for as
 * long as its rider may come back to have it completed or void.
 */
function readyToSend(log: TapLog, now: Instant, end: number): LoggedTap[] {
  const ready: LoggedTap[] = []
  for (const logged of log.waiting) {
    if (ready.length === LIMITS.batchRecords || logged.sequence >= end) break
    if (isUnshown(logged, now)) break
    ready.push(logged)
  }
  return ready
}
