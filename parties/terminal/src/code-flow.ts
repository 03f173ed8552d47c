import type { AcceptanceRow } from '@unifare/bundle'
import type { Fen, Instant } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { price, tariffInForce } from '@unifare/fares'
import {
  type CodeCaches,
  type CodeIdentity,
  type CodePurpose,
  checkCap,
  checkReplay,
  expire,
  forget,
  type ReplayMemory,
  remember,
  verifyCode,
} from '@unifare/ridecode'
import type { Reason, TapKind } from '@unifare/tap'
import { LIMITS, type Role, type TerminalConfig } from './config.ts'
import { type Refusal, refuse } from './decision.ts'
import { accepted, denyKey, type Lists } from './lists.ts'
import type { Metered } from './metered.ts'
import type { TapContent } from './record.ts'

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
  'code.replayed': 'code.replayed',
  'code.too-soon': 'code.too-soon',
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
  readonly metered: Metered
}

/**
 * Decides about a code offline: age of the lists, genuineness, replay, acceptance, deny list, cap.
 * Pure; the accepted code must be stored and synced before it is remembered and shown.
 */
export function decideCode(
  bytes: Uint8Array,
  context: CodeContext,
): { readonly content: TapContent; readonly replay: ReplayMemory } | Refusal {
  const { config, lists, at, metered } = context
  const use = CODE_OF_ROLE[config.role]
  if (use === undefined) return refuse('acceptance.not-listed', 'code.no-role')
  if (lists.issuerKeys === undefined || at - lists.denyFrom > LIMITS.codeListAgeMs) {
    return refuse('bundle.stale')
  }
  const atS = Math.floor(at / 1000)
  const verdict = verifyCode({
    bytes,
    atS,
    keys: lists.issuerKeys,
    engine: context.engine,
    caches: context.caches,
  })
  if (!verdict.ok) return refuse(REASON_OF_CODE[verdict.code] ?? 'code.invalid', verdict.code)
  const { identity, code } = verdict
  const { purpose } = use
  const fresh = checkReplay(memoryFor(identity, context), identity, { atS, purpose })
  if (!fresh.ok) return refuse(REASON_OF_CODE[fresh.code] ?? 'code.replayed', fresh.code)
  const acceptance = accepted(lists, config, { medium: 'code', issuer: identity.issuer, at })
  if (acceptance === undefined) return refuse('acceptance.not-listed')
  if (lists.denied.has(denyKey('code', identity.issuer, identity.account))) {
    return refuse('deny.listed')
  }
  const fareFen = knownFare(context, acceptance)
  if (fareFen === undefined) return refuse('fare.unknown')
  if (!checkCap(code, fareFen).ok) return refuse('code.over-cap')
  return {
    replay: remember(expire(context.replay, atS), identity, {
      atS,
      purpose,
      validityS: code.validityS,
    }),
    content: {
      kind: use.kind,
      station: metered.stop ?? config.station,
      medium: 'code',
      issuer: identity.issuer,
      account: identity.account,
      counter: identity.generationTimeS,
      distanceM: metered.distanceM ?? 0,
      evidence: bytes,
    },
  }
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
function knownFare(context: CodeContext, { issuer, division }: AcceptanceRow): Fen | undefined {
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
    riderClass: 'adult',
    issuer: { institution: issuer, division },
  })
  return priced.ok ? priced.amountFen : undefined
}
