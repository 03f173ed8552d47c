import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CardSlot } from '@unifare/card'
import {
  assert,
  businessDayStart,
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
  type ManualClock,
} from '@unifare/core'
import { createFileStorage } from '@unifare/core/node'
import { nodeEngine } from '@unifare/crypto/node'
import { makeCardNumber } from '@unifare/registry'
import { createFastVerifier } from '@unifare/ridecode'
import { createWallet, type Wallet } from '@unifare/rider'
import {
  createNetworkKeys,
  newPlannedCard,
  openLocalNetwork,
  planNetwork,
  prepareNetwork,
  type TerminalPort,
  writeScript,
} from '@unifare/twin'

const DAY = '2026-11-20'
/** Wuhan's bus and its issuer: cards and codes of home. */
const OPERATOR = '15215211'
const ISSUER = '05215210'
/** Eight hours into the business day. */
const MORNING_MS = 8 * 3_600_000
const AGREEMENT = { channel: 'simulated', limitFen: 20_000, sources: ['balance'] }

/** A bus with a durable journal, riders with cards and riders with codes. */
export interface GateNetwork {
  readonly terminal: TerminalPort
  /** Operator and terminal ask for newer lists. */
  readonly refresh: () => Promise<void>
  readonly clock: ManualClock
  readonly cards: readonly CardSlot[]
  readonly wallets: readonly Wallet[]
  close(): Promise<void>
}

/** Opens the network; its journals are files that sync, as on a vehicle. */
export async function openGateNetwork(options: {
  readonly riders: number
  readonly seed: string
}): Promise<GateNetwork> {
  const { riders, seed } = options
  const folder = await mkdtemp(join(tmpdir(), 'unifare-bench-'))
  const plan = planNetwork({ seed, day: DAY, operators: [OPERATOR], issuers: [ISSUER] })
  const engine = createFastVerifier({ reference: nodeEngine() })
  const keys = createNetworkKeys({ seed, centre: plan.centre.id, engine })
  const clock = createManualClock(businessDayStart(DAY))
  const config = plan.operators[0]?.terminals.find(({ mode }) => mode === 'bus')
  assert(config !== undefined, 'the operator has a bus')
  const files = await createFileStorage(folder, { stepBytes: 64 * 1024 })
  const network = await openLocalNetwork(
    {
      plan,
      keys,
      engine,
      envOf: (party) => ({
        clock,
        random: createSeededRandom(`${seed}/${party}`),
        storage: party === config.terminal ? files : createMemoryStorage(),
        repository: createMemoryRepository(),
      }),
    },
    clock,
  )
  const { ports } = network
  const now = () => clock.now()
  await prepareNetwork({ plan, script: writeScript(plan, { riders: 0 }), keys, engine, ports, now })
  const iin = plan.issuers[0]?.iin ?? ''
  const cards: CardSlot[] = []
  const wallets: Wallet[] = []
  for (let i = 0; i < riders; i++) {
    const card = { holder: `card ${i}`, issuer: ISSUER, number: makeCardNumber({ iin, serial: i }) }
    cards.push(await newPlannedCard({ plan, keys }, { ...card, balanceFen: 90_000 }))
    const random = createSeededRandom(`${seed}/rider ${i}`)
    const wallet = createWallet({
      issuer: ISSUER,
      issuerKey: keys.link.publicKey(ISSUER),
      link: ports.riderLink,
      engine,
      random: (length) => random.bytes(length),
      now,
    })
    await wallet.open()
    await wallet.authorise(AGREEMENT)
    await wallet.renew()
    wallets.push(wallet)
  }
  await ports.setClock(businessDayStart(DAY) + MORNING_MS)
  const terminal = ports.terminal(config.terminal)
  const refresh = async () => {
    await ports.operator(OPERATOR).refresh()
    await terminal.refresh()
  }
  await refresh()
  return {
    terminal,
    refresh,
    clock,
    cards,
    wallets,
    async close() {
      await network.close()
      await rm(folder, { recursive: true })
    },
  }
}
