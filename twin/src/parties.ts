import { createPsam } from '@unifare/card'
import {
  type Centre,
  type CentreFault,
  type FileMember,
  openCentre,
  type SegmentClearing,
} from '@unifare/centre'
import { createSeededRandom, type Env, fromHex, requireData } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import {
  createCardHost,
  createSimulatedChannel,
  DEMONSTRATION_TERMS,
  type Issuer,
  openIssuer,
  type PhoneIssuer,
  type SimulatedChannel,
} from '@unifare/issuer'
import { type Operator, openOperator } from '@unifare/operator'
import { type Institution, numberPrefixes, simulatedWallets } from '@unifare/registry'
import type { Link } from '@unifare/tap'
import {
  openTerminal,
  type StationNode,
  type Terminal,
  type TerminalConfig,
} from '@unifare/terminal'
import type { NetworkKeys } from './keys.ts'
import type { Plan } from './plan.ts'
import { centreOf, centresOf, divisionOf } from './plan-centres.ts'

/** What every party of a network is opened with. */
export interface Ground {
  readonly plan: Plan
  readonly keys: NetworkKeys
  readonly engine: SignatureEngine
  readonly link: Link
  /** The environment of one party: its own storage and schema. */
  readonly envOf: (party: string) => Env
  /** Members that get T-Union-like result files; nobody when not given. */
  readonly resultFiles?: readonly string[]
  /** How a centre closes its days by segments; with objects where it is not told. */
  readonly clearingOf?: (centre: string) => SegmentClearing | undefined
  /** Hears of what goes wrong with a centre's own files. */
  readonly onCentreFault?: (fault: CentreFault) => void
  /** The node that links the gates of a station; every terminal decides alone without. */
  readonly stationOf?: (config: TerminalConfig) => StationNode | undefined
}

function institutionKeys({ plan, keys }: Ground): ReadonlyMap<string, Uint8Array> {
  const ids = [
    ...centresOf(plan),
    ...plan.issuers.map(({ id }) => id),
    ...plan.operators.map(({ institution }) => institution.id),
  ]
  return new Map(ids.map((id) => [id, keys.link.publicKey(id)]))
}

/** Opens a centre of a plan: centres alone hold the TAC masters and the code root. */
export function openPlannedCentre(
  ground: Ground,
  id: string = ground.plan.centre.id,
): Promise<Centre> {
  const { plan, keys } = ground
  const { purchase, tac } = keys.masters
  const clearing = ground.clearingOf?.(id)
  return openCentre({
    id,
    env: ground.envOf(id),
    link: ground.link,
    engine: ground.engine,
    sign: keys.link.sign(id),
    keyStore: keys.storeOf([purchase, tac, keys.codeRoot]),
    codeRoot: { ref: keys.codeRoot, index: keys.codeRoot.index },
    institutions: institutionKeys(ground),
    issuers: plan.issuers.map((issuer) => issuer.id),
    keyOwner: plan.centre.id,
    ...(plan.tiers && {
      tiers: { tiers: plan.tiers, divisionOf: (member) => divisionOf(plan, member) },
    }),
    ...(clearing && { clearing }),
    ...(ground.onCentreFault && { onFault: ground.onCentreFault }),
    fileMembers: fileMembersOf(ground),
    cardPrefixes: numberPrefixes(),
  })
}

function fileMembersOf({ plan, resultFiles = [] }: Ground): FileMember[] {
  return resultFiles.map((id) => ({
    id,
    roles: [
      ...(plan.operators.some(({ institution }) => institution.id === id)
        ? ['acquirer' as const]
        : []),
      ...(plan.issuers.some((issuer) => issuer.id === id) ? ['issuer' as const] : []),
    ],
  }))
}

/** Opens an operator of a plan: it holds no card key at all. */
export function openPlannedOperator(ground: Ground, id: string): Promise<Operator> {
  const { plan, keys } = ground
  return openOperator({
    id,
    centre: centreOf(plan, id),
    env: ground.envOf(id),
    link: ground.link,
    engine: ground.engine,
    sign: keys.link.sign(id),
    institutions: institutionKeys(ground),
  })
}

/** An issuer with the demonstration's bank behind it. */
export interface PlannedIssuer {
  readonly issuer: Issuer
  readonly bank: SimulatedChannel
}

/** Opens an issuer of a plan; its bank may be one that was there before. */
export async function openPlannedIssuer(
  ground: Ground,
  id: string,
  bank: SimulatedChannel = createSimulatedChannel(),
): Promise<PlannedIssuer> {
  const { plan, keys } = ground
  const member = plan.issuers.find((issuer) => issuer.id === id)
  requireData(
    member?.iin !== undefined && member.platform !== undefined,
    'issuer.unknown',
    `${id} is no issuer of this network`,
  )
  const codeKey = keys.codeKey(id)
  const { load, tac } = keys.masters
  const phone = phoneIssuer(ground, member)
  const issuer = await openIssuer({
    id,
    centre: centreOf(plan, id),
    iin: member.iin,
    platform: member.platform,
    env: ground.envOf(id),
    link: ground.link,
    engine: ground.engine,
    sign: keys.link.sign(id),
    keyStore: keys.storeOf([codeKey]),
    codeKey,
    cardHost: createCardHost({ store: keys.storeOf([load, tac]), load, tac }),
    terms: DEMONSTRATION_TERMS,
    ...(phone && { phone }),
    institutions: institutionKeys(ground),
    channels: new Map([[bank.name, bank]]),
  })
  return { issuer, bank }
}

/** Years that a phone card is valid, ours. */
const PHONE_CARD_YEARS = 10

/** An issuer whose card a wallet carries makes cards itself, so it holds all their masters. */
function phoneIssuer({ keys }: Ground, { id, city }: Institution): PhoneIssuer | undefined {
  const [wallet] = simulatedWallets({ issuer: id })
  const { masters } = keys
  return (
    wallet && {
      keys: { store: keys.storeOf(Object.values(masters)), ...masters },
      aidSuffix: fromHex(wallet.aidSuffix),
      provinceCode: `${city.slice(0, 2)}00`,
      cityCode: city,
      validityYears: PHONE_CARD_YEARS,
    }
  )
}

/** Opens a terminal of a plan with a PSAM that holds the purchase master and no TAC key. */
export function openPlannedTerminal(ground: Ground, config: TerminalConfig): Promise<Terminal> {
  const { plan, keys } = ground
  const { terminal, operator } = config
  const station = ground.stationOf?.(config)
  const centre = centreOf(plan, operator)
  return openTerminal({
    config,
    env: ground.envOf(terminal),
    link: ground.link,
    ...(station && { station }),
    sign: keys.link.sign(terminal),
    trust: {
      centre,
      operator,
      publicKeyOf: (party) =>
        party === operator || party === centre ? keys.link.publicKey(party) : undefined,
      engine: ground.engine,
    },
    psam: createPsam({
      terminal,
      issuer: plan.centre.id,
      keyStore: keys.storeOf([keys.masters.purchase]),
      purchaseKeys: [keys.masters.purchase],
    }),
  })
}

/** Randomness of one rider or card, the same in every run of the seed. */
export function riderRandom(plan: Plan, rider: string): (length: number) => Uint8Array {
  const random = createSeededRandom(`${plan.seed}/rider/${rider}`)
  return (length) => random.bytes(length)
}
