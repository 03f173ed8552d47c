import * as centre from '@unifare/centre'
import { businessDayStart, nextDay, parseDay, sumFen, toHex } from '@unifare/core'
import { sm2PublicKey } from '@unifare/crypto'
import * as issuer from '@unifare/issuer'
import { balances } from '@unifare/ledger'
import * as operator from '@unifare/operator'
import { type SimulatedPlatform, simulatedPlatforms } from '@unifare/registry'
import type { IssuerKeysContent } from '@unifare/ridecode'
import type { TerminalConfig } from '@unifare/terminal'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  alipayCode,
  type SampleTimes,
  tencentCode,
  UNIONPAY_KEY,
  unionPayCode,
} from '../packages/ridecode/src/platforms/platforms.fixture.ts'
import { type MemoryNetwork, openMemoryNetwork } from './memory-network.fixture.ts'
import { type Plan, prepareNetwork, riderRandom } from './src/index.ts'

/**
 * A platform with a code layout of its own is a member: its riders are let through where it is
 * listed, and the rides are charged to it. Simulated, under keys of our own.
 */
const DAY = '2026-11-20'
const ISSUER = '02205810'
const [LISTED_BUS, LISTED_METRO, UNLISTED_BUS] = ['15215211', '15215212', '12205811']
const MINUTE = 60_000
const MORNING = businessDayStart(DAY) + 240 * MINUTE
const KEY_INDEX = 5

const [member] = simulatedPlatforms({ at: DAY })
if (member === undefined) throw new TypeError('the membership has a platform')
const PLATFORM: SimulatedPlatform = member

let opened: MemoryNetwork
let beforeListed: unknown
let decisions: Record<'bus' | 'entry' | 'exit' | 'again' | 'elsewhere', unknown>
beforeAll(async () => {
  opened = await openMemoryNetwork({
    seed: 'a platform',
    day: DAY,
    riders: 0,
    operators: [LISTED_BUS, LISTED_METRO, UNLISTED_BUS],
    issuers: [ISSUER],
    change: withPlatform,
  })
  await prepareNetwork(opened.day)
  await opened.day.ports.setClock(MORNING - MINUTE)
  beforeListed = await opened.day.ports
    .terminal(placeOf(LISTED_BUS, 'single').terminal)
    .presentCode(unionPayCode(timesAt(MORNING - MINUTE), random))
  await listKeys()
  decisions = await ridePlatform()
  await closeDay()
})

describe('a code of a platform that is a member', () => {
  it('is let through offline where the platform is listed, once, and nowhere else', () => {
    expect(decisions).toMatchObject({
      bus: { ok: true, kind: 'purchase' },
      entry: { ok: true, kind: 'entry' },
      exit: { ok: true, kind: 'exit' },
      again: { ok: false, reason: 'code.replayed' },
      elsewhere: { ok: false, reason: 'acceptance.not-listed' },
    })
  })

  it('is charged to the platform, at the local price, and settled on its statement', async () => {
    const lines = await linesOfPlatform()
    expect(lines.map(({ verdict }) => verdict)).toEqual(['normal', 'normal'])
    const charged = [...(await chargesOf(LISTED_BUS)), ...(await chargesOf(LISTED_METRO))]
    expect(lines.map(({ amountFen }) => amountFen).toSorted((a, b) => a - b)).toEqual(
      charged.map(({ amountFen }) => amountFen).toSorted((a, b) => a - b),
    )
    expect(charged.every(({ rider }) => rider.startsWith(`code/${PLATFORM.id}/`))).toBe(true)
    expect(await chargesOf(UNLISTED_BUS)).toEqual([])
  })

  it('makes the platform owe what the operators receive; nets sum to zero', async () => {
    const [row] = await opened.network.centre.read((tx) => tx.get(centre.days, [{ day: DAY }]))
    const positions = (row?.positions ?? []) as centre.Position[]
    expect(sumFen(positions.map(({ netFen }) => netFen))).toBe(0)
    const paidFen = sumFen((await linesOfPlatform()).map(({ amountFen }) => amountFen))
    expect(positions.find(({ id }) => id === PLATFORM.id)?.payableFen).toBeGreaterThan(0)
    const ledger = await platformParty().read((tx) => balances(tx))
    expect(ledger.get('riders/receivable')).toBe(paidFen)
    expect(ledger.get('centre/gross')).toBe(-paidFen)
  })
})

describe("a code of a platform that is not: not a member's, by name", () => {
  it('unionpay, before its key was listed', () => {
    expect(beforeListed).toMatchObject({ reason: 'medium.foreign', family: 'unionpay' })
  })

  const times = (): SampleTimes => timesAt(opened.day.now())
  it.each([
    ['tencent', () => tencentCode(times())],
    ['alipay', () => alipayCode(times())],
    ['city-card', () => alipayCode(times(), { prefix: Uint8Array.of(0x54, 0x01) })],
  ] as const)('%s', async (family, make) => {
    const { terminal } = placeOf(LISTED_BUS, 'single')
    expect(await opened.day.ports.terminal(terminal).presentCode(make())).toMatchObject({
      ok: false,
      reason: 'medium.foreign',
      detail: 'code.foreign',
      family,
    })
  })
})

/** The platform takes part like an issuer; it issues nothing and has no card numbers of its own. */
function withPlatform(plan: Plan): Plan {
  const { id, nameZh, nameEn, operators, from } = PLATFORM
  const [model] = plan.issuers
  if (model === undefined) throw new TypeError('a plan without issuers')
  const iin = '31900099'
  const fromDay = parseDay(from) - 8 * 3_600_000
  const taken = plan.acceptance.filter(
    ({ operator: at, medium }) => operators.includes(at) && medium === 'code',
  )
  return {
    ...plan,
    issuers: [...plan.issuers, { ...model, id, nameZh, nameEn, iin, platform: id }],
    acceptance: [
      ...plan.acceptance,
      ...taken.map((row) => ({ ...row, issuer: id, from: fromDay, fromDay: from })),
    ],
  }
}

/** The centre publishes the key of the platform, and every terminal takes it over. */
async function listKeys(): Promise<void> {
  const { day, network } = opened
  const terminal = network.terminals.get(placeOf(LISTED_BUS, 'single').terminal)
  const held = [...(terminal?.lists().shelf.values() ?? [])]
  const content = held.find(({ kind }) => kind === 'issuer-keys')?.content as IssuerKeysContent
  const { id, family, capFen } = PLATFORM
  const keys = [{ index: KEY_INDEX, publicKey: toHex(sm2PublicKey(UNIONPAY_KEY)) }]
  await network.centre.command({
    do: 'publish-issuer-keys',
    content: {
      ...content,
      issuers: content.issuers.filter((entry) => entry.issuer !== id),
      platforms: [{ family, institution: id, capFen, keys }],
    },
  })
  for (const { institution, terminals } of day.plan.operators) {
    await day.ports.operator(institution.id).refresh()
    for (const one of terminals) await day.ports.terminal(one.terminal).refresh()
  }
}

const random = riderRandom({ seed: 'a platform' } as Plan, 'phone')

function timesAt(at: number): SampleTimes {
  const generationTimeS = Math.floor(at / 1000)
  return { generationTimeS, validityS: 600, authorisationExpiryS: generationTimeS + 3_600 }
}

async function ridePlatform() {
  const { ports } = opened.day
  const present = async (minute: number, { terminal, gate }: TerminalConfig, made = minute) => {
    await ports.setClock(MORNING + minute * MINUTE)
    const code = unionPayCode(timesAt(MORNING + made * MINUTE), random)
    const decision = await ports.terminal(terminal).presentCode(code)
    if (gate && decision.ok) await ports.terminal(terminal).gateEvent(decision.sequence, 'passed')
    return decision
  }
  const [from, to] = planned(LISTED_METRO).ladder[1] ?? []
  return {
    bus: await present(0, placeOf(LISTED_BUS, 'single')),
    again: await present(1, placeOf(LISTED_BUS, 'single'), 0),
    elsewhere: await present(10, placeOf(UNLISTED_BUS, 'single')),
    entry: await present(20, placeOf(LISTED_METRO, 'entry', from)),
    exit: await present(50, placeOf(LISTED_METRO, 'exit', to)),
  }
}

async function closeDay(): Promise<void> {
  const { day, network } = opened
  const end = businessDayStart(nextDay(DAY))
  await day.ports.setClock(end)
  for (const { institution, terminals } of day.plan.operators) {
    for (const { terminal } of terminals) while ((await day.ports.terminal(terminal).upload()) > 0);
    const port = day.ports.operator(institution.id)
    await port.command({ do: 'make-charges', upTo: end, giveUpBefore: end })
    await port.deliver()
  }
  await network.centre.command({ do: 'close-day', day: DAY })
  await network.centre.deliver()
}

function planned(id: string | undefined) {
  const found = opened.day.plan.operators.find(({ institution }) => institution.id === id)
  if (found === undefined) throw new TypeError(`no operator ${id}`)
  return found
}

function placeOf(id: string | undefined, role: string, station?: number): TerminalConfig {
  const found = planned(id).terminals.find(
    (config) => config.role === role && (station ?? config.station) === config.station,
  )
  if (found === undefined) throw new TypeError(`${id} has no ${role}`)
  return found
}

const chargesOf = async (id: string | undefined) =>
  (await opened.network.operators.get(id ?? '')?.read((tx) => tx.select(operator.charges, {}))) ??
  []

function platformParty() {
  const party = opened.network.issuers.get(PLATFORM.id)
  if (party === undefined) throw new TypeError('the platform takes part')
  return party.issuer
}

async function linesOfPlatform() {
  const parts = await platformParty().read((tx) => tx.select(issuer.statements, { day: DAY }))
  return parts.flatMap(
    ({ statement }) => (statement as { lines: readonly centre.StatementLine[] }).lines,
  )
}
