import { concatAll } from '@unifare/core'
import type { Fee, FeeRow } from '../fees.ts'
import { type MemberPart, splitByMember } from '../rules/member-parts.ts'
import { CHARGE_LINE } from './lines.ts'
import { chargeName, type ShareBook } from './member-shares.ts'
import {
  type MemberSums,
  moneyOf,
  pushMoney,
  type SettledMoney,
  type SumLines,
  withLines,
} from './member-sums.ts'
import { digitsOf, wordOf } from './packed.ts'
import type { Standing } from './standing.ts'

/** Money of charges whose price several members share. */
export interface MemberMoney {
  /** False where no price of the shard names another member. */
  readonly areNeeded: boolean
  /**
   * Counts what the charge at a place of the lines brings its members; false where nobody but its
   * operator has a part in it, then it is counted in its lane.
   */
  settle(lines: Uint32Array, at: number, under: SettledUnder): boolean
  /** The lanes' sums with those of the members. */
  joinTo(sums: MemberSums): MemberSums
  /** Shares of the charges that settled, in the order of judgement. */
  settled(): Uint8Array
}

/** What a charge settles under. */
export interface SettledUnder {
  readonly row: FeeRow
  /** What it takes back, if it is a correction. */
  readonly standing: Standing
}

/** What a shard knows of shared prices. */
export interface SharedPrices {
  /** Of the charges of the day. */
  readonly today: ShareBook
  /** Of charges that earlier days settled. */
  readonly past: ShareBook
  /** Operators that the acceptance list of the day names: nobody else can have a part. */
  readonly operators: ReadonlySet<string>
}

/** Money of a shard in which no price names another member. */
export const NO_MEMBERS: MemberMoney = {
  areNeeded: false,
  settle: () => false,
  joinTo: (sums) => sums,
  settled: () => new Uint8Array(0),
}

/** Opens the money of a shard's shared prices. */
export function createMemberMoney({ today, past, operators }: SharedPrices): MemberMoney {
  const lines: SumLines = { operators: [], issuers: [] }
  const settled: Uint8Array[] = []

  function partsOf(operator: string, money: SettledMoney, name: string) {
    const { shares = [] } = today.get(name) ?? past.get(name) ?? {}
    const parts = shares.map(({ member, amountFen }) => ({ rule: `@${member}`, amountFen }))
    const whole = { operator, parts, amountFen: money.amountFen, fee: feeOfMoney(money) }
    return splitByMember(whole, operators)
  }

  function add(operator: number, issuer: number, part: MemberPart, sign: 1 | -1): void {
    const { feeMicro, acquirerMicro, issuerMicro } = part.fee
    const money = {
      amountFen: part.amountFen,
      feeMicro: Number(feeMicro),
      acquirerMicro: Number(acquirerMicro),
      issuerMicro: Number(issuerMicro),
    }
    pushMoney(lines, { operator, issuer }, money, sign)
  }

  return {
    areNeeded: true,
    settle(charges, at, { row, standing }) {
      const operator = charges[at + CHARGE_LINE.operator]!
      const name = chargeName(operator, charges[at + CHARGE_LINE.number]!)
      const own = today.get(name)
      if (own !== undefined) settled.push(own.bytes)
      const old = standing.kind === 'settled' ? standing : undefined
      const isOldShared = old !== undefined && (today.has(old.name) || past.has(old.name))
      if (own === undefined && !isOldShared) return false
      const digits = digitsOf(operator)
      const now = partsOf(digits, moneyOf(charges[at + CHARGE_LINE.amountFen]!, row), name)
      const was = old === undefined ? undefined : partsOf(digits, old.money, old.name)
      const issuer = charges[at + CHARGE_LINE.issuer]!
      for (const [member, part] of now) add(wordOf(member), issuer, part, 1)
      for (const [member, part] of was ?? []) add(wordOf(member), issuer, part, -1)
      return true
    },
    joinTo: (sums) => withLines(lines, sums),
    settled: () => concatAll(settled),
  }
}

function feeOfMoney({ feeMicro, acquirerMicro, issuerMicro }: SettledMoney): Fee {
  return {
    row: '',
    feeMicro: BigInt(feeMicro),
    acquirerMicro: BigInt(acquirerMicro),
    issuerMicro: BigInt(issuerMicro),
    centreMicro: BigInt(feeMicro - acquirerMicro - issuerMicro),
  }
}
