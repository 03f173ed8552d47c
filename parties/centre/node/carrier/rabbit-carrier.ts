import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSerial, UnifareError } from '@unifare/core'
import { type Channel, type ChannelModel, type ConfirmChannel, connect } from 'amqplib'
import {
  BACKLOG_BYTES,
  BACKLOG_S,
  PUBLISH_PATIENCE_MS,
  type SegmentCarrier,
  tooLarge,
} from './segment-carrier.ts'

const EXCHANGE = 'unifare.carried'
const ANSWER_MS = 5_000
const HEARTBEAT_S = 10
const RETRY_MS = 200
const BATCH = 16
/** How the server says it when it closes a channel. */
const MAX_SIZE = /larger than (?:configured )?max size (\d+)/

/**
 * Carries by RabbitMQ (3.8 or newer): an exchange that copies every message to a quorum queue for
 * every receiver, confirmed by a majority of its servers. Exchange and queues are made when they are
 * missing. A message that comes before a receiver's queue is asked for again.
 */
export function openRabbitCarrier(urls: readonly URL[]): SegmentCarrier {
  const models = new Set<ChannelModel>()
  const oneByOne = createSerial()
  let publisher: { readonly model: ChannelModel; readonly channel: ConfirmChannel } | undefined
  /** The largest message that the servers take, once they said so. */
  let maxBytes = Number.POSITIVE_INFINITY
  let first = 0
  let closed = false

  /** A connection to the next server that takes one: the one before may be there and not answer. */
  async function reach(): Promise<ChannelModel> {
    first += 1
    for (let i = 0; i < urls.length; i++) {
      const url = new URL(urls[(first + i) % urls.length] ?? '')
      // A server that is gone without a word counts as lost after two of them.
      url.searchParams.set('heartbeat', String(HEARTBEAT_S))
      try {
        const model = await connect(url.href, { timeout: ANSWER_MS })
        models.add(model)
        // What breaks is told by the channels that close.
        model.on('error', () => undefined)
        model.on('close', () => models.delete(model))
        return model
      } catch {
        // The next one, then.
      }
    }
    throw new UnifareError('carrier.unreachable', 'no RabbitMQ server can be reached')
  }

  async function withExchange<Own extends Channel>(channel: Own): Promise<Own> {
    channel.on('error', () => undefined)
    await channel.assertExchange(EXCHANGE, 'fanout', { durable: true })
    return channel
  }

  async function publishing(): Promise<NonNullable<typeof publisher>> {
    if (publisher !== undefined) return publisher
    const model = await reach()
    const channel = await withExchange(await model.createConfirmChannel())
    channel.on('error', (error: Error) => {
      const told = MAX_SIZE.exec(error.message)?.[1]
      if (told !== undefined) maxBytes = Number(told)
    })
    publisher = { model, channel }
    return publisher
  }

  /** Who does not confirm is left: a queue whose leader died may never answer on this channel. */
  function leave(lost: NonNullable<typeof publisher>): void {
    if (publisher === lost) publisher = undefined
    void lost.model.close().catch(() => undefined)
  }

  async function attempt(message: Uint8Array): Promise<void> {
    const current = await oneByOne(publishing)
    let timer: NodeJS.Timeout | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => reject(new TypeError('no confirmation')), ANSWER_MS)
        const bytes = Buffer.from(message)
        current.channel.publish(EXCHANGE, '', bytes, { persistent: true }, (error) => {
          if (error === null || error === undefined) resolve()
          else reject(error as Error)
        })
      })
    } catch (error) {
      leave(current)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  async function receive(
    receiver: string,
    take: (message: Uint8Array) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const model = await reach()
    try {
      const channel = await withExchange(await model.createChannel())
      await channel.prefetch(BATCH)
      const { queue } = await channel.assertQueue(`${EXCHANGE}.${receiver}`, {
        durable: true,
        arguments: {
          'x-queue-type': 'quorum',
          'x-max-length-bytes': BACKLOG_BYTES,
          'x-expires': BACKLOG_S * 1_000,
        },
      })
      await channel.bindQueue(queue, EXCHANGE, '')
      const ended = once(channel, 'close', { signal })
      await channel.consume(queue, (message) => {
        // None: the queue was deleted.
        if (message === null) return void channel.close().catch(() => undefined)
        void take(message.content)
          .then(
            () => channel.ack(message),
            () => sleep(RETRY_MS).then(() => channel.nack(message)),
          )
          // The channel is gone: it comes again.
          .catch(() => undefined)
      })
      await ended
    } finally {
      await model.close().catch(() => undefined)
    }
  }

  return {
    async publish(message) {
      const until = performance.now() + PUBLISH_PATIENCE_MS
      for (;;) {
        try {
          await attempt(message)
          return
        } catch (error) {
          if (message.length > maxBytes) {
            throw tooLarge(message, `max_message_size of RabbitMQ is ${maxBytes}`)
          }
          if (closed || performance.now() > until) {
            const text = `RabbitMQ took no message: ${String(error)}`
            throw new UnifareError('carrier.unreachable', text)
          }
        }
        await sleep(RETRY_MS)
      }
    },
    subscribe(receiver, take) {
      const stop = new AbortController()
      const received = (async () => {
        while (!stop.signal.aborted && !closed) {
          await receive(receiver, take, stop.signal).catch(() => undefined)
          if (!stop.signal.aborted) await sleep(RETRY_MS)
        }
      })()
      return {
        async close() {
          stop.abort()
          await received
        },
      }
    },
    async close() {
      closed = true
      for (const model of models) await model.close().catch(() => undefined)
    },
  }
}
