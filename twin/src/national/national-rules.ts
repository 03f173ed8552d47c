import { DEMONSTRATION_FEES, type StoredRules } from '@unifare/centre'
import { type Day, parseDay } from '@unifare/core'
import { deniedCards } from './card-slice.ts'
import {
  HELD_DENY_VERSION,
  issuerIds,
  type NationalPlan,
  operatorIds,
  sliceCount,
  sliceShape,
} from './national-plan.ts'

const MEDIUM_CARD = 1
const DAY_MS = 86_400_000
const OVERDUE_DAYS = 30

/** Rules of a measured day: every operator takes every issuer's cards and codes on its buses. */
export function nationalRules(plan: NationalPlan): StoredRules {
  const issuers = issuerIds(plan)
  return {
    day: plan.day,
    oldestDay: daysBefore(plan.day, OVERDUE_DAYS),
    issuers: new Set(issuers),
    fees: DEMONSTRATION_FEES,
    acceptance: {
      rows: operatorIds(plan).flatMap((operator) =>
        issuers.flatMap((issuer) =>
          (['card', 'code'] as const).map((medium) => ({
            operator,
            issuer,
            mode: 'bus',
            medium,
            division: '',
            status: 'in-service' as const,
            from: 0,
          })),
        ),
      ),
    },
    denied: Array.from({ length: sliceCount(plan) }, (_, slice) =>
      deniedCards(plan, sliceShape(plan, slice)).map((account) => ({
        account,
        medium: MEDIUM_CARD,
        version: HELD_DENY_VERSION,
        until: 0,
      })),
    ).flat(),
  }
}

function daysBefore(day: Day, count: number): Day {
  return new Date(parseDay(day) - count * DAY_MS).toISOString().slice(0, 10)
}
