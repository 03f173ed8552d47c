import type { Device } from '@unifare/bundle'
import type { CardSlot } from '@unifare/card'
import type { WindowSummary } from '@unifare/centre'
import {
  assert,
  businessDayStart,
  createEventQueue,
  type Day,
  type Instant,
  nextDay,
  toHex,
} from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { makeCardNumber } from '@unifare/registry'
import { type IssuerKeysContent, makeRootRecord } from '@unifare/ridecode'
import { createWallet, type Wallet } from '@unifare/rider'
import type { Reason } from '@unifare/tap'
import type { Decision, TerminalConfig } from '@unifare/terminal'
import type { NetworkKeys } from './keys.ts'
import { riderRandom } from './parties.ts'
import type { Plan } from './plan.ts'
import { newPlannedCard } from './planned-card.ts'
import type { Ports, TerminalPort } from './ports.ts'
import type { Script, ScriptRider, ScriptStep } from './script.ts'
import { fundReserves, settleWindow } from './window.ts'

const MINUTE_MS = 60_000
const UPLOAD_EVERY_MS = 60 * MINUTE_MS
const SHOW_EVERY_MS = 10 * MINUTE_MS
const CHARGE_EVERY_MS = 60 * MINUTE_MS
/** Taps younger than this may still wait for others to be uploaded. */
const CHARGE_DELAY_MS = 70 * MINUTE_MS
const AGREEMENT = { channel: 'simulated', limitFen: 20_000, sources: ['balance', 'bank-card'] }
const CARD_SERIAL_FIRST = 1_000
/** Cash that a rider brings to a service point. */
const TOP_UP_FEN = 3_000

/** What has happened so far; handed to `onProgress` after every stretch of the day. */
export interface DayProgress {
  readonly at: Instant
  readonly done: number
  readonly steps: number
  readonly accepted: number
  readonly refused: Readonly<Partial<Record<Reason, number>>>
  /** The last decisions, oldest first. */
  readonly recent: readonly { readonly step: ScriptStep; readonly decision: Decision }[]
}

/** How a day ended. */
export interface DayOutcome {
  readonly day: Day
  readonly accepted: number
  readonly refused: Readonly<Partial<Record<Reason, number>>>
  readonly result: unknown
  readonly rerunRoot: string
  readonly collected: { readonly paid: number; readonly advanced: number }
  /** The window that settled the day. */
  readonly window: WindowSummary
}

interface Pocket {
  readonly rider: ScriptRider
  readonly card?: CardSlot
  readonly wallet?: Wallet
  lastCode?: Uint8Array
}

export interface DayOptions {
  readonly plan: Plan
  readonly script: Script
  readonly keys: NetworkKeys
  readonly engine: SignatureEngine
  readonly ports: Ports
  /** The clock that wallets see; the driver sets it through the ports. */
  readonly now: () => Instant
  readonly onProgress?: (progress: DayProgress) => void | Promise<void>
  /** The last tap is in; the books of the day are being closed. */
  readonly onClosing?: () => void
}

/** Lists, certificates, tariffs, devices: everything that must stand before the first ride. */
export async function prepareNetwork(options: DayOptions): Promise<void> {
  const { plan, ports, keys } = options
  await ports.setClock(businessDayStart(plan.day))
  for (const { id } of plan.issuers) await ports.issuer(id).enrol('1230')
  await fundReserves(options)
  const divisions = new Map(plan.issuers.map(({ id, division }) => [id, division]))
  await ports.centre.command({
    do: 'publish-acceptance',
    content: {
      rows: plan.acceptance.map(({ operator, mode, medium, issuer, status, from }) => ({
        operator,
        mode,
        medium,
        issuer,
        division: divisions.get(issuer) ?? '',
        status,
        from,
      })),
    },
  })
  await ports.centre.command({ do: 'publish-issuer-keys', content: await issuerKeys(options) })
  await ports.centre.command({ do: 'publish-deny' })
  for (const { institution, tariffs, networks, terminals } of plan.operators) {
    const operator = ports.operator(institution.id)
    await operator.command({ do: 'publish', kind: 'tariffs', content: { tariffs, networks } })
    const devices = terminals.map((config) =>
      deviceRow(config, keys.link.publicKey(config.terminal)),
    )
    await operator.command({ do: 'publish', kind: 'devices', content: { devices } })
    await operator.deliver()
    await operator.refresh()
    for (const { terminal } of terminals) await ports.terminal(terminal).refresh()
  }
}

/** A terminal as its operator lists it, with the key that it signs with. */
export function deviceRow(
  { terminal, mode, city, line, station }: TerminalConfig,
  publicKey: Uint8Array,
): Device {
  return { terminal, key: toHex(publicKey), mode, city, line, station }
}

/** Rides the whole script, closes the day, settles it, pays, and runs the day again. */
export async function rideDay(options: DayOptions): Promise<DayOutcome> {
  const { plan, ports, script } = options
  const pockets = await fillPockets(options)
  const queue = createEventQueue<ScriptStep | 'upload' | 'charge' | 'show'>()
  for (const step of script.steps) queue.push(step.at, step)
  const from = businessDayStart(plan.day)
  const to = businessDayStart(nextDay(plan.day))
  for (let at = from + UPLOAD_EVERY_MS; at < to; at += UPLOAD_EVERY_MS) queue.push(at, 'upload')
  for (let at = from + SHOW_EVERY_MS; at < to; at += SHOW_EVERY_MS) queue.push(at, 'show')
  for (let at = from + CHARGE_EVERY_MS; at < to; at += CHARGE_EVERY_MS) queue.push(at, 'charge')
  const tally = { done: 0, accepted: 0, refused: {} as Partial<Record<Reason, number>> }
  let recent: { step: ScriptStep; decision: Decision }[] = []
  // Terminals that saw nobody since their last upload have nothing to send.
  const busy = new Set<string>()
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { at, event } = next
    await ports.setClock(at)
    if (event === 'upload') {
      await uploadAll(options, busy)
      busy.clear()
    } else if (event === 'show') {
      await options.onProgress?.({ at, steps: script.steps.length, ...tally, recent })
      recent = []
    } else if (event === 'charge') {
      await chargeAll(options, { upTo: at - CHARGE_DELAY_MS, giveUpBefore: 0 })
      // Loads that are done stand in the settlement of their day.
      for (const { id } of options.plan.issuers) await ports.issuer(id).deliver()
    } else {
      busy.add(event.terminal)
      const decisions = await take(event, pockets, options)
      tally.done += 1
      for (const decision of decisions) {
        recent.push({ step: event, decision })
        if (decision.ok) tally.accepted += 1
        else tally.refused[decision.reason] = (tally.refused[decision.reason] ?? 0) + 1
      }
    }
  }
  await ports.setClock(to)
  const closed = await settleDay(options, { day: plan.day, at: to })
  return { day: plan.day, accepted: tally.accepted, refused: tally.refused, ...closed }
}

/**
 * Settles a business day: the last taps come in, journeys without an end are given up, the centre
 * closes and settles the day, issuers collect, deny lists spread, and the day is run again.
 */
export async function settleDay(
  options: Pick<DayOptions, 'plan' | 'ports' | 'onClosing'>,
  { day, at }: { readonly day: Day; readonly at: Instant },
): Promise<Pick<DayOutcome, 'result' | 'rerunRoot' | 'collected' | 'window'>> {
  const { plan, ports } = options
  options.onClosing?.()
  await uploadAll(options)
  await chargeAll(options, { upTo: at, giveUpBefore: at })
  for (const { institution } of plan.operators) {
    const operator = ports.operator(institution.id)
    await operator.command({ do: 'tell-trips' })
    await operator.deliver()
  }
  const result = await ports.centre.command({ do: 'close-day', day })
  await ports.centre.deliver()
  const window = await settleWindow(options, day)
  await ports.centre.command({ do: 'reconcile', day })
  const collected = { paid: 0, advanced: 0 }
  for (const { id } of plan.issuers) {
    const issuer = ports.issuer(id)
    const { paid, advanced } = await issuer.collect(day)
    collected.paid += paid
    collected.advanced += advanced
    await issuer.command({ do: 'publish-deny', day })
    await issuer.deliver()
  }
  for (const { institution, terminals } of plan.operators) {
    await ports.operator(institution.id).refresh()
    for (const { terminal } of terminals) await ports.terminal(terminal).refresh()
  }
  return { result, rerunRoot: await ports.centre.rerunRoot(day), collected, window }
}

async function uploadAll(
  { plan, ports }: Pick<DayOptions, 'plan' | 'ports'>,
  busy?: ReadonlySet<string>,
): Promise<void> {
  for (const { institution, terminals } of plan.operators) {
    for (const { terminal } of terminals) {
      if (busy?.has(terminal) === false) continue
      while ((await ports.terminal(terminal).upload()) > 0);
    }
    await ports.operator(institution.id).deliver()
  }
}

async function chargeAll(
  { plan, ports }: Pick<DayOptions, 'plan' | 'ports'>,
  span: { readonly upTo: Instant; readonly giveUpBefore: Instant },
): Promise<void> {
  for (const { institution } of plan.operators) {
    const operator = ports.operator(institution.id)
    await operator.command({ do: 'make-charges', ...span })
    await operator.deliver()
  }
}

/** What the terminal decided: nothing when the rider had nothing to present. */
async function take(
  step: ScriptStep,
  pockets: ReadonlyMap<string, Pocket>,
  { plan, ports }: DayOptions,
): Promise<readonly Decision[]> {
  const pocket = pockets.get(step.rider)
  assert(pocket !== undefined, `${step.rider} is a rider of the script`)
  const terminal = ports.terminal(step.terminal)
  const decisions =
    pocket.card === undefined
      ? [await presentCode(step, pocket, terminal)].filter((one) => one !== undefined)
      : await presentCard(step, pocket.card, { plan, ports })
  for (const decision of decisions) {
    if (decision.ok && step.gate !== 'none') {
      await terminal.gateEvent(decision.sequence, step.gate)
    }
  }
  return decisions
}

/** Who is short of money tops up at the operator's service point, wherever the card is from. */
async function presentCard(
  step: ScriptStep,
  card: CardSlot,
  { plan, ports }: Pick<DayOptions, 'plan' | 'ports'>,
): Promise<readonly Decision[]> {
  const terminal = ports.terminal(step.terminal)
  card.reset()
  const decision = await terminal.presentCard(card, step.metered)
  if (decision.ok || decision.reason !== 'card.insufficient-balance') return [decision]
  const here = plan.operators.find(({ terminals }) =>
    terminals.some((one) => one.terminal === step.terminal),
  )
  assert(here !== undefined, `${step.terminal} is a terminal of the plan`)
  card.reset()
  const loaded = await ports.operator(here.institution.id).load(card, TOP_UP_FEN)
  if (!loaded.ok) return [decision]
  card.reset()
  return [decision, await terminal.presentCard(card, step.metered)]
}

async function presentCode(
  step: ScriptStep,
  pocket: Pocket,
  terminal: TerminalPort,
): Promise<Decision | undefined> {
  const { wallet } = pocket
  if (wallet === undefined) return undefined
  const { metered } = step
  if (step.fault === 'same-code-again') {
    return pocket.lastCode && terminal.presentCode(pocket.lastCode, metered)
  }
  if (!wallet.ready()) return undefined
  const code = wallet.makeCode()
  if (step.fault === 'bit-flip') {
    code[160] = (code[160] ?? 0) ^ 1
    return terminal.presentCode(code, metered)
  }
  pocket.lastCode = code
  return terminal.presentCode(code, metered)
}

async function fillPockets(options: DayOptions): Promise<ReadonlyMap<string, Pocket>> {
  const pockets = new Map<string, Pocket>()
  for (const issuer of options.plan.issuers) {
    const own = options.script.riders.filter((rider) => rider.issuer === issuer.id)
    const cards = own.filter(({ medium }) => medium === 'card')
    const loaded: { number: string; loadedFen: number }[] = []
    for (const [index, rider] of cards.entries()) {
      const number = makeCardNumber({ iin: issuer.iin ?? '', serial: CARD_SERIAL_FIRST + index })
      const held = { holder: rider.id, issuer: issuer.id, number, balanceFen: rider.moneyFen }
      pockets.set(rider.id, { rider, card: await newPlannedCard(options, held) })
      loaded.push({ number, loadedFen: rider.moneyFen })
    }
    const port = options.ports.issuer(issuer.id)
    if (loaded.length > 0) {
      await port.command({ do: 'issue-cards', day: options.plan.day, cards: loaded })
    }
    for (const rider of own.filter(({ medium }) => medium === 'code')) {
      pockets.set(rider.id, { rider, wallet: await newWallet(options, rider) })
    }
  }
  return pockets
}

/** The three steps of opening: open, authorise, ready. No city is chosen: the code is valid everywhere. */
async function newWallet(
  { plan, keys, engine, ports, now }: DayOptions,
  rider: ScriptRider,
): Promise<Wallet> {
  const wallet = createWallet({
    issuer: rider.issuer,
    issuerKey: keys.link.publicKey(rider.issuer),
    link: ports.riderLink,
    engine,
    random: riderRandom(plan, rider.id),
    now,
  })
  await wallet.open()
  await wallet.authorise(AGREEMENT)
  await wallet.renew()
  await ports.issuer(rider.issuer).fund(wallet.state().account, rider.moneyFen)
  return wallet
}

/** Whose codes are taken: the root record signed by itself, and every issuer of the plan. */
async function issuerKeys({ plan, keys }: DayOptions): Promise<IssuerKeysContent> {
  const { codeRoot } = keys
  const store = keys.storeOf([codeRoot])
  const record = await makeRootRecord({
    index: codeRoot.index,
    expiry: '1235',
    publicKey: await store.publicKey(codeRoot),
    sign: (message, id) => store.sign(codeRoot, message, { id }),
  })
  return {
    roots: [{ index: codeRoot.index, record: toHex(record) }],
    issuers: plan.issuers.map(({ id, platform = '' }) => ({
      issuer: id,
      platform,
      versions: [0x80],
      idPolicy: 'default',
    })),
  }
}
