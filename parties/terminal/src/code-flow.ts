import type { AcceptanceRow } from '@unifare/bundle'
import type { Fen, Instant, TimeQuality } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { holderClass, price, tariffInForce } from '@unifare/fares'
import {
  type CodeCaches,
  type CodeIdentity,
  type CodePurpose,
  type CodeReject,
  type CompanionLimit,
  checkCap,
  checkReplay,
  decodeCustomField,
  expire,
  forget,
  type ReplayMemory,
  remember,
  type ShownCode,
  type StationClaim,
  verifyCode,
} from '@unifare/ridecode'
import type { Reason, TapKind } from '@unifare/tap'
import type { Role, TerminalConfig } from './config.ts'
import { type Refusal, refuse } from './decision.ts'
import { accepted, denyKey, type Lists } from './lists.ts'
import type { Metered } from './metered.ts'
import type { TapContent } from './record.ts'
import { isRecent, type Staleness, stalenessAt } from './staleness.ts'
import type { UseMemory } from './use-memory.ts'

/** What a code is shown for at a place, and the record that it makes; none where only cards help. */
const CODE_OF_ROLE: Readonly<
  Partial<Record<Role, { readonly purpose: CodePurpose; readonly kind: TapKind }>>
> = {
  single: { purpose: 'single', kind: 'purchase' },
  entry: { purpose: 'entry', kind: 'entry' },
  exit: { purpose: 'exit', kind: 'exit' },
  rent: { purpose: 'rent', kind: 'rent' },
  return: { purpose: 'return', kind: 'return' },
  board: { purpose: 'entry', kind: 'entry' },
  alight: { purpose: 'exit', kind: 'exit' },
}

const REASON_OF_CODE: Readonly<Record<string, Reason>> = {
  'code.foreign': 'medium.foreign',
  'code.expired': 'code.expired',
  'code.authorisation-expired': 'code.expired',
  'code.after-authorisation': 'code.expired',
  'code.from-future': 'code.expired',
  'code.not-listed': 'medium.foreign',
  'code.two-level': 'medium.foreign',
  'code.unknown-root': 'medium.foreign',
  'code.replayed': 'code.replayed',
  'code.too-soon': 'code.too-soon',
  'code.too-many': 'code.too-many',
  'code.passed-back': 'code.passed-back',
  'code.wrong-state': 'code.wrong-state',
}

/** Everything that a decision about a code depends on. */
export interface CodeContext {
  readonly config: TerminalConfig
  readonly lists: Lists
  readonly engine: SignatureEngine
  readonly caches: CodeCaches
  readonly replay: ReplayMemory
  /** Codes that were stored and maybe never shown "go": the same code may come again. */
  readonly unshown?: readonly CodeIdentity[]
  /** Codes whose tap is void: their rider may come at once with another one. */
  readonly voided?: readonly CodeIdentity[]
  readonly at: Instant
  readonly quality: TimeQuality
  /** When the lists were last known to be the newest; 0 without any. */
  readonly listsAt: Instant
  readonly uses: Pick<UseMemory, 'since'>
  readonly metered: Metered
}

/** A code that may pass, as far as this terminal knows. */
export interface DecidedCode {
  readonly content: TapContent
  readonly replay: ReplayMemory
  /** The same for the node of the station. */
  readonly claim: StationClaim
}

/**
 * Decides about a code offline: time, age of the lists, genuineness, replay, acceptance, deny
 * list, cap. Pure; the accepted code must be stored and synced before it is remembered and shown.
 */
export function decideCode(bytes: Uint8Array, context: CodeContext): DecidedCode | Refusal {
  const { config, lists, at, quality } = context
  const use = CODE_OF_ROLE[config.role]
  if (use === undefined) return refuse('acceptance.not-listed', 'code.no-role')
  if (quality === 'unknown') return refuse('clock.untrusted')
  const staleness = stalenessAt(context.listsAt, at)
  if (lists.issuerKeys === undefined || staleness.codes === 'none') return refuse('bundle.stale')
  const atS = Math.floor(at / 1000)
  const { engine, caches } = context
  const verdict = verifyCode({ bytes, atS, keys: lists.issuerKeys, engine, caches })
  if (!verdict.ok) return refusedCode(verdict)
  const { identity, code } = verdict
  const { purpose } = use
  const companions = companionsOf(code, { staleness, purpose })
  const presentation = { atS, purpose, ...companions }
  const fresh = checkReplay(memoryFor(identity, context), identity, presentation)
  if (!fresh.ok) return refusedCode(fresh)
  const fareFen = allowedFare(context, { identity, code, staleness })
  if (typeof fareFen !== 'number') return fareFen
  if (!checkCap(code, fareFen).ok) return refuse('code.over-cap')
  const { validityS } = code
  return {
    replay: remember(expire(context.replay, atS), identity, { ...presentation, validityS }),
    claim: { ...identity, ...presentation, validityS, terminal: config.terminal },
    content: contentOf(bytes, identity, { ...context, kind: use.kind }),
  }
}

/** The refusal of a code; one of another platform is named. */
export function refusedCode({ code, platform: family }: CodeReject): Refusal {
  const refusal = refuse(REASON_OF_CODE[code] ?? 'code.invalid', code)
  return family === undefined ? refusal : { ...refusal, family }
}

function contentOf(
  evidence: Uint8Array,
  { issuer, account, generationTimeS: counter }: CodeIdentity,
  { config, metered, kind }: CodeContext & { readonly kind: TapKind },
): TapContent {
  const station = metered.stop ?? config.station
  const { distanceM = 0 } = metered
  return { kind, station, medium: 'code', issuer, account, counter, distanceM, evidence }
}

/**
 * Companions of a rider on one account: on rides of one tap. A journey of two ends needs an
 * account for each person, or nobody knows whose end an exit is. With aged lists nobody is taken
 * along.
 */
function companionsOf(
  { custom, validityS: withinS }: ShownCode,
  { staleness, purpose }: { readonly staleness: Staleness; readonly purpose: CodePurpose },
): { readonly companions?: CompanionLimit } {
  const stated = decodeCustomField(custom)?.companions
  if (stated === undefined) return {}
  const together = staleness.companions && purpose === 'single'
  return { companions: { most: together ? stated : 0, withinS } }
}

/** The fare as far as it is known here, of an account that may ride; or why it may not. */
function allowedFare(
  context: CodeContext,
  taken: {
    readonly identity: CodeIdentity
    readonly code: ShownCode
    readonly staleness: Staleness
  },
): Fen | Refusal {
  const { config, lists, at, listsAt, uses } = context
  const { identity, code, staleness } = taken
  const { issuer, account } = identity
  const acceptance = accepted(lists, config, { medium: 'code', issuer, at })
  if (acceptance === undefined) return refuse('acceptance.not-listed')
  if (lists.denied.has(denyKey('code', issuer, account))) return refuse('deny.listed')
  const doubtful =
    (staleness.codes === 'recent-credentials' && !isRecent(code, Math.floor(at / 1000))) ||
    uses.since(identity, listsAt) >= staleness.usesMax ||
    (!staleness.companions && decodeCustomField(code.custom)?.companion === true)
  if (doubtful) return refuse('bundle.limited')
  return knownFare(context, { acceptance, code }) ?? refuse('fare.unknown')
}

/** What the terminal holds against a code: a tap that nobody was shown stands in no rider's way. */
function memoryFor(
  { issuer, account, generationTimeS }: CodeIdentity,
  { replay, unshown = [], voided = [] }: CodeContext,
): ReplayMemory {
  const others = voided.filter(
    (code) =>
      code.generationTimeS !== generationTimeS ||
      code.account !== account ||
      code.issuer !== issuer,
  )
  return [...unshown, ...others].reduce(forget, replay)
}

/** What is known of the fare at this point: the fare of a single ride, zero where a gate opens a journey. */
function knownFare(
  context: CodeContext,
  taken: { readonly acceptance: AcceptanceRow; readonly code: ShownCode },
): Fen | undefined {
  const { issuer, division } = taken.acceptance
  const { config, lists, at, metered } = context
  const { distanceM = 0 } = metered
  const tariff = tariffInForce(lists.tariffs, config.mode, at)
  if (tariff === undefined) return undefined
  if (config.role !== 'single') return 0
  const priced = price(tariff, {
    mode: config.mode,
    line: config.line,
    at,
    ...(distanceM > 0 ? { distanceM } : {}),
    medium: 'code',
    riderClass: holderClass(taken.code.accountType, tariff).riderClass,
    issuer: { institution: issuer, division },
  })
  return priced.ok ? priced.amountFen : undefined
}
