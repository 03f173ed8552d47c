import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CardSlot } from '@unifare/card'
import { createSeededRandom, fromHex, randomInteger, toHex } from '@unifare/core'
import type { Wallet } from '@unifare/rider'
import { deliveryId } from '@unifare/tap'
import type { Decision } from '@unifare/terminal'
import { afterAll, describe, expect, it } from 'vitest'
import { balanceOf, openFaultNetwork } from './fault-network.fixture.ts'
import { BUS, planned, startTerminal, type TerminalProcess } from './terminal-process.fixture.ts'

const SEED = 'kill -9'
const TAPS = 1_000
/** As many lives are planned; chance makes some more or fewer of them. */
const KILLS = 50
const KILLS_MIN = 25
const CARDS = 24
const WALLETS = 8
const LOADED_FEN = 20_000
/** One round of all riders takes longer than a tap waits for its rider. */
const BETWEEN_TAPS_MS = 5_000
/** About: commands of a card, the go and the answer. */
const MESSAGES_PER_TAP = 10

const folders: string[] = []
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true })
})

describe('a terminal process killed with -9 at random instants', () => {
  it(`${TAPS} taps: every one that was shown is settled once, and no fen is lost`, async () => {
    const dir = await mkdtemp(join(tmpdir(), 'unifare-kill-'))
    folders.push(dir)
    const network = await openFaultNetwork({ seed: SEED, plan: planned })
    const { clock } = network
    const random = createSeededRandom(SEED)
    const riders: (CardSlot | Wallet)[] = []
    for (let i = 0; i < CARDS; i++) riders.push(await network.newCard(LOADED_FEN))
    for (let i = 0; i < WALLETS; i++) riders.push(await network.newWallet(`w${i}`))

    let go = 0
    let rider: CardSlot | undefined
    let kills = 0
    let heardUntilKill = 0
    let running: TerminalProcess | undefined

    /** A life ends some messages after its beginning, and up to 3 ms behind one. */
    const chooseEnd = () => {
      const perLife = Math.floor((TAPS / KILLS) * MESSAGES_PER_TAP)
      heardUntilKill = 1 + randomInteger(random, 2 * perLife)
    }
    const process = async (): Promise<TerminalProcess> => {
      while (running?.alive() !== true) {
        if (running !== undefined) await running.gone
        chooseEnd()
        running = await startTerminal({
          seed: SEED,
          dir,
          answer: async (asked) => {
            if ('apdu' in asked)
              return toHex((await rider?.transmit(fromHex(asked.apdu))) ?? new Uint8Array())
            return toHex(await network.wire.send(asked.send, fromHex(asked.bytes)))
          },
          go: (sequence) => (go = sequence),
          heard: (kill) => {
            heardUntilKill -= 1
            if (heardUntilKill !== 0) return
            kills += 1
            const delayMs = randomInteger(random, 4)
            if (delayMs === 0) kill()
            else setTimeout(kill, delayMs)
          },
        })
      }
      return running
    }
    const order = async (
      what: Parameters<TerminalProcess['order']>[0]['do'],
      code?: Uint8Array,
    ) => {
      const terminal = await process()
      const outcome = await terminal.order({
        do: what,
        at: clock.now(),
        ...(code === undefined ? {} : { code: toHex(code) }),
      })
      // What it said before it died is heard before it is gone.
      if (outcome === undefined) await terminal.gone
      return outcome?.result
    }

    while ((await order('refresh')) === undefined);
    const shown: string[] = []
    const config = network.place(BUS)
    for (let ride = 0; ride < TAPS; ride++) {
      const next = riders[ride % riders.length] as CardSlot | Wallet
      clock.set(clock.now() + BETWEEN_TAPS_MS)
      for (go = 0; go === 0; clock.set(clock.now() + 1_000)) {
        let decision: unknown
        if ('makeCode' in next) decision = await order('code', next.makeCode())
        else {
          rider = next
          rider.reset()
          decision = await order('card')
        }
        const { ok, reason } = (decision ?? { ok: true }) as Decision & { reason?: string }
        if (!ok) throw new Error(`ride ${ride} is refused: ${reason}`)
      }
      shown.push(`${config.terminal}-${go}`)
      if (ride % 40 === 39) {
        await order('upload')
        await network.operatorOf(BUS).refresh()
        await order('refresh')
      }
    }
    clock.set(clock.now() + 121_000)
    while ((await order('upload')) !== 0);
    running?.kill()
    await running?.gone

    expect(kills).toBeGreaterThanOrEqual(KILLS_MIN)
    expect(new Set(shown).size).toBe(TAPS)
    await network.charge()
    await network.close()
    const charges = await network.charges()
    expect(charges.filter(({ verdict }) => verdict !== 'normal')).toEqual([])
    expect(charges.flatMap(({ charge }) => charge.taps.map(deliveryId)).sort()).toEqual(
      shown.sort(),
    )
    const ofCards = charges.filter(({ charge }) => charge.medium === 'card')
    const settledFen = ofCards.reduce((sum, { charge }) => sum + charge.amountFen, 0)
    const onCardsFen = riders.reduce(
      (sum, one) => ('makeCode' in one ? sum : sum + balanceOf(one)),
      0,
    )
    expect(settledFen + onCardsFen).toBe(CARDS * LOADED_FEN)
  }, 120_000)
})
