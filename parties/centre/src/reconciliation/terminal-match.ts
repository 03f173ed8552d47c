import { businessDay } from '@unifare/core'
import { type Charge, chargeId, deliveryId, MONEY_KINDS, mediumId, type Tap } from '@unifare/tap'
import type { Difference } from './difference.ts'

/** A charge with its verdict; empty while its day is open. */
export interface JudgedCharge {
  readonly charge: Charge
  readonly verdict: string
  /** Its settlement day; empty while it waits. */
  readonly day: string
}

/**
 * What terminals debited from cards against what operators charged for it. A tap may be delivered
 * twice: one of its deliveries is charged. Loads are orders of their own; test traffic is nobody's
 * money.
 */
export function matchTerminals(
  taps: readonly Tap[],
  charges: readonly JudgedCharge[],
): Difference[] {
  const delivered = new Map(taps.map((tap) => [deliveryId(tap), tap]))
  const named = new Map<string, { readonly charge: Charge; readonly amountFen: number }[]>()
  for (const { charge } of charges) {
    for (const one of charge.taps) {
      const list = named.get(deliveryId(one))
      const asked = { charge, amountFen: one.amountFen }
      if (list === undefined) named.set(deliveryId(one), [asked])
      else list.push(asked)
    }
  }
  const chargedIdentities = new Set(
    [...named.keys()].flatMap((delivery) => {
      const tap = delivered.get(delivery)
      return tap === undefined ? [] : [mediumId(tap)]
    }),
  )
  return [
    ...taps.flatMap((tap) => uncharged(tap, chargedIdentities)),
    ...[...named]
      .flatMap(([delivery, asked]) => ({
        delivery,
        asked,
        tap: delivered.get(delivery),
      }))
      .flatMap(matchNamed),
    ...charges.flatMap(refused),
  ]
}

const TEST_FLAG = 1

function uncharged(tap: Tap, charged: ReadonlySet<string>): Difference[] {
  const isDebit =
    tap.medium === 'card' &&
    MONEY_KINDS.has(tap.kind) &&
    tap.kind !== 'load' &&
    tap.amountFen > 0 &&
    (tap.flags & TEST_FLAG) === 0
  if (!isDebit || charged.has(mediumId(tap))) return []
  return [
    {
      kind: 'terminal.uncharged',
      subject: deliveryId(tap),
      leftFen: tap.amountFen,
      rightFen: null,
      since: businessDay(tap.at),
      member: tap.operator,
    },
  ]
}

function matchNamed({
  delivery,
  asked,
  tap,
}: {
  readonly delivery: string
  readonly asked: readonly { readonly charge: Charge; readonly amountFen: number }[]
  readonly tap: Tap | undefined
}): Difference[] {
  // A correction names the taps of the charge that it corrects: only first charges count twice.
  const firsts = asked.filter(({ charge }) => charge.corrects === 0)
  const [one = asked[0], ...more] = firsts
  if (one === undefined) return []
  const { charge, amountFen } = one
  const common = { subject: delivery, since: charge.tapDay, member: charge.operator }
  const found: Difference[] = []
  if (tap === undefined) {
    found.push({ ...common, kind: 'terminal.missing-tap', leftFen: null, rightFen: amountFen })
  } else if (tap.medium === 'card' && tap.amountFen !== amountFen) {
    found.push({ ...common, kind: 'terminal.amount', leftFen: tap.amountFen, rightFen: amountFen })
  }
  for (const again of more) {
    found.push({
      ...common,
      kind: 'terminal.twice',
      subject: `${delivery}/${chargeId(again.charge)}`,
      leftFen: null,
      rightFen: again.amountFen,
    })
  }
  return found
}

/** Money of a card that clearing did not settle; a correction names money that was told before. */
function refused({ charge, verdict, day }: JudgedCharge): Difference[] {
  const inDoubt =
    day !== '' &&
    verdict !== 'normal' &&
    verdict !== 'test' &&
    charge.medium === 'card' &&
    charge.corrects === 0 &&
    charge.amountFen > 0
  if (!inDoubt) return []
  return [
    {
      kind: 'charge.refused',
      subject: `${chargeId(charge)}/${verdict}`,
      leftFen: charge.amountFen,
      rightFen: 0,
      since: day,
      member: charge.operator,
    },
  ]
}
