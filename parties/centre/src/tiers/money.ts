import { type Day, type Fen, sumFen } from '@unifare/core'
import type { Entry, Posting } from '@unifare/ledger'
import type { Position } from '../netting.ts'
import { sumPositions } from '../settling/instructions.ts'
import type { Obligation } from '../settling/obligations.ts'

/** What a centre above settled for members of this one. */
export interface FromAbove {
  readonly centre: string
  readonly day: Day
  readonly root: string
  /** What the centre above owes this one for all of them; below zero where it is owed. */
  readonly netFen: Fen
  /** Sum to `netFen`. */
  readonly members: readonly Position[]
}

/** What of a day depends on the tiers; fixed when it closes. */
export interface TierRules {
  /** Centres whose lists the terminals of an operator hold, where it is another one. */
  readonly lists: Readonly<Record<string, string>>
  /** Of members that stand below a child: the child, which settles for them. */
  readonly units: Readonly<Record<string, string>>
  /** Days of the centre above that stand on this day's statements. */
  readonly above: readonly FromAbove[]
}

/** The centre above as a member of the day: it gives what its result comes to. */
function positionAbove({ centre, netFen }: FromAbove): Position {
  const receivableFen = Math.max(0 - netFen, 0)
  return { id: centre, receivableFen, payableFen: Math.max(netFen, 0), netFen: 0 - netFen }
}

/**
 * What a closed day settles: its own positions with what came from above, and one for each child with
 * all members below it. Sums to zero as they do.
 */
export function settledPositions(
  own: readonly Position[],
  rules: TierRules | undefined,
): readonly Position[] {
  if (rules === undefined) return own
  return sumPositions([
    [...own, ...positionsAbove(rules)].map((one) => ({
      ...one,
      id: rules.units[one.id] ?? one.id,
    })),
  ])
}

function positionsAbove({ above }: TierRules): Position[] {
  return above.flatMap((one) => [...one.members, positionAbove(one)])
}

/** Who owes whom in the same way: members with the centre above, children in place of their members. */
export function settledObligations(
  own: readonly Obligation[],
  rules: TierRules | undefined,
): readonly Obligation[] {
  if (rules === undefined) return own
  const fromAbove = rules.above.flatMap(({ centre, members }) =>
    members.map(
      ({ id, netFen }): Obligation =>
        netFen > 0
          ? { debtor: centre, creditor: id, amountFen: netFen }
          : { debtor: id, creditor: centre, amountFen: 0 - netFen },
    ),
  )
  const sums = new Map<string, Obligation>()
  for (const one of [...own, ...fromAbove]) {
    const [debtor, creditor] = [one.debtor, one.creditor].map((id) => rules.units[id] ?? id)
    if (debtor === undefined || creditor === undefined || debtor === creditor) continue
    const key = `${debtor}/${creditor}`
    const amountFen = sumFen([sums.get(key)?.amountFen ?? 0, one.amountFen])
    if (amountFen !== 0) sums.set(key, { debtor, creditor, amountFen })
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

/** Books what came from above, and what goes on to children; every entry sums to zero. */
export function tierEntries(
  day: Day,
  {
    own,
    centre,
    rules,
  }: {
    readonly own: readonly Position[]
    readonly centre: string
    readonly rules: TierRules
  },
): Entry[] {
  const taken = rules.above.map((one) =>
    entry(day, `from-above/${one.centre}/${one.day}`, [
      ...one.members.flatMap((member) => postingsOf(member, 1)),
      ...postingsOf(positionAbove(one), 1),
    ]),
  )
  const members = [...own, ...positionsAbove(rules)].filter(({ id }) => id !== centre)
  const handed = members.flatMap((member) => {
    const unit = rules.units[member.id]
    return unit === undefined
      ? []
      : [...postingsOf(member, -1), ...postingsOf({ ...member, id: unit }, 1)]
  })
  return [...taken, entry(day, 'handed-down', handed)].filter(({ postings }) => postings.length > 0)
}

function postingsOf({ id, receivableFen, payableFen }: Position, sign: 1 | -1): Posting[] {
  return [
    { account: `member/${id}/receivable`, amountFen: sign * receivableFen },
    { account: `member/${id}/payable`, amountFen: -sign * payableFen },
  ]
}

function entry(day: Day, name: string, postings: readonly Posting[]): Entry {
  const sums = new Map<string, Fen>()
  for (const { account, amountFen } of postings) {
    sums.set(account, (sums.get(account) ?? 0) + amountFen)
  }
  const [kind = name, from, of] = name.split('/')
  return {
    id: `${day}/${name}`,
    day,
    kind,
    postings: [...sums]
      .map(([account, amountFen]) => ({ account, amountFen }))
      .filter(({ amountFen }) => amountFen !== 0),
    refs: from === undefined || of === undefined ? {} : { centre: from, day: of },
    textKey: `centre.${kind}`,
  }
}
