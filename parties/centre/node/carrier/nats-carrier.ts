import { setTimeout as sleep } from 'node:timers/promises'
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  StorageType,
} from '@nats-io/jetstream'
import { connect, nanos } from '@nats-io/transport-node'
import { UnifareError } from '@unifare/core'
import {
  BACKLOG_BYTES,
  BACKLOG_S,
  PUBLISH_PATIENCE_MS,
  type SegmentCarrier,
  tooLarge,
} from './segment-carrier.ts'

const STREAM = 'unifare-carried'
const SUBJECT = 'unifare.carried'
const ANSWER_MS = 2_000
const RETRY_MS = 200
const ACK_S = 30
const BATCH = 16
const FETCH_MS = 1_000
/** Servers that a stream stands on where there are as many. */
const REPLICAS = 3

/**
 * Carries by NATS JetStream (2.9 or newer): one stream on three servers, a consumer for every
 * receiver. Both are made when they are missing, also again after the servers lost them. JetStream
 * tells that it has a message before that is on a disk, and nothing here relies on more.
 */
export async function openNatsCarrier(urls: readonly URL[]): Promise<SegmentCarrier> {
  const { username, password } = urls[0] ?? {}
  const connection = await connect({
    servers: urls.map((url) => url.host),
    ...(username && {
      user: decodeURIComponent(username),
      pass: decodeURIComponent(password ?? ''),
    }),
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MS,
    waitOnFirstConnect: true,
    timeout: ANSWER_MS,
  })
  const stream = jetstream(connection, { timeout: ANSWER_MS })
  const managerOf = () => jetstreamManager(connection, { timeout: ANSWER_MS, checkAPI: false })
  let closed = false

  async function makeStream(manager: JetStreamManager): Promise<void> {
    await manager.streams.add({
      name: STREAM,
      subjects: [SUBJECT],
      storage: StorageType.File,
      num_replicas: urls.length >= REPLICAS ? REPLICAS : 1,
      max_bytes: BACKLOG_BYTES,
      max_age: nanos(BACKLOG_S * 1_000),
      discard: DiscardPolicy.Old,
    })
  }

  async function makeConsumer(durable: string): Promise<JetStreamManager> {
    const manager = await managerOf()
    await makeStream(manager)
    await manager.consumers.add(STREAM, {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ACK_S * 1_000),
      max_ack_pending: BATCH * 2,
      inactive_threshold: nanos(BACKLOG_S * 1_000),
    })
    return manager
  }

  return {
    async publish(message) {
      const limit = connection.info?.max_payload
      if (limit !== undefined && message.length > limit) {
        throw tooLarge(message, `max_payload of NATS is ${limit}`)
      }
      const until = performance.now() + PUBLISH_PATIENCE_MS
      for (;;) {
        try {
          await stream.publish(SUBJECT, message)
          return
        } catch (error) {
          if (closed || performance.now() > until) {
            throw new UnifareError('carrier.unreachable', `NATS took no message: ${String(error)}`)
          }
        }
        await managerOf()
          .then(makeStream)
          .catch(() => undefined)
        await sleep(RETRY_MS)
      }
    },
    subscribe(receiver, take) {
      const durable = receiver.replaceAll(/[^\w-]/g, '_')
      let open = true

      async function receive(): Promise<void> {
        const manager = await makeConsumer(durable)
        const consumer = await stream.consumers.get(STREAM, durable)
        while (open && !closed) {
          let count = 0
          for await (const message of await consumer.fetch({
            max_messages: BATCH,
            expires: FETCH_MS,
          })) {
            count += 1
            await take(message.data).then(
              () => message.ack(),
              () => message.nak(RETRY_MS),
            )
          }
          // Silence may mean that the servers lost the consumer.
          if (count === 0) await manager.consumers.info(STREAM, durable)
        }
      }

      const received = (async () => {
        while (open && !closed) {
          await receive().catch(() => undefined)
          await sleep(RETRY_MS)
        }
      })()
      return {
        async close() {
          open = false
          await received
        },
      }
    },
    async close() {
      closed = true
      await connection.close()
    },
  }
}
