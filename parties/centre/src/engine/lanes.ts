import { type AcceptanceContent, type AcceptanceRow, acceptanceRows, isOpen } from '@unifare/bundle'
import { assert } from '@unifare/core'
import { MEDIA, MODES, type Mode } from '@unifare/tap'
import { type FeeRow, feeRowOf } from '../fees.ts'

const WHOLE = 1_000_000
/** Sums move into whole numbers without bound before they could lose a unit. */
const SAFE = 2 ** 52

/** Money of one operator, issuer and fee row: exact, micro-fen but for the amount. */
export interface LaneSum {
  readonly operator: string
  readonly issuer: string
  readonly amountFen: bigint
  readonly feeMicro: bigint
  readonly acquirerMicro: bigint
  readonly issuerMicro: bigint
  readonly charges: number
}

/** What is the same for all rides of an operator, issuer, mode and medium. */
export interface Lane {
  readonly issuerKnown: boolean
  /** Whether the medium was accepted at an instant. */
  opensAt(at: number): boolean
  /** Place of the fee row for rides of a day (8 BCD digits as a word), -1 for none. */
  feeRowOn(day: number): number
  /** Counts a charge that settles, or takes one back with `sign` −1. */
  settle(feeRow: number, amountFen: number, sign: 1 | -1): void
}

/** The lanes of a shard. */
export interface Lanes {
  /** The lane of the operator and issuer whose 4 bytes are these words. */
  lane(operator: number, issuer: number, mode: number, medium: number): Lane
  sums(): LaneSum[]
}

/** Rules of a day as lanes need them. */
export interface LaneRules {
  readonly issuers: ReadonlySet<string>
  readonly acceptance: AcceptanceContent
  readonly fees: readonly FeeRow[]
}

/** Opens the lanes of a day's rules; none has money yet. */
export function createLanes(rules: LaneRules): Lanes {
  const modes = new Map(Object.entries(MODES).map(([name, code]) => [code as number, name as Mode]))
  const byOperator = new Map<number, Map<number, OpenLane>>()
  const all: OpenLane[] = []

  function lane(operator: number, issuer: number, mode: number, medium: number): Lane {
    let lanes = byOperator.get(operator)
    if (lanes === undefined) byOperator.set(operator, (lanes = new Map()))
    // Issuer, mode and medium in one number: 32, 8 and 8 bits.
    const key = issuer * 0x1_0000 + mode * 0x100 + medium
    const known = lanes.get(key)
    if (known !== undefined) return known
    const name = modes.get(mode)
    assert(name !== undefined, `no mode has the number ${mode}`)
    const place = { operator: digits(operator), issuer: digits(issuer), mode: name }
    const kind = medium === MEDIA.card ? 'card' : 'code'
    const opened = openLane(
      rules,
      place,
      acceptanceRows(rules.acceptance, { ...place, medium: kind }),
    )
    lanes.set(key, opened)
    all.push(opened)
    return opened
  }

  return { lane, sums: () => all.flatMap((one) => one.sums()) }
}

interface OpenLane extends Lane {
  sums(): LaneSum[]
}

function openLane(
  { issuers, fees }: LaneRules,
  place: { readonly operator: string; readonly issuer: string; readonly mode: Mode },
  acceptance: readonly AcceptanceRow[],
): OpenLane {
  const { operator, issuer, mode } = place
  const feeRows = new Map<number, number>()
  const sums = new Map<number, Sum>()
  return {
    issuerKnown: issuers.has(issuer),
    opensAt: (at) => isOpen(acceptance.findLast(({ from }) => from <= at)),
    feeRowOn(day) {
      const known = feeRows.get(day)
      if (known !== undefined) return known
      const row = feeRowOf(fees, { mode, acquirer: operator, issuer, day: dayOf(day) })
      const found = row === undefined ? -1 : fees.indexOf(row)
      feeRows.set(day, found)
      return found
    },
    settle(feeRow, amountFen, sign) {
      let sum = sums.get(feeRow)
      if (sum === undefined) sums.set(feeRow, (sum = createSum(fees[feeRow] as FeeRow)))
      sum.add(amountFen, sign)
    },
    sums: () => [...sums.values()].map((sum) => ({ operator, issuer, ...sum.total() })),
  }
}

interface Sum {
  add(amountFen: number, sign: 1 | -1): void
  total(): Omit<LaneSum, 'operator' | 'issuer'>
}

/** Sums of one fee row. All parts are exact: `fen × ppm` of a 32-bit amount is below 2^53. */
function createSum({ ratePpm, acquirerSharePpm, issuerSharePpm }: FeeRow): Sum {
  const flushed = [0n, 0n, 0n, 0n] as [bigint, bigint, bigint, bigint]
  let [amounts, fees, acquirers, issuers, charges] = [0, 0, 0, 0, 0]
  const flush = () => {
    flushed[0] += BigInt(amounts)
    flushed[1] += BigInt(fees)
    flushed[2] += BigInt(acquirers)
    flushed[3] += BigInt(issuers)
    amounts = fees = acquirers = issuers = 0
  }
  return {
    add(amountFen, sign) {
      const feeMicro = amountFen * ratePpm
      amounts += sign * amountFen
      fees += sign * feeMicro
      acquirers += sign * shareOf(feeMicro, acquirerSharePpm)
      issuers += sign * shareOf(feeMicro, issuerSharePpm)
      charges += sign
      if (Math.abs(fees) > SAFE || Math.abs(amounts) > SAFE) flush()
    },
    total() {
      flush()
      const [amountFen, feeMicro, acquirerMicro, issuerMicro] = flushed
      return { amountFen, feeMicro, acquirerMicro, issuerMicro, charges }
    },
  }
}

/** `⌊fee × share / 10⁶⌋`, exact although the product may not fit: in two steps that do. */
function shareOf(feeMicro: number, sharePpm: number): number {
  const rest = feeMicro % WHOLE
  return ((feeMicro - rest) / WHOLE) * sharePpm + Math.floor((rest * sharePpm) / WHOLE)
}

/** The 8 digits of a BCD word. */
function digits(word: number): string {
  return word.toString(16).padStart(8, '0')
}

/** `YYYY-MM-DD` of a BCD word. */
function dayOf(word: number): string {
  const text = digits(word)
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
}
