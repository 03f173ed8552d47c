import { type DenyEntry, signBundle } from '@unifare/bundle'
import {
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
  type Day,
  fromHex,
  type Repository,
  type SeededRandom,
  type Storage,
  toHex,
} from '@unifare/core'
import { ed25519KeyPair, pureEngine } from '@unifare/crypto'
import { sendBundle } from '@unifare/institution'
import {
  CHAIN_START,
  type Charge,
  createProcessLink,
  encodeBatch,
  encodeChargeBatch,
  encodeTap,
  exchange,
  type MessageKind,
  parseBatch,
  parseChargeBatch,
  type Tap,
} from '@unifare/tap'
import { type CentreOptions, openCentre } from './centre.ts'
import { CENTRE, DAY, ISSUER, keyStore, OPERATOR, TERMINAL } from './clearing.fixture.ts'
import type { DayResult } from './day-outcome.ts'

/** 21 November 2026, 03:05 in China: the day of the tests is over. */
export const CLOSE_AT = Date.UTC(2026, 10, 20, 19, 5)

/** What a centre of the tests stands on, where it is not memory. */
export interface TestGround {
  readonly storage?: Storage
  readonly repository?: Repository
  /** Where the chains of its operator's batches are, in a life after another one. */
  readonly chains?: { taps: Uint8Array; charges: Uint8Array }
  /** Its lists were published in a life before. */
  readonly again?: boolean
}

/** Keys of everybody in a test, by name. */
export function keysOf(names: readonly string[], random: SeededRandom) {
  const pairs = new Map(
    names.map((name) => {
      const stream = random.fork(name)
      return [name, ed25519KeyPair((length) => stream.bytes(length))] as const
    }),
  )
  const pairOf = (name: string) => {
    const pair = pairs.get(name)
    if (pair === undefined) throw new TypeError(`nobody is ${name}`)
    return pair
  }
  const signOf = (name: string) => async (message: Uint8Array) =>
    pureEngine.ed25519Sign(pairOf(name).privateKey, message)
  return { pairOf, signOf }
}

/** A centre on memory with one operator, one terminal and one issuer that talk to it. */
export async function openTestCentre(
  options: Pick<
    CentreOptions,
    | 'fileMembers'
    | 'cardPrefixes'
    | 'fileRecordsMax'
    | 'settling'
    | 'clearing'
    | 'tiers'
    | 'onFault'
  > = {},
  ground: TestGround = {},
) {
  const random = createSeededRandom('test centre')
  const names = [CENTRE, OPERATOR, ISSUER, TERMINAL]
  const { pairOf, signOf } = keysOf(names, random)
  const clock = createManualClock(CLOSE_AT)
  const { storage = createMemoryStorage(), repository = createMemoryRepository() } = ground
  const link = createProcessLink()
  const centre = await openCentre({
    id: CENTRE,
    env: { clock, random, storage, repository },
    link,
    engine: pureEngine,
    sign: signOf(CENTRE),
    keyStore,
    codeRoot: {
      ref: {
        scheme: 'unifare',
        issuer: CENTRE,
        use: 'code-root',
        index: 0x55,
        version: 1,
        algorithm: 'sm2',
      },
      index: 0x55,
    },
    institutions: new Map([CENTRE, OPERATOR, ISSUER].map((name) => [name, pairOf(name).publicKey])),
    issuers: [ISSUER],
    ...options,
  })
  link.register(CENTRE, centre.handler)

  const send = (sender: string, kind: MessageKind, body: Uint8Array) =>
    exchange(
      link,
      {
        id: sender,
        sign: signOf(sender),
        publicKeyOf: async (party) => pairOf(party).publicKey,
        engine: pureEngine,
        now: () => clock.now(),
      },
      { receiver: CENTRE, kind, body },
    )
  const chains = ground.chains ?? { taps: CHAIN_START, charges: CHAIN_START }

  const network = {
    centre,
    clock,
    storage,
    publicKeyOf: (name: string) => pairOf(name).publicKey,
    send,
    /** The operator forwards a batch of its terminal, which held a deny list of this version. */
    async taps(taps: readonly Tap[], denyVersion = 0): Promise<unknown> {
      const body = await encodeBatch({
        terminal: TERMINAL,
        operator: OPERATOR,
        first: taps[0]?.sequence ?? 1,
        previous: chains.taps,
        records: taps.map(encodeTap),
        bundles:
          denyVersion === 0 ? [] : [{ kind: 'deny', publisher: CENTRE, version: denyVersion }],
        createdAt: clock.now(),
        sign: signOf(TERMINAL),
      })
      chains.taps = fromHex(parseBatch(body).header.chain)
      return send(OPERATOR, 'tap-batch', body)
    },
    async charges(charges: readonly Charge[], day: Day = DAY): Promise<unknown> {
      const body = await encodeChargeBatch({
        operator: OPERATOR,
        previous: chains.charges,
        charges,
        day,
        sign: signOf(OPERATOR),
      })
      chains.charges = fromHex(parseChargeBatch(body).header.chain)
      return send(OPERATOR, 'charge-batch', body)
    },
    async bundle(
      publisher: string,
      kind: 'devices' | 'deny',
      list: { readonly version: number; readonly content: unknown },
    ): Promise<unknown> {
      const times = { validFrom: clock.now(), validTo: null }
      const bundle = await signBundle({ publisher, kind, ...times, ...list }, signOf(publisher))
      const bodies: Uint8Array[] = []
      sendBundle((_receiver, _kind, body) => bodies.push(body), { receiver: CENTRE, bundle })
      let answer: unknown
      for (const body of bodies) answer = await send(publisher, 'bundle', body)
      return answer
    },
    deny: (version: number, entries: readonly DenyEntry[]) =>
      network.bundle(ISSUER, 'deny', { version, content: { entries } }),
    close: (day: Day = DAY) => centre.command({ do: 'close-day', day }) as Promise<DayResult>,
  }
  if (ground.again === true) return network
  await centre.command({ do: 'publish-acceptance', content: ACCEPTANCE })
  await network.bundle(OPERATOR, 'devices', {
    version: 1,
    content: {
      devices: [
        {
          terminal: TERMINAL,
          key: toHex(pairOf(TERMINAL).publicKey),
          mode: 'bus',
          city: '1000',
          line: 1,
          station: 0,
        },
      ],
    },
  })
  return network
}

const ACCEPTANCE = {
  rows: ['card', 'code'].map((medium) => ({
    operator: OPERATOR,
    mode: 'bus',
    medium,
    issuer: ISSUER,
    division: '110000',
    status: 'in-service',
    from: 0,
  })),
}
