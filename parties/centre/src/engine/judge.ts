import { deliveryId, MEDIA, MONEY_KINDS, TAP_KINDS } from '@unifare/tap'
import type { FeeRow } from '../fees.ts'
import { UNREADABLE, type WasDelivered } from './delivered.ts'
import type { Lanes } from './lanes.ts'
import {
  CHARGE_LINE,
  chargeModeAt,
  compareDeliveries,
  instantAt,
  isTestAt,
  mediumAt,
  NAMED_LINE,
  namedAt,
  TAP_LINE,
  tapKindAt,
  tapModeAt,
} from './lines.ts'
import type { MemberMoney } from './member-money.ts'
import { moneyOf } from './member-sums.ts'
import { wordOf } from './packed.ts'
import { deliveryAt, type Past, type PastRow, type RiddenCards } from './past.ts'
import { type EvidenceColumns, NO_CAP } from './shard-evidence.ts'
import type { ShardLists } from './shard-lists.ts'
import { type AccountCharges, accountCharges, FIRST, type Standing } from './standing.ts'
import { VERDICT_NUMBERS as V } from './verdict-rows.ts'

/** Versions of the deny list in which a medium stood: from the first to before the second, 0 for ever. */
export interface DenySpan {
  readonly version: number
  readonly until: number
}

/** Everything that one account's charges are judged by. */
export interface Bench {
  readonly shard: ShardLists
  readonly evidence: EvidenceColumns
  /** 1 for taps whose terminal serial stands for another identity. */
  readonly conflicts: Uint8Array
  readonly lanes: Lanes
  readonly fees: readonly FeeRow[]
  readonly members: MemberMoney
  readonly past: Past
  readonly cards: RiddenCards
  /** Deny entries by number of the account. */
  readonly denied: ReadonlyMap<number, readonly DenySpan[]>
  /** Taps before this day are overdue: 8 BCD digits as a word. */
  readonly oldestDay: number
  /** Whether a delivery came at all: then it cannot be read, or is of another medium. */
  readonly wasDelivered: WasDelivered
  /** First instant behind a business day, by its BCD word. */
  readonly endOf: (day: number) => number
}

/** Verdict and fee row of a charge. */
export interface Judgement {
  verdict: number
  /** -1 where nothing settles. */
  feeRow: number
  /** What a correction takes back. */
  takenBackFen: number
}

/** Kinds of taps that back a charge: what moves money, but for loads, which are orders of their own. */
export const CHARGED_KINDS: Uint8Array = kindSet()

function kindSet(): Uint8Array {
  const set = new Uint8Array(256)
  for (const kind of MONEY_KINDS) if (kind !== 'load') set[TAP_KINDS[kind]] = 1
  return set
}

/** What settled today of the account at hand, by counter. */
interface Today {
  settled(counter: number): number
  add(counter: number, row: number): void
  clear(): void
}

/** Judges shard after shard: the charges of one account after the other, each in their order. */
export interface Judge {
  /** Opens a shard. */
  begin(bench: Bench): void
  nextAccount(number: number): void
  /** The judgement of a charge: until the next one is asked for. */
  judgeCharge(charge: number): Judgement
}

/** Opens a judge, once for all shards: what is opened for each is compiled anew for each. */
export function createJudge(): Judge {
  let bench: Bench
  let evidence: EvidenceColumns
  let lanes: Lanes
  let charges: ShardLists['charges']
  let taps: ShardLists['taps']
  /** Lines of charges, and those of taps. */
  let lines: Uint32Array
  let rides: Uint32Array
  const today = createToday()
  const judgement: Judgement = { verdict: 0, feeRow: -1, takenBackFen: 0 }
  let account = -1
  /** Number of the account's issuer. */
  let issuer = -1
  let denied: readonly DenySpan[] | undefined
  /** Of an account that has corrections: its charges, and the names that today's taps settled under. */
  let history: AccountCharges | undefined
  const settledUnder = new Map<number, string>()

  function judgeCharge(charge: number): Judgement {
    const at = charges.places[charge]!
    const operator = lines[at + CHARGE_LINE.operator]!
    const lane = lanes.lane(operator, chargeModeAt(lines, at), mediumAt(lines, at))
    const journeys = history
    const standing = journeys?.standing(lines, at) ?? FIRST
    judgement.feeRow = -1
    judgement.takenBackFen = 0
    judgement.verdict = isTestAt(lines, at)
      ? V.test
      : standing.kind === 'refused'
        ? standing.verdict
        : judgeAdmission(lane, at)
    if (judgement.verdict === V.normal) {
      judgement.verdict =
        standing.kind === 'settled'
          ? judgeCorrectedTaps(charge, at, standing.first)
          : judgeTaps(charge, at)
    }
    if (judgement.verdict === V.normal) settle(charge, lane, standing)
    if (journeys !== undefined) note(journeys, charge, standing)
    return judgement
  }

  /** What is asked before any tap is looked at: members, acceptance, deadline. */
  function judgeAdmission(lane: number, at: number): number {
    if (issuer === -1) return V['issuer.unknown']
    if (!lanes.opensAt(lane, issuer, instantAt(lines, at))) return V['acceptance.none']
    return lines[at + CHARGE_LINE.tapDay]! < bench.oldestDay ? V['tap.overdue'] : V.normal
  }

  function settle(charge: number, lane: number, standing: Standing): void {
    const at = charges.places[charge]!
    const feeRow = lanes.feeRowOn(lane, issuer, lines[at + CHARGE_LINE.tapDay]!)
    if (feeRow === -1) {
      judgement.verdict = V['fee.none']
      return
    }
    judgement.feeRow = feeRow
    const { members } = bench
    const isShared =
      members.areNeeded && members.settle(lines, at, { row: bench.fees[feeRow]!, standing })
    if (!isShared) lanes.settle(lane, issuer, feeRow, lines[at + CHARGE_LINE.amountFen]!)
    if (standing.kind === 'settled') {
      if (!isShared) lanes.takeBack(lane, issuer, standing.money)
      judgement.takenBackFen = standing.money.amountFen
    }
    remember(charge)
  }

  /** Tells the account's corrections of a charge, and under which name its taps are settled. */
  function note(journeys: AccountCharges, charge: number, standing: Standing): void {
    const at = charges.places[charge]!
    const { verdict, feeRow } = judgement
    const fee = bench.fees[feeRow]
    const money = fee === undefined ? null : moneyOf(lines[at + CHARGE_LINE.amountFen]!, fee)
    journeys.add(lines, at, { verdict, money, standing })
    if (verdict !== V.normal) return
    const first = journeys.firstOf(lines, at, standing)
    for (let i = charges.starts[charge]!; i < charges.starts[charge + 1]!; i++) {
      const tap = charges.taps[i]!
      if (tap !== -1) settledUnder.set(counterOf(tap), first)
    }
  }

  /**
   * Taps of a correction: those that settled under its own journey were proved then, on whatever
   * day; the others are judged like any tap. The limit of the code holds for the new amount.
   */
  function judgeCorrectedTaps(charge: number, at: number, first: string): number {
    const amountFen = lines[at + CHARGE_LINE.amountFen]!
    const counters = new Map<number, string>()
    let named = namedAt(at, 0)
    for (let i = charges.starts[charge]!; i < charges.starts[charge + 1]!; i++) {
      const tap = charges.taps[i]!
      const old = tap === -1 ? bench.past.delivered(account, lines, named) : undefined
      if (tap === -1 && old === undefined) return judgeMissing(at, named)
      const verdict =
        old === undefined ? judgeNewTap(at, named, tap, first) : judgeOldTap(at, named, old, first)
      if (verdict !== V.normal) return verdict
      const capFen = old === undefined ? evidence.capsFen[tap]! : old.balanceFen || NO_CAP
      if (amountFen > capFen) return V['code.over-cap']
      const delivery = deliveryAt(lines, named)
      const counter = old === undefined ? counterOf(tap) : old.counter
      const twice = counters.get(counter)
      if (twice !== undefined) return twice === delivery ? V['tap.charged'] : V['tap.conflict']
      counters.set(counter, delivery)
      named += NAMED_LINE.words
    }
    return V.normal
  }

  /** A tap that an earlier day settled and that did not come again: its row speaks for it. */
  function judgeOldTap(at: number, named: number, old: PastRow, first: string): number {
    if (!isOwnRow(at, named, old)) return V['tap.foreign']
    return history?.firstOfRow(old) === first ? V.normal : V['tap.charged']
  }

  function judgeNewTap(at: number, named: number, tap: number, first: string): number {
    const place = taps.places[tap]!
    const before = settledBefore(tap)
    const counter = counterOf(tap)
    const old = bench.past.settled(account, counter)
    const under = old === undefined ? settledUnder.get(counter) : history?.firstOfRow(old)
    if (before === 1 && under === first) {
      return isTestAt(rides, place) ? V.test : isOwn(at, named, place) ? V.normal : V['tap.foreign']
    }
    return judgeTap(at, named, tap)
  }

  function judgeTaps(charge: number, at: number): number {
    const first = charges.starts[charge]!
    let named = namedAt(at, 0)
    for (let i = first; i < charges.starts[charge + 1]!; i++) {
      const tap = charges.taps[i]!
      const verdict = tap === -1 ? judgeMissing(at, named) : judgeTap(at, named, tap)
      if (verdict !== V.normal) return verdict
      const counter = counterOf(tap)
      for (let j = first; j < i; j++) {
        if (counterOf(charges.taps[j]!) !== counter) continue
        return charges.taps[j] === tap ? V['tap.charged'] : V['tap.conflict']
      }
      named += NAMED_LINE.words
    }
    return V.normal
  }

  function judgeMissing(at: number, named: number): number {
    const old = bench.past.delivered(account, lines, named)
    if (old !== undefined) return isOwnRow(at, named, old) ? V['tap.charged'] : V['tap.foreign']
    const high = lines[named + NAMED_LINE.terminalHigh]! >>> 16
    const low = lines[named + NAMED_LINE.terminalLow]!
    const sequence = lines[named + NAMED_LINE.sequence]!
    if (!bench.wasDelivered(high, low, sequence)) return V['tap.missing']
    const isUnreadable = bench.wasDelivered(high + UNREADABLE, low, sequence)
    return isUnreadable ? V['tap.unreadable'] : V['tap.foreign']
  }

  /** What `isOwn` asks of a tap, of the row under which an earlier day settled it. */
  function isOwnRow(at: number, named: number, old: PastRow): boolean {
    return (
      wordOf(old.operator) === lines[at + CHARGE_LINE.operator]! &&
      old.mode === chargeModeAt(lines, at) &&
      (old.medium === MEDIA.code ? 0 : old.amountFen) === lines[named + NAMED_LINE.amountFen]! &&
      old.at < bench.endOf(lines[at + CHARGE_LINE.tapDay]!)
    )
  }

  function judgeTap(at: number, named: number, tap: number): number {
    const place = taps.places[tap]!
    if (isTestAt(rides, place)) return V.test
    if (!isOwn(at, named, place)) return V['tap.foreign']
    if (bench.conflicts[tap] === 1) return V['tap.conflict']
    const verdict = evidence.verdicts[tap]!
    if (verdict !== V.normal) return verdict
    const before = settledBefore(tap)
    if (before !== 0) return before === 1 ? V['tap.charged'] : V['tap.conflict']
    if (denied !== undefined && isDenied(denied, rides[place + TAP_LINE.held]!)) {
      return V['deny.listed']
    }
    return lines[at + CHARGE_LINE.amountFen]! > evidence.capsFen[tap]!
      ? V['code.over-cap']
      : V.normal
  }

  /** The tap says what the charge says: where, how much, and not after its day; who, it does. */
  function isOwn(at: number, named: number, place: number): boolean {
    return (
      CHARGED_KINDS[tapKindAt(rides, place)] === 1 &&
      rides[place + TAP_LINE.operator] === lines[at + CHARGE_LINE.operator] &&
      tapModeAt(rides, place) === chargeModeAt(lines, at) &&
      rides[place + TAP_LINE.amountFen] === lines[named + NAMED_LINE.amountFen] &&
      instantAt(rides, place) < bench.endOf(lines[at + CHARGE_LINE.tapDay]!)
    )
  }

  function settledBefore(tap: number): 0 | 1 | 2 {
    const other = today.settled(counterOf(tap))
    if (other !== -1) {
      const same = compareDeliveries(rides, taps.places[other]!, rides, taps.places[tap]!) === 0
      return same ? 1 : 2
    }
    const old = bench.past.settled(account, counterOf(tap))
    if (old === undefined) return 0
    const delivery = deliveryAt(rides, taps.places[tap]!)
    return deliveryId(old) === delivery ? 1 : 2
  }

  function remember(charge: number): void {
    for (let i = charges.starts[charge]!; i < charges.starts[charge + 1]!; i++) {
      const tap = charges.taps[i]!
      // One that an earlier day settled, of a correction.
      if (tap === -1) continue
      const place = taps.places[tap]!
      const counter = counterOf(tap)
      today.add(counter, tap)
      if (mediumAt(rides, place) !== MEDIA.card) continue
      bench.cards.ride(rides, place)
    }
  }

  function counterOf(tap: number): number {
    return rides[taps.places[tap]! + TAP_LINE.counter]!
  }

  return {
    judgeCharge,
    begin(own) {
      bench = own
      evidence = own.evidence
      lanes = own.lanes
      charges = own.shard.charges
      taps = own.shard.taps
      lines = charges.lines
      rides = taps.lines
    },
    nextAccount(number: number): void {
      account = number
      denied = bench.denied.size === 0 ? undefined : bench.denied.get(number)
      today.clear()
      if (history !== undefined) settledUnder.clear()
      const { starts } = bench.shard.accounts
      issuer = lanes.issuer(lines[charges.places[starts[number]!]! + CHARGE_LINE.issuer]!)
      // Corrections stand behind all other charges of their account.
      const last = charges.places[starts[number + 1]! - 1]!
      const hasCorrections = lines[last + CHARGE_LINE.corrects] !== 0
      history = hasCorrections ? accountCharges(bench.past.rows(number)) : undefined
    },
  }
}

function isDenied(spans: readonly DenySpan[], held: number): boolean {
  return spans.some(({ version, until }) => held >= version && (until === 0 || held < until))
}

const FEW = 12

/** A few entries are searched, many are mapped: most accounts have two or three a day. */
function createToday(): Today {
  const counters = new Float64Array(FEW)
  const rows = new Int32Array(FEW)
  const more = new Map<number, number>()
  let count = 0
  return {
    settled(counter) {
      for (let i = 0; i < count; i++) if (counters[i] === counter) return rows[i]!
      return count < FEW ? -1 : (more.get(counter) ?? -1)
    },
    add(counter, row) {
      if (count === FEW) {
        more.set(counter, row)
        return
      }
      counters[count] = counter
      rows[count++] = row
    },
    clear() {
      if (count === FEW) more.clear()
      count = 0
    },
  }
}
