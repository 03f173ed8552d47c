import type { AcceptanceContent } from '@unifare/bundle'
import { type Fen, sumFen } from '@unifare/core'
import type { Charge, ChargePart } from '@unifare/tap'
import type { ClearedCharge } from '../clearing.ts'
import type { Fee } from '../fees.ts'
import { largestRemainder, type MemberShare } from './apportion.ts'

/** A part of a price that is another member's names it behind its rule: `distance@15215211`. */
const MEMBER = /@(\d{8})$/

/** Members that the parts of a price name, known or not. */
export function namedMembers({ parts }: Pick<Charge, 'parts'>): string[] {
  return [...new Set(parts.flatMap(({ rule }) => MEMBER.exec(rule)?.[1] ?? []))]
}

/**
 * Who gets which part of a charge: every part of its price is the operator's that asks, but for those
 * that name another member. Names of nobody among the members count as none. In the order of
 * members, without those that get nothing; sums to the amount.
 */
export function sharesOfCharge(
  { operator, parts, amountFen }: Pick<Charge, 'operator' | 'parts' | 'amountFen'>,
  members: ReadonlySet<string>,
): MemberShare[] {
  const sums = new Map<string, Fen>()
  for (const part of parts) {
    const named = MEMBER.exec(part.rule)?.[1]
    const member = named !== undefined && members.has(named) ? named : operator
    sums.set(member, (sums.get(member) ?? 0) + part.amountFen)
  }
  const shares = [...sums]
    .filter(([, share]) => share !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([member, share]) => ({ member, amountFen: share }))
  // A discount that is dearer than what it is taken from cannot be shared.
  const whole = shares.every((share) => share.amountFen > 0)
  return whole && shares.length > 0 ? shares : [{ member: operator, amountFen }]
}

/**
 * Parts of a price shared by members: each part is split by the members' shares of the whole price,
 * so that a charge carries its apportionment and every member's parts sum to its share.
 */
export function partsOfMembers(
  parts: readonly ChargePart[],
  { operator, shares }: { readonly operator: string; readonly shares: readonly MemberShare[] },
): ChargePart[] {
  const wanted = new Map(shares.map(({ member, amountFen }) => [member, amountFen]))
  const split = parts.flatMap(({ rule, amountFen }): (ChargePart & { member: string })[] => {
    const weights = shares.map((share) => BigInt(share.amountFen))
    if (weights.every((weight) => weight === 0n)) return [{ rule, amountFen, member: operator }]
    const amounts = largestRemainder(BigInt(amountFen), weights)
    return shares.map(({ member }, index) => ({
      rule,
      amountFen: Number(amounts[index] ?? 0n),
      member,
    }))
  })
  // Rounding part by part may leave a member a fen off: its first part takes that.
  for (const [member, amountFen] of wanted) {
    const own = split.filter((part) => part.member === member)
    const off = amountFen - sumFen(own.map((part) => part.amountFen))
    const [first] = own
    if (first !== undefined && off !== 0) {
      split[split.indexOf(first)] = { ...first, amountFen: first.amountFen + off }
    }
  }
  return split
    .filter(({ amountFen }) => amountFen !== 0)
    .map(({ rule, amountFen, member }) => ({
      rule: member === operator ? rule : `${rule}@${member}`,
      amountFen,
    }))
}

const NO_FEE: Fee = { row: '', feeMicro: 0n, acquirerMicro: 0n, issuerMicro: 0n, centreMicro: 0n }

/**
 * A charge that settles as its members' parts: amounts and fees are split exactly, so that netting and
 * statements of the parts come to those of the whole. A correction takes back from every member what
 * that member had, whoever has a part now.
 */
export function byMember(item: ClearedCharge, members: ReadonlySet<string>): ClearedCharge[] {
  const { charge, fee, reverses } = item
  if (fee === null) return [item]
  const now = splitByMember({ ...charge, fee }, members)
  const was =
    reverses === undefined
      ? new Map<string, MemberPart>()
      : splitByMember({ operator: charge.operator, parts: [], ...reverses }, members)
  const all = [...new Set([...now.keys(), ...was.keys()])].sort()
  if (all.length === 1 && all[0] === charge.operator) return [item]
  return all.map((member) => {
    const { amountFen, fee: own } = now.get(member) ?? {
      amountFen: 0,
      fee: { ...NO_FEE, row: fee.row },
    }
    const part = { ...item, charge: { ...charge, operator: member, amountFen }, fee: own }
    if (reverses === undefined) return part
    const { amountFen: takenFen, fee: taken } = was.get(member) ?? { amountFen: 0, fee: NO_FEE }
    return { ...part, reverses: { charge: reverses.charge, amountFen: takenFen, fee: taken } }
  })
}

/** What a member has of a charge. */
export interface MemberPart {
  readonly amountFen: Fen
  readonly fee: Fee
}

/** What every member has of a charge and of its fees, by the parts of its price; exact. */
export function splitByMember(
  whole: Pick<Charge, 'operator' | 'parts' | 'amountFen'> & { readonly fee: Fee },
  members: ReadonlySet<string>,
): ReadonlyMap<string, MemberPart> {
  const shares = sharesOfCharge(whole, members)
  const weights = shares.map(({ amountFen }) => BigInt(amountFen))
  if (weights.every((weight) => weight === 0n)) {
    return new Map([[whole.operator, { amountFen: whole.amountFen, fee: whole.fee }]])
  }
  const { row, acquirerMicro, issuerMicro, centreMicro } = whole.fee
  const [acquirer, issuer, centre] = [acquirerMicro, issuerMicro, centreMicro].map((micro) =>
    largestRemainder(micro, weights),
  )
  return new Map(
    shares.map(({ member, amountFen }, index) => {
      const own = {
        acquirerMicro: acquirer?.[index] ?? 0n,
        issuerMicro: issuer?.[index] ?? 0n,
        centreMicro: centre?.[index] ?? 0n,
      }
      const feeMicro = own.acquirerMicro + own.issuerMicro + own.centreMicro
      return [member, { amountFen, fee: { row, feeMicro, ...own } }]
    }),
  )
}

/** A cleared charge with its members' parts, where its price names any. */
export function withParts(item: ClearedCharge, acceptance: AcceptanceContent): ClearedCharge {
  const named = item.charge.parts.some(({ rule }) => MEMBER.test(rule))
  if (!named && item.reverses?.parts === undefined) return item
  const parts = byMember(item, operatorsOf(acceptance))
  return parts.length === 1 && parts[0] === item ? item : { ...item, parts }
}

/** What settles of a cleared charge, member by member. */
export function partsOf(item: ClearedCharge): readonly ClearedCharge[] {
  return item.parts ?? [item]
}

/** A member's part, as it stands under the root. */
export function memberLine({ charge, reverses }: ClearedCharge): object {
  const { operator: member, amountFen } = charge
  return { member, amountFen: amountFen - (reverses?.amountFen ?? 0) }
}

/** Operators of a list of acceptance, made once per list. */
const operators = new WeakMap<AcceptanceContent, ReadonlySet<string>>()

function operatorsOf(acceptance: AcceptanceContent): ReadonlySet<string> {
  const known =
    operators.get(acceptance) ?? new Set(acceptance.rows.map(({ operator }) => operator))
  operators.set(acceptance, known)
  return known
}
