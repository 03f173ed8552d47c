import {
  canonicalJson,
  concat,
  type Day,
  type Fen,
  fromHex,
  roundMicroFen,
  toHex,
  utf8,
} from '@unifare/core'
import type { Entry } from '@unifare/ledger'
import {
  type Charge,
  chargeId,
  deliveryId,
  isTest,
  MONEY_KINDS,
  mediumId,
  type Tap,
  type TapKind,
} from '@unifare/tap'
import { dayEntries } from './books.ts'
import { type Fee, type FeeRow, feeOf } from './fees.ts'
import { leafHash, merkleRoot } from './merkle.ts'
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
  /** Taps of the charges by delivery; absent where none was delivered. */
  readonly taps: ReadonlyMap<string, CheckedTap>
  /** Settled before, by medium identity: name of the charge and hash of the record. */
  readonly settled: ReadonlyMap<string, { readonly charge: string; readonly hash: string }>
  /** Identities seen before, by card, terminal and terminal serial. */
  readonly serials: ReadonlyMap<string, string>
  readonly fees: readonly FeeRow[]
  readonly issuers: ReadonlySet<string>
  /** `operator/issuer/medium` of every acceptance in force or ended after the tap. */
  readonly acceptance: ReadonlySet<string>
  /** Taps before this day are overdue. */
  readonly oldestDay: Day
}

/** Verdict of one charge, with its fees when it settles. */
export interface ClearedCharge {
  readonly id: string
  readonly charge: Charge
  readonly verdict: Verdict
  readonly fee: Fee | null
}

/** What a member receives and pays for the day, rounded once. */
export interface Position {
  readonly id: string
  readonly receivableFen: Fen
  readonly payableFen: Fen
  readonly netFen: Fen
}

export interface Cleared {
  readonly day: Day
  readonly charges: readonly ClearedCharge[]
  readonly positions: readonly Position[]
  /** Sum of the charges that settle. */
  readonly settledFen: Fen
  readonly entries: readonly Entry[]
  /** What the day adds to the closing state: `settled` and `serials` of all later days, and the last state seen of every card that rode. */
  readonly closing: {
    readonly settled: ReadonlyMap<string, { readonly charge: string; readonly hash: string }>
    readonly serials: ReadonlyMap<string, string>
    readonly cards: ReadonlyMap<string, CardState>
  }
  /** Lines under the root, in their order: verdicts, positions, closing state. */
  readonly leaves: readonly Uint8Array[]
  readonly root: string
}

/**
 * Clears a business day. A pure function: the same input gives the same bytes, whatever the order
 * in which charges and taps came in. Checks `A − F + a`, `A − i` and `c` on the whole window.
 */
export function clearDay(input: ClearingInput): Cleared {
  const charges = judgeAll(input)
  const normal = charges.filter(({ verdict }) => verdict === 'normal')
  const money = positionsOf(normal, input.centre)
  const closing = closingState(normal, input)
  const entries = dayEntries(input.day, charges, money)
  const leaves = [
    ...charges.map(({ id, charge, verdict, fee }) => ({
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
    })),
    ...money.positions.map((position) => ({ position })),
    ...[...closing.cards]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([card, state]) => ({ card, ...state })),
  ].map((line) => utf8(canonicalJson(line)))
  return {
    day: input.day,
    charges,
    positions: money.positions,
    settledFen: normal.reduce((sum, { charge }) => sum + charge.amountFen, 0),
    entries,
    closing,
    leaves,
    root: dayRoot(input.previousRoot, input.day, leaves),
  }
}

/** Root of a day: Merkle root of its lines, chained to the day and the root before. */
export function dayRoot(previousRoot: string, day: Day, leaves: readonly Uint8Array[]): string {
  return toHex(leafHash(concat(fromHex(previousRoot), utf8(day), merkleRoot(leaves.map(leafHash)))))
}

function judgeAll(input: ClearingInput): ClearedCharge[] {
  const ordered = input.charges.toSorted(
    (a, b) => a.endAt - b.endAt || compare(a.operator, b.operator) || a.number - b.number,
  )
  const memory = { settled: new Map(input.settled), serials: trueSerials(input) }
  return ordered.map((charge) => {
    const id = chargeId(charge)
    const verdict = judge(charge, input, memory)
    if (verdict !== 'normal') return { id, charge, verdict, fee: null }
    const fee = feeOf(input.fees, {
      mode: charge.mode,
      acquirer: charge.operator,
      issuer: charge.issuer,
      day: charge.tapDay,
      amountFen: charge.amountFen,
    })
    if (fee === undefined) return { id, charge, verdict: 'fee.none', fee: null }
    for (const { tap, hash } of tapsOf(charge, input)) {
      memory.settled.set(mediumId(tap), { charge: id, hash })
    }
    return { id, charge, verdict, fee }
  })
}

/** Kinds of taps that back a charge: what moves money, but for loads, which are orders of their own. */
const CHARGED_KINDS: ReadonlySet<TapKind> = new Set(
  [...MONEY_KINDS].filter((kind) => kind !== 'load'),
)

interface Memory {
  readonly settled: Map<string, { readonly charge: string; readonly hash: string }>
  readonly serials: ReadonlyMap<string, string>
}

function judge(charge: Charge, input: ClearingInput, memory: Memory): Verdict {
  if (charge.test) return 'test'
  if (!input.issuers.has(charge.issuer)) return 'issuer.unknown'
  if (!input.acceptance.has(`${charge.operator}/${charge.issuer}/${charge.medium}`)) {
    return 'acceptance.none'
  }
  if (charge.tapDay < input.oldestDay) return 'tap.overdue'
  /** Taps of this very charge: it may name none twice. */
  const named = new Map<string, { readonly hash: string }>()
  for (const { terminal, sequence, amountFen } of charge.taps) {
    const checked = input.taps.get(deliveryId({ terminal, sequence }))
    if (checked === undefined) return 'tap.missing'
    const verdict = judgeTap(charge, amountFen, checked, { ...memory, named })
    if (verdict !== 'normal') return verdict
    named.set(mediumId(checked.tap), checked)
  }
  return 'normal'
}

function judgeTap(
  charge: Charge,
  amountFen: Fen,
  checked: CheckedTap,
  memory: Memory & { readonly named: ReadonlyMap<string, { readonly hash: string }> },
): Verdict {
  const { tap } = checked
  if (isTest(tap)) return 'test'
  const own =
    CHARGED_KINDS.has(tap.kind) &&
    tap.operator === charge.operator &&
    tap.issuer === charge.issuer &&
    tap.account === charge.account &&
    tap.medium === charge.medium &&
    tap.amountFen === amountFen
  if (!own) return 'tap.foreign'
  const identity = mediumId(tap)
  const serial = serialKey(tap)
  if (serial !== undefined && memory.serials.get(serial) !== identity) return 'tap.conflict'
  if (checked.evidence !== 'normal') return checked.evidence
  const before = memory.settled.get(identity) ?? memory.named.get(identity)
  if (before !== undefined) return before.hash === checked.hash ? 'tap.charged' : 'tap.conflict'
  if (checked.denied) return 'deny.listed'
  if (checked.capFen !== null && charge.amountFen > checked.capFen) return 'code.over-cap'
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
function trueSerials(input: ClearingInput): Map<string, string> {
  const serials = new Map(input.serials)
  const ordered = [...input.taps].sort(([a], [b]) => compare(a, b))
  for (const wanted of [true, false]) {
    for (const [, { tap, evidence }] of ordered) {
      const serial = serialKey(tap)
      if (serial === undefined || (evidence === 'normal') !== wanted) continue
      if (!serials.has(serial)) serials.set(serial, mediumId(tap))
    }
  }
  return serials
}

function tapsOf(charge: Charge, input: ClearingInput): CheckedTap[] {
  return charge.taps.flatMap((named) => input.taps.get(deliveryId(named)) ?? [])
}

/** The day's money: positions of all members, the centre a member like the others. */
export interface Money {
  readonly centre: string
  readonly positions: readonly Position[]
  /** The centre's fees, rounded once. */
  readonly feeFen: Fen
  /** What rounding every member once left over; the centre keeps it in an account of its own. */
  readonly residueFen: Fen
}

function positionsOf(normal: readonly ClearedCharge[], centre: string): Money {
  const receivable = new Map<string, bigint>()
  const payable = new Map<string, bigint>()
  let centreMicro = 0n
  for (const { charge, fee } of normal) {
    if (fee === null) continue
    const amount = BigInt(charge.amountFen) * 1_000_000n
    add(receivable, charge.operator, amount - fee.feeMicro + fee.acquirerMicro)
    add(payable, charge.issuer, amount - fee.issuerMicro)
    centreMicro += fee.centreMicro
  }
  const exact = total(payable) - total(receivable)
  if (exact !== centreMicro) {
    throw new TypeError(`invariant broken: (A − i) − (A − F + a) is ${exact}, c is ${centreMicro}`)
  }
  const ids = [...new Set([...receivable.keys(), ...payable.keys()])].sort()
  const members = ids.map((id) => {
    const receivableFen = roundMicroFen(receivable.get(id) ?? 0n)
    const payableFen = roundMicroFen(payable.get(id) ?? 0n)
    return { id, receivableFen, payableFen, netFen: receivableFen - payableFen }
  })
  const netFen = members.reduce((rest, member) => rest - member.netFen, 0)
  const own = {
    id: centre,
    receivableFen: Math.max(netFen, 0),
    payableFen: Math.max(-netFen, 0),
    netFen,
  }
  const feeFen = roundMicroFen(centreMicro)
  return {
    centre,
    positions: [...members, own].sort((a, b) => compare(a.id, b.id)),
    feeFen,
    residueFen: netFen - feeFen,
  }
}

function closingState(normal: readonly ClearedCharge[], input: ClearingInput): Cleared['closing'] {
  const settled = new Map<string, { charge: string; hash: string }>()
  const serials = new Map<string, string>()
  const cards = new Map<string, CardState>()
  for (const { id, charge } of normal) {
    for (const { tap, hash } of tapsOf(charge, input)) {
      settled.set(mediumId(tap), { charge: id, hash })
      const serial = serialKey(tap)
      if (serial === undefined) continue
      serials.set(serial, mediumId(tap))
      const card = `${tap.issuer}/${tap.account}`
      const before = cards.get(card)
      if (before === undefined || tap.counter > before.counter) {
        cards.set(card, { counter: tap.counter, balanceFen: tap.balanceFen })
      }
    }
  }
  return { settled, serials, cards }
}

function add(sums: Map<string, bigint>, key: string, value: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + value)
}

function total(sums: ReadonlyMap<string, bigint>): bigint {
  return [...sums.values()].reduce((sum, value) => sum + value, 0n)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
