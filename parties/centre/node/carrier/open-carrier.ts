import { UnifareError } from '@unifare/core'
import { openNatsCarrier } from './nats-carrier.ts'
import { openRabbitCarrier } from './rabbit-carrier.ts'
import type { SegmentCarrier } from './segment-carrier.ts'

/**
 * Opens brokers by their addresses, all of one kind, separated by commas: `nats://a:4222,b:4222` or
 * `amqp://user:password@a,amqp://user:password@b`; the first scheme counts for addresses without.
 * Throws `carrier.bad-address`.
 */
export async function openCarrier(addresses: string): Promise<SegmentCarrier> {
  const { scheme, urls } = readAddresses(addresses)
  return scheme === 'nats' ? await openNatsCarrier(urls) : openRabbitCarrier(urls)
}

/** Reads addresses of brokers as `openCarrier` does, which waits for what it cannot reach. */
export function readAddresses(addresses: string): {
  readonly scheme: string
  readonly urls: readonly URL[]
} {
  const scheme = /^(nats|amqps?):\/\//.exec(addresses)?.[1]
  const all = addresses.split(',').map((one) => {
    const address = one.includes('://') ? one : `${scheme}://${one}`
    return URL.canParse(address) ? new URL(address) : undefined
  })
  const urls = all.flatMap((url) => (url?.protocol === `${scheme}:` ? [url] : []))
  if (scheme === undefined || urls.length < all.length) {
    throw new UnifareError('carrier.bad-address', `no addresses of brokers: ${addresses}`)
  }
  return { scheme, urls }
}
