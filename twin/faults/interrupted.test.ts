import { createMemoryStorage } from '@unifare/core'
import { journeys } from '@unifare/operator'
import type { Decision, Terminal, TerminalConfig } from '@unifare/terminal'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  BUS,
  balanceOf,
  type FaultNetwork,
  METRO,
  openFaultNetwork,
} from './fault-network.fixture.ts'

/** A terminal that dies once between PERSISTED and the go, and comes back on the same disk. */
interface Dying {
  readonly present: (at: (terminal: Terminal) => Promise<Decision>) => Promise<Decision>
  readonly upload: () => Promise<void>
}

let network: FaultNetwork
let entry: TerminalConfig
let exit: TerminalConfig
/** What the ride between the two stations costs by code, and by a local card with 10 per cent off. */
const CODE_FEN = 200
const CARD_FEN = 180

beforeAll(async () => {
  network = await openFaultNetwork({ seed: 'interrupted', buses: 4 })
  entry = network.place(METRO, ({ role }) => role === 'entry')
  exit = network.place(METRO, ({ role, station }) => role === 'exit' && station !== entry.station)
})

async function dying(config: TerminalConfig): Promise<Dying> {
  const storage = createMemoryStorage()
  let kills = true
  const open = async () => {
    const terminal = await network.openTerminal(config, {
      storage,
      indicate: () => {
        if (!kills) return
        storage.kill()
        throw new Error('killed')
      },
    })
    await terminal.refresh()
    return terminal
  }
  let terminal = await open()
  return {
    async present(at) {
      if (kills) {
        await expect(at(terminal)).rejects.toThrow('killed')
        kills = false
        terminal = await open()
        network.clock.set(network.clock.now() + 10_000)
      }
      return at(terminal)
    },
    async upload() {
      network.clock.set(network.clock.now() + 121_000)
      while ((await terminal.upload()) > 0);
    },
  }
}

/** A terminal that does not die. */
async function sound(config: TerminalConfig): Promise<Dying> {
  const terminal = await network.openTerminal(config, { storage: createMemoryStorage() })
  await terminal.refresh()
  return {
    present: (at) => at(terminal),
    upload: async () => {
      while ((await terminal.upload()) > 0);
    },
  }
}

/** Charges of everything that came in since the last call. */
async function newCharges() {
  const before = new Set(
    (await network.charges()).map(({ charge }) => charge.number + charge.operator),
  )
  await network.charge()
  const all = await network.charges()
  return all
    .filter(({ charge }) => !before.has(charge.number + charge.operator))
    .map(({ charge }) => ({
      amountFen: charge.amountFen,
      taps: charge.taps.map(({ sequence }) => sequence),
    }))
}

const states = async (config: TerminalConfig) =>
  (await network.tapsOf(config)).map(({ sequence, kind, state, note }) => ({
    sequence,
    kind,
    state,
    note,
  }))

describe('killed between PERSISTED and INDICATED: the rider tries again and pays once', () => {
  it('bus, card: the first debit is completed, not repeated', async () => {
    const config = network.place(BUS, ({ vehicle }) => vehicle === 'B0')
    const [bus, card] = [await dying(config), await network.newCard()]
    const decision = await bus.present((terminal) => (card.reset(), terminal.presentCard(card)))
    expect(decision).toMatchObject({ ok: true, sequence: 1, amountFen: 200, completed: true })
    expect(balanceOf(card)).toBe(20_000 - 200)
    await bus.upload()
    expect(await newCharges()).toEqual([{ amountFen: 200, taps: [1] }])
    expect(await states(config)).toEqual([
      { sequence: 1, kind: 'purchase', state: 'charged', note: '' },
    ])
  })

  it('bus, code: the first tap is void with its reason, the fresh code is charged once', async () => {
    const config = network.place(BUS, ({ vehicle }) => vehicle === 'B1')
    const [bus, wallet] = [await dying(config), await network.newWallet('bus')]
    const decision = await bus.present((terminal) => terminal.presentCode(wallet.makeCode()))
    expect(decision).toMatchObject({ ok: true, sequence: 3, completed: false })
    await bus.upload()
    expect(await newCharges()).toEqual([{ amountFen: 200, taps: [3] }])
    expect(await states(config)).toEqual([
      { sequence: 1, kind: 'purchase', state: 'void', note: 'tap.not-indicated' },
      { sequence: 2, kind: 'timed-out', state: 'noted', note: 'tap.not-indicated' },
      { sequence: 3, kind: 'purchase', state: 'charged', note: '' },
    ])
  })

  it('gate, card, at the entry and at the exit: one journey, one debit', async () => {
    const [opens, closes, card] = [await dying(entry), await dying(exit), await network.newCard()]
    const tap = (terminal: Terminal) => (card.reset(), terminal.presentCard(card))
    expect(await opens.present(tap)).toMatchObject({ kind: 'entry', completed: true, amountFen: 0 })
    network.clock.set(network.clock.now() + 20 * 60_000)
    const left = await closes.present(tap)
    expect(left).toMatchObject({ kind: 'exit', completed: true, amountFen: CARD_FEN })
    expect(balanceOf(card)).toBe(20_000 - CARD_FEN)
    await opens.upload()
    await closes.upload()
    expect(await newCharges()).toEqual([{ amountFen: CARD_FEN, taps: [1, 1] }])
  })

  it('gate, code, at the entry and at the exit: one journey at the fare, and the rider can see which', async () => {
    const places = [entry, exit].map((config, i) => ({ ...config, terminal: otherGate(i) }))
    await publishGates(places)
    const [opens, closes] = [await dying(places[0]!), await dying(places[1]!)]
    const wallet = await network.newWallet('gate')
    const show = (terminal: Terminal) => terminal.presentCode(wallet.makeCode())
    const inside = await opens.present(show)
    expect(inside).toMatchObject({ ok: true, kind: 'entry', completed: false })
    network.clock.set(network.clock.now() + 20 * 60_000)
    expect(await closes.present(show)).toMatchObject({ ok: true, kind: 'exit', completed: false })
    await opens.upload()
    await closes.upload()
    expect(await newCharges()).toEqual([{ amountFen: CODE_FEN, taps: [3, 3] }])
    for (const config of places) {
      expect((await states(config)).map(({ state, note }) => `${state} ${note}`.trim())).toEqual([
        'void tap.not-indicated',
        'noted tap.not-indicated',
        'charged',
      ])
    }
    const rider = `code/${wallet.state().issuer}/${wallet.state().account}`
    const own = await network.operatorOf(METRO).read((tx) => tx.select(journeys, { rider }))
    expect(
      own.map(({ state, entrySequence, exitSequence }) => [state, entrySequence, exitSequence]),
    ).toEqual([['complete', 3, 3]])
  })

  it('exit gate, code: the rider leaves by the next gate and pays once', async () => {
    const [dead, next] = [exit, exit].map((config, i) => ({
      ...config,
      terminal: otherGate(2 + i),
    }))
    const inside = { ...entry, terminal: otherGate(4) }
    await publishGates([dead!, next!, inside])
    const wallet = await network.newWallet('next gate')
    const [opens, closes] = [await sound(inside), await sound(next!)]
    await opens.present((terminal) => terminal.presentCode(wallet.makeCode()))
    network.clock.set(network.clock.now() + 20 * 60_000)
    const storage = createMemoryStorage()
    const dies = await network.openTerminal(dead!, {
      storage,
      indicate: () => {
        storage.kill()
        throw new Error('killed')
      },
    })
    await dies.refresh()
    await expect(dies.presentCode(wallet.makeCode())).rejects.toThrow('killed')
    network.clock.set(network.clock.now() + 10_000)
    expect(
      await closes.present((terminal) => terminal.presentCode(wallet.makeCode())),
    ).toMatchObject({ ok: true })
    const again = await network.openTerminal(dead!, { storage })
    for (const one of [opens, closes]) await one.upload()
    while ((await again.upload()) > 0);
    expect(await newCharges()).toEqual([{ amountFen: CODE_FEN, taps: [1, 1] }])
    expect((await states(dead!))[0]).toMatchObject({ state: 'void', note: 'tap.not-indicated' })
  })

  it('and everything settles', async () => {
    const { rejected, charges } = await network.close()
    expect(rejected).toEqual({})
    expect(charges).toBe(5)
  })
})

const otherGate = (number: number) => `4131980000${String(number).padStart(2, '0')}`

/** The operator sets up more gates. */
async function publishGates(configs: readonly TerminalConfig[]): Promise<void> {
  await network.publishDevices(METRO, configs)
}
