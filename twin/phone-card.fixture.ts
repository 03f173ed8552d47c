import { createPhone, createPhoneSlot, type Phone, type PhoneSlot } from '@unifare/card'
import {
  assert,
  businessDayStart,
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
  type Env,
  fromHex,
} from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import { claims, loads } from '@unifare/issuer'
import { balances, trialBalance } from '@unifare/ledger'
import { simulatedWallets } from '@unifare/registry'
import { createPhoneCard, createWallet } from '@unifare/rider'
import type { Link } from '@unifare/tap'
import {
  createNetworkKeys,
  openLocalNetwork,
  planNetwork,
  prepareNetwork,
  writeScript,
} from './src/index.ts'

export const BEIJING = '01011000'
export const BUS = '15215211'
export const DAY = '2026-11-20'

/** A network whose issuer in Beijing puts cards into phones, and a bus of Wuhan; lists published. */
export async function openPhoneNetwork(seed: string) {
  const day = DAY
  const plan = planNetwork({ seed, day, operators: [BUS], issuers: [BEIJING] })
  const engine = nodeEngine()
  const clock = createManualClock(businessDayStart(day))
  const keys = createNetworkKeys({ seed, centre: plan.centre.id, engine })
  const envs = new Map<string, Env>()
  const envOf = (party: string): Env => {
    const known = envs.get(party) ?? {
      clock,
      random: createSeededRandom(`${seed}/${party}`),
      storage: createMemoryStorage(),
      repository: createMemoryRepository(),
    }
    envs.set(party, known)
    return known
  }
  const network = await openLocalNetwork({ plan, keys, engine, envOf }, clock)
  const { ports } = network
  const script = writeScript(plan, { riders: 0 })
  await prepareNetwork({ plan, script, keys, engine, ports, now: () => clock.now() })
  const planned = network.issuers.get(BEIJING)
  const [wallet] = simulatedWallets({ issuer: BEIJING, at: DAY })
  assert(planned !== undefined && wallet !== undefined, 'a wallet carries cards of Beijing')
  const { issuer, bank } = planned
  const aidSuffix = fromHex(wallet.aidSuffix)

  /** A phone: a secure element, a wallet of codes, and its card side. */
  function phone(name: string, change: PhoneChange = {}) {
    const seeded = createSeededRandom(name)
    const random = (length: number) => seeded.bytes(length)
    const common = {
      random,
      issuer: BEIJING,
      issuerKey: keys.link.publicKey(BEIJING),
      link: change.link?.(ports.riderLink) ?? ports.riderLink,
      engine: nodeEngine(),
      now: () => clock.now(),
    }
    const codes = createWallet({ ...common, link: ports.riderLink })
    const { linkKey } = codes.state()
    const real = createPhoneSlot({ phone: createPhone(random), random })
    const slot = change.slot?.(real) ?? real
    const own = { linkKey, slot, aidSuffix, loadTerminal: '911000000001' }
    return { wallet: codes, slot: real, card: createPhoneCard({ ...common, ...own }) }
  }

  return {
    ...network,
    plan,
    clock,
    issuer,
    phone,
    /** The phone of a rider with an account, a contract, and money at the bank. */
    async riderPhone(name: string, bankFen: number, change: PhoneChange = {}) {
      const opened = phone(name, change)
      await opened.wallet.open()
      const agreement = { channel: bank.name, limitFen: 50_000, sources: ['balance'] }
      await opened.wallet.authorise(agreement)
      bank.fund(opened.wallet.state().account, bankFen)
      return opened
    },
    /** What the issuer's books hold under a path, as it owes it; all of them tie. */
    async owed(path: string): Promise<number> {
      const found = await issuer.read((tx) => balances(tx))
      if (trialBalance(found).sumFen !== 0) throw new Error('the books do not tie')
      const own = [...found].filter(([name]) => name === path || name.startsWith(`${path}/`))
      return own.reduce((sum, [, fen]) => sum - fen, 0)
    },
    loadsOf: (card: string) => issuer.read((tx) => tx.select(loads, { card })),
    claimOf: async (card: string) => (await issuer.read((tx) => tx.get(claims, [{ card }])))[0],
  }
}

/** What stands between a phone and the world: where a test cuts it off. */
export interface PhoneChange {
  readonly link?: (link: Link) => Link
  readonly slot?: (slot: PhoneSlot) => PhoneSlot
}

/** The card in a phone that readers would find, if any. */
export function liveCard(phone: Phone) {
  return phone.instances.find(({ state }) => state === 'active' || state === 'personalised')?.memory
}
