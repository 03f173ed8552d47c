import type { CardSlot, CardTransport } from '@unifare/card'
import {
  type AppendFile,
  createMemoryStorage,
  createSeededRandom,
  type MemoryStorage,
  randomInteger,
  type SeededRandom,
  type Storage,
} from '@unifare/core'
import type { Wallet } from '@unifare/rider'
import { deliveryId } from '@unifare/tap'
import type { Decision, Terminal, TerminalConfig } from '@unifare/terminal'
import { beforeAll, describe, expect, it } from 'vitest'
import { balanceOf, type FaultNetwork, openFaultNetwork } from './fault-network.fixture.ts'

const SEEDS = 40
const RIDES = 24
const CARDS = 10
const WALLETS = 4
/** Longer than a tap waits for its rider, for one round of all riders. */
const BETWEEN_RIDES_MS = 15_000
const STEPS_BETWEEN_CRASHES = 120

/** One life of a terminal after the other, each ended by a loss of power at a random step. */
interface Fate {
  /** Counts a step; the one that fate has chosen is the last. */
  step(): void
  readonly dead: () => boolean
}

describe('power lost at random steps, with all unsynced bytes', () => {
  let network: FaultNetwork
  const riders: (CardSlot | Wallet)[] = []
  const loadedFen = CARDS * 100_000
  beforeAll(async () => {
    network = await openFaultNetwork({ seed: 'simulated disk', buses: SEEDS + 5 })
    for (let i = 0; i < CARDS; i++) riders.push(await network.newCard(100_000))
    for (let i = 0; i < WALLETS; i++) riders.push(await network.newWallet(`w${i}`))
  })

  it('every tap that was shown is settled once, and no fen is lost', async () => {
    const ridden = []
    for (let seed = 0; seed < SEEDS; seed++) {
      const storage = createMemoryStorage()
      ridden.push(await rideWithCrashes(network, riders, { seed, storage }))
    }
    expect(ridden.reduce((sum, { crashes }) => sum + crashes, 0)).toBeGreaterThan(SEEDS)
    await network.charge()
    await network.close()
    const violations = (await Promise.all(ridden.map((one) => violationsOf(network, one)))).flat()
    expect(violations).toEqual([])
    const settled = (await network.charges()).filter(({ charge }) => charge.medium === 'card')
    const settledFen = settled.reduce((sum, { charge }) => sum + charge.amountFen, 0)
    expect(settledFen + moneyOnCards(riders)).toBe(loadedFen)
  })

  it('is a test that can fail: on a disk that ignores syncs it finds violations', async () => {
    const ridden = []
    for (let seed = SEEDS; seed < SEEDS + 5; seed++) {
      const storage = createMemoryStorage({ ignoreSync: true })
      ridden.push(await rideWithCrashes(network, riders, { seed, storage, torn: false }))
    }
    await network.charge()
    const again = await Promise.all(ridden.map((one) => violationsOf(network, one)))
    expect(again.flat()).toContainEqual(expect.stringContaining('was shown and is not settled'))
    const charges = (await network.charges()).filter(({ charge }) => charge.medium === 'card')
    const chargedFen = charges.reduce((sum, { charge }) => sum + charge.amountFen, 0)
    expect(chargedFen + moneyOnCards(riders)).toBeLessThan(loadedFen)
  })
})

interface Ridden {
  readonly seed: number
  readonly config: TerminalConfig
  readonly crashes: number
  /** Delivery of every ride whose "go" was seen. */
  readonly shown: readonly string[]
  /** What went wrong on the way to the operator. */
  readonly upload: string | undefined
}

/** Riders present until they see the "go", whatever becomes of the terminal. */
async function rideWithCrashes(
  network: FaultNetwork,
  riders: readonly (CardSlot | Wallet)[],
  options: {
    readonly seed: number
    readonly storage: MemoryStorage
    /** Whether some sectors of unsynced writes may reach the disk after all. */
    readonly torn?: boolean
  },
): Promise<Ridden> {
  const { seed, storage, torn = true } = options
  const { clock } = network
  const random = createSeededRandom(`power/${seed}`)
  const config = network.place('15215211', ({ vehicle }) => vehicle === `B${seed}`)
  const shown: string[] = []
  let crashes = 0
  let go = 0
  let fate = nextFate(random, storage, torn)
  let terminal: Terminal | undefined

  const start = async (): Promise<Terminal> => {
    for (;;) {
      fate = nextFate(random, storage, torn)
      try {
        const opened = await network.openTerminal(config, {
          storage: breakable(storage, fate),
          // The lamp is lit between two steps; power may go before it and behind it.
          indicate: ({ sequence }) => {
            fate.step()
            go = sequence
            fate.step()
          },
        })
        if (opened.status().staleness.stage !== 'fresh') {
          await network.operatorOf(config.operator).refresh()
          await opened.refresh()
        }
        if (!fate.dead()) return opened
      } catch (error) {
        if (!fate.dead()) throw error
      }
      crashes += 1
    }
  }

  for (let ride = 0; ride < RIDES; ride++) {
    const rider = riders[(seed * RIDES + ride) % riders.length]
    if (rider === undefined) throw new TypeError('no rider')
    clock.set(clock.now() + BETWEEN_RIDES_MS)
    for (go = 0; go === 0; ) {
      terminal ??= await start()
      await present(terminal, rider, () => fate.step()).catch((error) => {
        if (!fate.dead()) throw error
      })
      if (fate.dead()) {
        crashes += 1
        terminal = undefined
        clock.set(clock.now() + 2_000)
      }
    }
    shown.push(`${config.terminal}-${go}`)
    if (ride % 7 === 6) {
      await terminal?.upload().catch((error) => {
        if (!fate.dead() && !(error instanceof Error)) throw error
      })
      if (fate.dead()) {
        crashes += 1
        terminal = undefined
      }
    }
  }
  clock.set(clock.now() + 121_000)
  const last = await network.openTerminal(config, { storage })
  let upload: string | undefined
  try {
    while ((await last.upload()) > 0);
  } catch (error) {
    upload = String(error)
  }
  return { seed, config, crashes, shown, upload }
}

/** One presentation; a tear of the field is the terminal's end. */
async function present(
  terminal: Terminal,
  rider: CardSlot | Wallet,
  step: () => void,
): Promise<void> {
  if ('makeCode' in rider) {
    const decision = await terminal.presentCode(rider.makeCode())
    expectGo(decision)
    return
  }
  rider.reset()
  const transport: CardTransport = {
    async transmit(apdu) {
      step()
      const answer = await rider.transmit(apdu)
      step()
      return answer
    },
  }
  const decision = await terminal.presentCard(transport)
  expectGo(decision)
}

function expectGo(decision: Decision): void {
  if (!decision.ok && decision.reason !== 'storage.failed') throw new Error(decision.reason)
}

function nextFate(random: SeededRandom, storage: MemoryStorage, mayTear: boolean): Fate {
  let left = 1 + randomInteger(random, STEPS_BETWEEN_CRASHES)
  const torn = mayTear && randomInteger(random, 2) === 0
  let dead = false
  return {
    dead: () => dead,
    step() {
      left -= 1
      if (left > 0) return
      if (!dead) storage.crash(torn ? random : undefined)
      dead = true
      throw new Error('the power is gone')
    },
  }
}

/** A disk that loses power before and behind every operation. */
function breakable(storage: Storage, fate: Fate): Storage {
  const around = async <T>(work: () => Promise<T>): Promise<T> => {
    fate.step()
    const result = await work()
    fate.step()
    return result
  }
  const fileOf = (file: AppendFile): AppendFile => ({
    ...file,
    write: (offset, ...parts) => around(() => file.write(offset, ...parts)),
    sync: () => around(() => file.sync()),
  })
  return {
    ...storage,
    open: async (name) => fileOf(await storage.open(name)),
    replace: (name, bytes) => around(() => storage.replace(name, bytes)),
  }
}

/** What does not hold of a seed's rides; every line names the seed. */
async function violationsOf(
  network: FaultNetwork,
  { seed, config, shown, upload }: Ridden,
): Promise<string[]> {
  const charges = (await network.charges()).filter(({ charge }) =>
    charge.taps.some(({ terminal }) => terminal === config.terminal),
  )
  const charged = charges.flatMap(({ charge }) => charge.taps.map(deliveryId))
  const bad = charges.filter(({ verdict }) => verdict !== 'normal' && verdict !== '')
  return [
    ...(upload === undefined ? [] : [`seed ${seed}: ${upload}`]),
    ...bad.map(({ verdict }) => `seed ${seed}: a charge is ${verdict}`),
    ...shown
      .filter((delivery) => charged.filter((one) => one === delivery).length !== 1)
      .map((delivery) => `seed ${seed}: ${delivery} was shown and is not settled once`),
    ...(charges.length > shown.length
      ? [`seed ${seed}: ${charges.length} charges for ${shown.length} rides`]
      : []),
  ]
}

function moneyOnCards(riders: readonly (CardSlot | Wallet)[]): number {
  return riders.reduce((sum, rider) => ('makeCode' in rider ? sum : sum + balanceOf(rider)), 0)
}
