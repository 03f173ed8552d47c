import { type AcceptanceContent, acceptanceOf, isOpen } from '@unifare/bundle'
import {
  businessDay,
  canonicalJson,
  type Day,
  type Fen,
  fromHex,
  sumFen,
  toHex,
  utf8,
} from '@unifare/core'
import type { Entry } from '@unifare/ledger'
import {
  type Charge,
  type ChargeTap,
  chargeId,
  deliveryId,
  isTest,
  MONEY_KINDS,
  mediumId,
  type Tap,
  type TapKind,
} from '@unifare/tap'
import { dayEntries } from './books.ts'
import {
  type ChargeMemory,
  type PastCharge,
  type Reversal,
  reversalLine,
  type SettledCorrection,
  standingOf,
} from './corrections.ts'
import { type Fee, type FeeRow, feeOf } from './fees.ts'
import { chainedRoot, leafHash, merkleRoot } from './merkle.ts'
import { netPositions, type Position } from './netting.ts'
import { type OrderMove, withOrders } from './order-moves.ts'
import { memberLine, partsOf, withParts } from './rules/member-parts.ts'
import type { Verdict } from './verdicts.ts'

/** A tap as clearing sees it: read, with the verdict of its own evidence. */
export interface CheckedTap {
  readonly tap: Tap
  /** SHA-256 of the raw record, hexadecimal. */
  readonly hash: string
  /** `normal`, or what is wrong with the evidence itself. */
  readonly evidence: Verdict
  /** The medium stood on the deny list that the terminal held when it decided. */
  readonly denied: boolean
  /** Highest amount that the medium allows for one charge; null without a limit. */
  readonly capFen: Fen | null
}

/** What a card looked like after its last settled transaction of the day. */
export interface CardState {
  readonly counter: number
  readonly balanceFen: Fen
}

/** Everything a day's clearing depends on. Nothing else may influence its output. */
export interface ClearingInput {
  readonly day: Day
  readonly centre: string
  /** Root of the day before; 64 zeros before the first. */
  readonly previousRoot: string
  readonly charges: readonly Charge[]
  /** Taps of the charges by delivery; absent where none was delivered, or it cannot be read. */
  readonly taps: ReadonlyMap<string, CheckedTap>
  /** Deliveries of the charges that came and cannot be read; none when not given. */
  readonly unreadable?: ReadonlySet<string>
  /**
   * Settled before, by medium identity: name of the journey's first charge that settled, and hash of
   * the record.
   */
  readonly settled: ReadonlyMap<string, { readonly charge: string; readonly hash: string }>
  /** Identities seen before, by card, terminal and terminal serial. */
  readonly serials: ReadonlyMap<string, string>
  readonly fees: readonly FeeRow[]
  readonly issuers: ReadonlySet<string>
  /** Who took whose medium when: judged at the time of the ride, whatever holds at the close. */
  readonly acceptance: AcceptanceContent
  /** Taps before this day are overdue; a correction is by the day on which its own journey ended. */
  readonly oldestDay: Day
  /** Charges of earlier days that corrections name, also those that refused corrections named. */
  readonly past?: ReadonlyMap<string, PastCharge>
  /** Corrections that settled on earlier days, of charges in `past`; by their own name. */
  readonly corrections?: ReadonlyMap<string, SettledCorrection>
  /** Orders between agents and issuers that settle with the day; none when not given. */
  readonly orders?: readonly OrderMove[]
}

/** Verdict of one charge, with its fees when it settles. */
export interface ClearedCharge {
  readonly id: string
  readonly charge: Charge
  readonly verdict: Verdict
  readonly fee: Fee | null
  /** Of a correction that settles: what it takes back. */
  readonly reverses?: Reversal
  /** The same as parts of several members, where its price names others than the operator. */
  readonly parts?: readonly ClearedCharge[]
}

export interface Cleared {
  readonly day: Day
  readonly charges: readonly ClearedCharge[]
  /** Of charges and orders together. */
  readonly positions: readonly Position[]
  readonly orders: readonly OrderMove[]
  /** Sum of the charges that settle, less what corrections take back. */
  readonly settledFen: Fen
  readonly entries: readonly Entry[]
  /** What the day adds to the closing state: `settled` and `serials` of all later days, and the last state seen of every card that rode. */
  readonly closing: {
    readonly settled: ReadonlyMap<string, { readonly charge: string; readonly hash: string }>
    readonly serials: ReadonlyMap<string, string>
    readonly cards: ReadonlyMap<string, CardState>
    readonly corrections: ReadonlyMap<string, SettledCorrection>
  }
  /** Lines under the root, in their order: verdicts, orders, positions, closing state. */
  readonly leaves: readonly Uint8Array[]
  readonly root: string
}

/**
 * Clears a business day. A pure function: the same input gives the same bytes, whatever the order
 * in which charges and taps came in. Checks `A − F + a`, `A − i` and `c` on the whole window.
 */
export function clearDay(input: ClearingInput): Cleared {
  const judged = judgeAll(input)
  const charges = judged.map(({ cleared }) => cleared)
  const normal = charges.filter(({ verdict }) => verdict === 'normal')
  const money = netPositions(normal.flatMap(partsOf), input.centre)
  const { orders = [] } = input
  const positions = withOrders(money.positions, orders)
  const closing = closingState(judged, input.settled)
  const entries = dayEntries(input.day, charges, money)
  const leaves = [
    ...charges.map(({ id, charge, verdict, fee, reverses, parts }) => ({
      charge: id,
      verdict,
      operator: charge.operator,
      issuer: charge.issuer,
      amountFen: charge.amountFen,
      tapDay: charge.tapDay,
      taps: charge.taps.map(deliveryId),
      feeMicro: fee === null ? '0' : String(fee.feeMicro),
      issuerMicro: fee === null ? '0' : String(fee.issuerMicro),
      acquirerMicro: fee === null ? '0' : String(fee.acquirerMicro),
      ...(charge.corrects > 0 && { corrects: correctedName(charge) }),
      ...(reverses && { reverses: reversalLine(reverses) }),
      ...(parts && { members: parts.map(memberLine) }),
    })),
    ...orders.map((order) => ({ order })),
    ...positions.map((position) => ({ position })),
    ...[...closing.cards]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([card, state]) => ({ card, ...state })),
  ].map((line) => utf8(canonicalJson(line)))
  return {
    day: input.day,
    charges,
    positions,
    orders,
    settledFen: sumFen(
      normal.map(({ charge, reverses }) => charge.amountFen - (reverses?.amountFen ?? 0)),
    ),
    entries,
    closing,
    leaves,
    root: dayRoot(input.previousRoot, input.day, leaves),
  }
}

/** Name of the charge that a correction names. */
export function correctedName({ operator, corrects }: Charge): string {
  return chargeId({ operator, number: corrects })
}

/** Root of a day: Merkle root of its lines, chained to the day and the root before. */
export function dayRoot(previousRoot: string, day: Day, leaves: readonly Uint8Array[]): string {
  return toHex(chainedRoot(fromHex(previousRoot), day, merkleRoot(leaves.map(leafHash))))
}

/** A tap with its two unique names, each made once: they are looked up many times. */
interface Seen extends CheckedTap {
  readonly identity: string
  readonly serial: string | undefined
}

/** A charge with its verdict and the taps that it names. */
interface Judged {
  readonly cleared: ClearedCharge
  readonly seen: readonly Seen[]
  /** Name under which its taps are settled. */
  readonly first: string
}

function judgeAll(input: ClearingInput): Judged[] {
  const ordered = input.charges.toSorted(inOrder)
  const taps = new Map<string, Seen>()
  for (const [delivery, one] of input.taps) {
    const { tap, hash, evidence, denied, capFen } = one
    const names = { identity: mediumId(tap), serial: serialKey(tap) }
    taps.set(delivery, { tap, hash, evidence, denied, capFen, ...names })
  }
  const corrections = new Map(input.corrections)
  const memory = {
    settled: new Map(input.settled),
    serials: trueSerials(input.serials, taps),
    charges: new Map(input.past),
    corrections,
    corrected: new Set([...corrections.values()].map(({ corrects }) => corrects)),
  }
  return ordered.map((charge) => {
    const named = charge.taps.map((one) => taps.get(deliveryId(one)))
    const seen = named.filter((one) => one !== undefined)
    const judged = clearCharge(charge, named, { input, memory })
    const { cleared, first } = judged
    const { id, verdict, fee, reverses } = cleared
    memory.charges.set(id, { charge, verdict, fee })
    if (verdict === 'normal') {
      for (const { identity, hash } of seen) memory.settled.set(identity, { charge: first, hash })
      if (reverses !== undefined) {
        memory.corrections.set(id, { corrects: reverses.charge, first })
        memory.corrected.add(reverses.charge)
      }
    }
    return { ...judged, seen }
  })
}

/** Corrections behind all first charges, in the order of their numbers: each finds what it names. */
function inOrder(a: Charge, b: Charge): number {
  const [isFirst, isOther] = [a.corrects === 0, b.corrects === 0]
  if (isFirst !== isOther) return isFirst ? -1 : 1
  const byTime = isFirst ? a.endAt - b.endAt : 0
  return byTime || compare(a.operator, b.operator) || a.number - b.number
}

function clearCharge(
  charge: Charge,
  named: readonly (Seen | undefined)[],
  { input, memory }: { readonly input: ClearingInput; readonly memory: Memory },
): Omit<Judged, 'seen'> {
  const id = chargeId(charge)
  const standing = charge.corrects === 0 ? ({ kind: 'first' } as const) : standingOf(charge, memory)
  const first = standing.kind === 'settled' ? standing.first : id
  const verdict =
    standing.kind === 'refused' && !charge.test
      ? standing.verdict
      : judge(charge, named, { input, memory, first })
  if (verdict !== 'normal') return { cleared: { id, charge, verdict, fee: null }, first }
  const fee = feeOf(input.fees, {
    mode: charge.mode,
    acquirer: charge.operator,
    issuer: charge.issuer,
    day: charge.tapDay,
    amountFen: charge.amountFen,
  })
  if (fee === undefined) return { cleared: { id, charge, verdict: 'fee.none', fee: null }, first }
  const reversal = standing.kind === 'settled' ? { reverses: standing.reverses } : {}
  const cleared = withParts({ id, charge, verdict, fee, ...reversal }, input.acceptance)
  return { cleared, first }
}

/** Kinds of taps that back a charge: what moves money, but for loads, which are orders of their own. */
const CHARGED_KINDS: ReadonlySet<TapKind> = new Set(
  [...MONEY_KINDS].filter((kind) => kind !== 'load'),
)

interface Memory extends ChargeMemory {
  readonly settled: ReadonlyMap<string, { readonly charge: string; readonly hash: string }>
  readonly serials: ReadonlyMap<string, string>
}

function judge(
  charge: Charge,
  named: readonly (Seen | undefined)[],
  {
    input,
    memory,
    first,
  }: { readonly input: ClearingInput; readonly memory: Memory; readonly first: string },
): Verdict {
  if (charge.test) return 'test'
  if (!input.issuers.has(charge.issuer)) return 'issuer.unknown'
  if (!isOpen(acceptanceOf(input.acceptance, charge, charge.endAt))) {
    return 'acceptance.none'
  }
  if (charge.tapDay < input.oldestDay) return 'tap.overdue'
  for (const [index, seen] of named.entries()) {
    const asked = charge.taps[index] as ChargeTap
    if (seen === undefined) {
      return input.unreadable?.has(deliveryId(asked)) ? 'tap.unreadable' : 'tap.missing'
    }
    const { amountFen } = asked
    const verdict = judgeTap(charge, amountFen, seen, { memory, first })
    if (verdict !== 'normal') return verdict
    const twice = named.slice(0, index).find((one) => one?.identity === seen.identity)
    if (twice !== undefined) return twice.hash === seen.hash ? 'tap.charged' : 'tap.conflict'
  }
  return 'normal'
}

function judgeTap(
  charge: Charge,
  amountFen: Fen,
  seen: Seen,
  { memory, first }: { readonly memory: Memory; readonly first: string },
): Verdict {
  const { tap, identity, serial } = seen
  const ofOwner =
    tap.issuer === charge.issuer && tap.account === charge.account && tap.medium === charge.medium
  if (!ofOwner) return 'tap.foreign'
  if (isTest(tap)) return 'test'
  const own =
    CHARGED_KINDS.has(tap.kind) &&
    tap.operator === charge.operator &&
    tap.mode === charge.mode &&
    tap.amountFen === amountFen &&
    // A charge of an earlier day would settle a second time what its own day settles.
    businessDay(tap.at) <= charge.tapDay
  if (!own) return 'tap.foreign'
  if (serial !== undefined && memory.serials.get(serial) !== identity) return 'tap.conflict'
  const before = memory.settled.get(identity)
  // What settled under the journey itself was proved then; only the new amount is another one.
  const proved = before?.charge === first && before.hash === seen.hash
  if (!proved) {
    if (seen.evidence !== 'normal') return seen.evidence
    if (before !== undefined) return before.hash === seen.hash ? 'tap.charged' : 'tap.conflict'
    if (seen.denied) return 'deny.listed'
  }
  if (seen.capFen !== null && charge.amountFen > seen.capFen) return 'code.over-cap'
  return 'normal'
}

/** Place of a card debit in its terminal: the second unique name of a card tap (map, decision 3). */
export function serialKey(tap: Tap): string | undefined {
  return tap.medium === 'card'
    ? `${tap.issuer}/${tap.account}/${tap.terminal}/${tap.serial}`
    : undefined
}

/**
 * The one identity that each terminal serial stands for: the one known before, else the one whose
 * evidence verifies. The TAC does not cover the purse counter, so a good TAC under another counter
 * shows up here as a second identity of the same serial.
 */
function trueSerials(
  known: ReadonlyMap<string, string>,
  taps: ReadonlyMap<string, Seen>,
): ReadonlyMap<string, string> {
  const first = new Map<string, { readonly delivery: string; readonly seen: Seen }>()
  for (const [delivery, seen] of taps) {
    if (seen.serial === undefined) continue
    const other = first.get(seen.serial)
    if (
      other === undefined ||
      truer(seen, other.seen) ||
      (!truer(other.seen, seen) && delivery < other.delivery)
    ) {
      first.set(seen.serial, { delivery, seen })
    }
  }
  const serials = new Map(known)
  for (const [serial, { seen }] of first) {
    if (!serials.has(serial)) serials.set(serial, seen.identity)
  }
  return serials
}

/** Whether the evidence of the one verifies and that of the other does not. */
function truer(one: Seen, other: Seen): boolean {
  return one.evidence === 'normal' && other.evidence !== 'normal'
}

function closingState(
  judged: readonly Judged[],
  before: ClearingInput['settled'],
): Cleared['closing'] {
  const settled = new Map<string, { charge: string; hash: string }>()
  const serials = new Map<string, string>()
  const cards = new Map<string, CardState>()
  const corrections = new Map<string, SettledCorrection>()
  for (const { cleared, seen, first } of judged) {
    if (cleared.verdict !== 'normal') continue
    const { id, reverses } = cleared
    if (reverses !== undefined) corrections.set(id, { corrects: reverses.charge, first })
    for (const { tap, hash, identity, serial } of seen) {
      // A tap stays settled on the day of its first charge: a later day adds the new taps alone.
      if (!before.has(identity)) settled.set(identity, { charge: first, hash })
      if (serial === undefined) continue
      serials.set(serial, identity)
      const card = `${tap.issuer}/${tap.account}`
      const known = cards.get(card)
      if (known === undefined || tap.counter > known.counter) {
        cards.set(card, { counter: tap.counter, balanceFen: tap.balanceFen })
      }
    }
  }
  return { settled, serials, cards, corrections }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
