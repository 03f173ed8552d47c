import { fromHex } from '@unifare/core'
import {
  CHAIN_START,
  encodeBatch,
  encodeTap,
  exchange,
  type Link,
  type MessageKind,
  parseBatch,
  type Tap,
} from '@unifare/tap'
import type { TerminalConfig } from '@unifare/terminal'
import type { FaultNetwork } from './fault-network.fixture.ts'

/** A terminal's end of the wire without the terminal: a test sends what no good one would send. */
export function createForger(network: FaultNetwork, config: TerminalConfig) {
  const { keys, clock, engine } = network
  const { terminal, operator } = config
  const sign = keys.link.sign(terminal)
  let first = 1
  let previous = CHAIN_START
  const self = {
    id: terminal,
    sign,
    publicKeyOf: async (party: string) => keys.link.publicKey(party),
    engine,
    now: () => clock.now(),
  }
  const send = (kind: MessageKind, body: Uint8Array, link: Link = network.wire) =>
    exchange(link, self, { receiver: operator, kind, body })
  return {
    send,
    /** The next batch of the terminal, signed with its own key. */
    async batch(records: readonly Uint8Array[]): Promise<Uint8Array> {
      const body = await encodeBatch({
        terminal,
        operator,
        first,
        previous,
        records,
        bundles: [],
        createdAt: clock.now(),
        sign,
      })
      first += records.length
      previous = fromHex(parseBatch(body).header.chain)
      return body
    },
  }
}

/** A bus purchase of a terminal, as far as an operator looks at it; other cards by `number`. */
export function purchaseOf(
  config: TerminalConfig,
  sequence: number,
  changes: Partial<Tap> = {},
): Uint8Array {
  const { terminal, mode, operator, city, line, station, vehicle } = config
  return encodeTap({
    version: 1,
    kind: 'purchase',
    terminal,
    sequence,
    at: Date.UTC(2026, 10, 20) + sequence * 1_000,
    timeQuality: 'synced-2s',
    mode,
    operator,
    city,
    line,
    station,
    vehicle,
    medium: 'card',
    issuer: '05215210',
    account: `31900006000000${String(sequence).padStart(5, '0')}`,
    counter: 1,
    amountFen: 200,
    balanceFen: 0,
    key: { scheme: 1, use: 3, index: 1, version: 1, algorithm: 0 },
    flags: 0,
    reason: 0,
    refersTo: 0,
    tariffVersion: 1,
    entry: null,
    distanceM: 0,
    durationS: 0,
    serial: sequence,
    evidence: new Uint8Array(0),
    ...changes,
  })
}
