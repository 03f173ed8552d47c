import { createPhone, createPhoneSlot, type Phone, type PhoneSlot } from '@unifare/card'
import {
  businessDayStart,
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
  type Env,
  fromHex,
  type ManualClock,
} from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import { createSimulatedChannel, openIssuer, type PhoneIssuer, riderId } from '@unifare/issuer'
import { createPhoneCard, createWallet } from '@unifare/rider'
import type { Link, MessageHandler } from '@unifare/tap'
import {
  createNetworkKeys,
  type DayOptions,
  issuerPort,
  openLocalNetwork,
  type Plan,
  type Ports,
  planNetwork,
  writeScript,
} from './src/index.ts'

export const BEIJING = '01011000'
export const BUS = '15215211'
export const DAY = '2026-11-20'
/** Beijing's phone cards (reference card 1). */
export const SUFFIX = fromHex('10009156000014A1')

/** A network whose issuer in Beijing puts cards into phones, and a bus of Wuhan. */
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
  const link = network.ports.riderLink as Link & {
    register(id: string, handler: MessageHandler): void
  }
  const { masters } = keys
  const phone: PhoneIssuer = {
    keys: { store: keys.storeOf(Object.values(masters)), ...masters },
    aidSuffix: SUFFIX,
    provinceCode: '1100',
    cityCode: '1000',
    validityYears: 10,
  }
  const member = plan.issuers.find(({ id }) => id === BEIJING)
  await network.issuers.get(BEIJING)?.issuer.close()
  const bank = createSimulatedChannel()
  const codeKey = keys.codeKey(BEIJING)
  const issuer = await openIssuer({
    id: BEIJING,
    centre: plan.centre.id,
    iin: member?.iin ?? '',
    platform: member?.platform ?? '',
    env: envOf(BEIJING),
    link,
    engine,
    sign: keys.link.sign(BEIJING),
    keyStore: keys.storeOf([codeKey]),
    codeKey,
    institutions: new Map(
      [BEIJING, plan.centre.id, BUS].map((id) => [id, keys.link.publicKey(id)]),
    ),
    channels: new Map([[bank.name, bank]]),
    phone,
  })
  link.register(BEIJING, issuer.handler)
  const ports: Ports = { ...network.ports, issuer: () => issuerPort({ issuer, bank }) }
  const script = writeScript(plan, { riders: 0 })
  const options: DayOptions = { plan, script, keys, engine, ports, now: () => clock.now() }
  const riderOf = phones({ plan, keys, link, clock })
  return { network, issuer, options, ports, clock, riderOf, plan }
}

type World = Pick<DayOptions, 'keys'> & {
  readonly plan: Plan
  readonly link: Link
  readonly clock: ManualClock
}

/** Phones of the network: a secure element, a wallet of codes, and its card side. */
function phones({ keys, link, clock }: World) {
  return (name: string, change: PhoneChange = {}) => {
    const seeded = createSeededRandom(name)
    const random = (length: number) => seeded.bytes(length)
    const common = {
      issuer: BEIJING,
      issuerKey: keys.link.publicKey(BEIJING),
      link: change.link?.(link) ?? link,
      engine: nodeEngine(),
      random,
      now: () => clock.now(),
    }
    const wallet = createWallet(common)
    const { linkKey } = wallet.state()
    const real = createPhoneSlot({ phone: createPhone(random), random })
    const slot = change.slot?.(real) ?? real
    const card = createPhoneCard({
      ...common,
      linkKey,
      slot,
      aidSuffix: SUFFIX,
      loadTerminal: '911000000001',
    })
    return { wallet, slot: real, card, riderId: riderId(fromHex(linkKey.publicKey)) }
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
