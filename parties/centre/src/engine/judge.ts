import { MEDIA, MONEY_KINDS, TAP_KINDS } from '@unifare/tap'
import { sameAccount } from './account-table.ts'
import { namedAt } from './charge-columns.ts'
import type { Gathered } from './gather.ts'
import type { Lanes } from './lanes.ts'
import { type Past, type RiddenCards, sameDelivery } from './past.ts'
import { CHARGE, HELD_BYTES, instantAt, NAMED, TAP } from './record-places.ts'
import type { EvidenceColumns } from './shard-evidence.ts'
import { VERDICT_NUMBERS as V } from './verdict-rows.ts'

/** Versions of the deny list in which a medium stood: from the first to before the second, 0 for ever. */
export interface DenySpan {
  readonly version: number
  readonly until: number
}

/** Everything that one account's charges are judged by. */
export interface Bench {
  readonly shard: Gathered
  readonly evidence: EvidenceColumns
  /** 1 for rows whose terminal serial stands for another identity. */
  readonly conflicts: Uint8Array
  readonly lanes: Lanes
  readonly past: Past
  readonly cards: RiddenCards
  /** Deny entries by number of the account. */
  readonly denied: ReadonlyMap<number, readonly DenySpan[]>
  /** Taps before this day are overdue: 8 BCD digits as a word. */
  readonly oldestDay: number
  /** Whether a delivery, 10 bytes at a place, came at all: then it names another medium. */
  readonly wasDelivered: (words: DataView, at: number) => boolean
  /** First instant behind a business day, by its BCD word. */
  readonly endOf: (day: number) => number
}

/** Verdict and fee row of a charge. */
export interface Judgement {
  verdict: number
  /** -1 where nothing settles. */
  feeRow: number
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

/** Judges the charges of one account after the other, each in their order; `nextAccount` first. */
export function createJudge(bench: Bench) {
  const { evidence, lanes, cards } = bench
  const { charges, taps } = bench.shard
  const { words } = charges
  const today = createToday()
  const judgement: Judgement = { verdict: 0, feeRow: -1 }
  let account = -1

  function judgeCharge(charge: number): Judgement {
    const at = charges.places[charge]!
    const medium = words.getUint8(at + CHARGE.medium)
    const lane = lanes.lane(
      words.getUint32(at + CHARGE.operator),
      words.getUint32(at + CHARGE.account),
      words.getUint8(at + CHARGE.mode),
      medium,
    )
    const tapDay = words.getUint32(at + CHARGE.tapDay)
    judgement.feeRow = -1
    judgement.verdict =
      (words.getUint8(at + CHARGE.flags) & 1) !== 0
        ? V.test
        : !lanes.isIssuerKnown(lane)
          ? V['issuer.unknown']
          : !lanes.opensAt(lane, instantAt(words, at + CHARGE.endAt))
            ? V['acceptance.none']
            : tapDay < bench.oldestDay
              ? V['tap.overdue']
              : judgeTaps(charge, at)
    if (judgement.verdict !== V.normal) return judgement
    const feeRow = lanes.feeRowOn(lane, tapDay)
    if (feeRow === -1) {
      judgement.verdict = V['fee.none']
      return judgement
    }
    judgement.feeRow = feeRow
    lanes.settle(lane, feeRow, words.getUint32(at + CHARGE.amountFen), 1)
    remember(charge)
    return judgement
  }

  function judgeTaps(charge: number, at: number): number {
    const first = charges.starts[charge]!
    let named = namedAt(words, at)
    for (let i = first; i < charges.starts[charge + 1]!; i++) {
      const tap = charges.taps[i]!
      const verdict = tap === -1 ? judgeMissing(named) : judgeTap(at, named, tap)
      if (verdict !== V.normal) return verdict
      const counter = counterOf(tap)
      for (let j = first; j < i; j++) {
        if (counterOf(charges.taps[j]!) !== counter) continue
        return charges.taps[j] === tap ? V['tap.charged'] : V['tap.conflict']
      }
      named += NAMED.bytes
    }
    return V.normal
  }

  function judgeMissing(named: number): number {
    const place = named + NAMED.terminal
    if (bench.past.delivered(account, words, place)) return V['tap.charged']
    return bench.wasDelivered(words, place) ? V['tap.foreign'] : V['tap.missing']
  }

  function judgeTap(at: number, named: number, tap: number): number {
    const record = taps.words
    const place = taps.places[tap]!
    if ((record.getUint8(place + TAP.flags) & 1) !== 0) return V.test
    if (!isOwn(at, named, place)) return V['tap.foreign']
    if (bench.conflicts[tap] === 1) return V['tap.conflict']
    const verdict = evidence.verdicts[tap]!
    if (verdict !== V.normal) return verdict
    const before = settledBefore(tap)
    if (before !== 0) return before === 1 ? V['tap.charged'] : V['tap.conflict']
    if (isDenied(record.getUint32(place - HELD_BYTES))) {
      return V['deny.listed']
    }
    const capFen = evidence.capsFen.get(tap)
    return capFen !== undefined && words.getUint32(at + CHARGE.amountFen) > capFen
      ? V['code.over-cap']
      : V.normal
  }

  /** The tap says what the charge says: who, with what, where, how much, and not after its day. */
  function isOwn(at: number, named: number, place: number): boolean {
    const record = taps.words
    return (
      CHARGED_KINDS[record.getUint8(place + TAP.kind)] === 1 &&
      record.getUint32(place + TAP.operator) === words.getUint32(at + CHARGE.operator) &&
      sameAccount(record, place + TAP.account, words, at + CHARGE.account) &&
      record.getUint8(place + TAP.medium) === words.getUint8(at + CHARGE.medium) &&
      record.getUint8(place + TAP.mode) === words.getUint8(at + CHARGE.mode) &&
      record.getUint32(place + TAP.amountFen) === words.getUint32(named + NAMED.amountFen) &&
      instantAt(record, place + TAP.at) < bench.endOf(words.getUint32(at + CHARGE.tapDay))
    )
  }

  function settledBefore(tap: number): 0 | 1 | 2 {
    const other = today.settled(counterOf(tap))
    if (other !== -1) {
      const [one, two] = [taps.places[other]! + TAP.terminal, taps.places[tap]! + TAP.terminal]
      return sameDelivery(taps.words, one, taps.words, two) ? 1 : 2
    }
    return bench.past.settled(account, {
      words: taps.words,
      at: taps.places[tap]!,
    })
  }

  function isDenied(held: number): boolean {
    const spans = bench.denied.get(account)
    if (spans === undefined) return false
    return spans.some(({ version, until }) => held >= version && (until === 0 || held < until))
  }

  function remember(charge: number): void {
    for (let i = charges.starts[charge]!; i < charges.starts[charge + 1]!; i++) {
      const tap = charges.taps[i]!
      const place = taps.places[tap]!
      const counter = counterOf(tap)
      today.add(counter, tap)
      if (taps.words.getUint8(place + TAP.medium) !== MEDIA.card) continue
      const balanceFen = taps.words.getUint32(place + TAP.balanceFen)
      cards.ride(taps.words, place + TAP.account, counter, balanceFen)
    }
  }

  function counterOf(tap: number): number {
    return taps.words.getUint32(taps.places[tap]! + TAP.counter)
  }

  return {
    judgeCharge,
    nextAccount(number: number): void {
      account = number
      today.clear()
    },
  }
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
