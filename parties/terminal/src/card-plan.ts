import { type CardRefusal, type CardView, checkCard, type TravelRecord } from '@unifare/card'
import { shanghaiDigits } from '@unifare/core'
import { holderClass, tariffInForce } from '@unifare/fares'
import type { Mode, Reason } from '@unifare/tap'
import type { Role, TerminalConfig } from './config.ts'
import { type Refusal, refuse } from './decision.ts'
import { accepted, denyKey } from './lists.ts'
import { planAlight, planBoard } from './plan-bus.ts'
import type { CardContext, CardPlan, Priceable } from './plan-context.ts'
import { planRent, planReturn } from './plan-hire.ts'
import { planEntry, planExit, planTransfer } from './plan-metro.ts'
import { planRepair } from './plan-repair.ts'
import { planSingle } from './plan-single.ts'

/** What the rider is told for a check of `checkCard` that failed. */
const REASON_OF_CHECK: Readonly<Partial<Record<CardRefusal['code'], Reason>>> = {
  'card.wrong-type': 'card.wrong-type',
  'card.not-enabled': 'card.not-enabled',
  'card.not-yet-valid': 'card.not-yet-valid',
  'card.expired': 'card.expired',
  'card.test-card': 'card.kind-refused',
  'card.not-interoperable': 'card.not-interoperable',
}

const PLANS = {
  single: planSingle,
  entry: planEntry,
  exit: planExit,
  transfer: planTransfer,
  rent: planRent,
  return: planReturn,
  board: planBoard,
  alight: planAlight,
  repair: planRepair,
} as const satisfies Record<Role, (view: CardView, context: Priceable) => CardPlan | Refusal>

/**
 * Decides about a purse offline and prices it exactly: acceptance, deny list, dates, the open ride
 * on the card, the local tariff. Pure: the card is only read so far.
 */
export function planCard(view: CardView, context: CardContext): CardPlan | Refusal {
  const { config, lists, at } = context
  if (!/^[0-9]{8}$/.test(view.issuer) || !/^[0-9]{19}$/.test(view.number)) {
    return refuse('medium.unreadable', 'card.bad-answer')
  }
  const acceptance = accepted(lists, config, { medium: 'card', issuer: view.issuer, at })
  const home = acceptance?.division === config.division
  if (view.scheme === 'mohurd' && !home) return refuse('medium.city-card')
  const { test } = config
  const checked = checkCard(view, { day: shanghaiDigits(at).slice(0, 8), home, test })
  if (!checked.ok) return refuse(REASON_OF_CHECK[checked.code] ?? 'medium.unreadable', checked.code)
  if (acceptance === undefined) return refuse('acceptance.not-listed')
  if (lists.denied.has(denyKey('card', view.issuer, view.number))) return refuse('deny.listed')
  const tariff = tariffInForce(lists.tariffs, config.mode, at)
  if (tariff === undefined) return refuse('fare.unknown', 'fares.no-tariff')
  const { riderClass } = holderClass(view.kind, tariff)
  return PLANS[config.role](view, { ...context, tariff, acceptance, riderClass })
}

const RECORD_OF_SINGLE: Readonly<Partial<Record<Mode, readonly TravelRecord[]>>> = {
  ferry: ['water'],
  taxi: ['taxi'],
}

/** The travel records that a terminal reads: those that its decision or its writing depends on. */
export function recordsNeeded({ role, mode }: TerminalConfig): readonly TravelRecord[] {
  switch (role) {
    case 'single':
      return RECORD_OF_SINGLE[mode] ?? []
    case 'entry':
    case 'exit':
    case 'transfer':
      return ['rail']
    case 'rent':
    case 'return':
      return ['bicycle']
    case 'board':
    case 'alight':
      return ['bus']
    case 'repair':
      return mode === 'bus' ? ['bus'] : ['rail']
  }
}
