import type { Cap, Tariff } from '../tariff.ts'
import { type Finding, finding } from './finding.ts'
import { sampleFares } from './sample-fares.ts'

/** Caps, monthly steps, passes and transfers whose numbers do not fit each other. */
export function amountFindings(tariff: Tariff): Finding[] {
  return [...capFindings(tariff), ...stepFindings(tariff), ...passFindings(tariff)]
}

/** Days of the longest period of each kind. */
const DAYS = { day: 1, week: 7, month: 31 } as const satisfies Record<Cap['period'], number>

function capFindings(tariff: Tariff): Finding[] {
  const { caps = [] } = tariff
  const lowest = Math.min(...sampleFares(tariff).filter((fare) => fare > 0))
  return caps.flatMap((cap, index) => {
    const path = `caps[${index}].amountFen`
    const { amountFen, period } = cap
    if (amountFen < lowest) {
      return [finding('caps.below-lowest', path, ...both(`${amountFen} < ${lowest}`))]
    }
    const shorter = caps.find(
      (other) =>
        DAYS[other.period] < DAYS[period] &&
        sameConditions(other, cap) &&
        other.amountFen * Math.ceil(DAYS[period] / DAYS[other.period]) <= amountFen,
    )
    return shorter === undefined ? [] : [finding('caps.never', path, ...both(shorter.id))]
  })
}

function sameConditions(one: Cap, other: Cap): boolean {
  return JSON.stringify(one.when) === JSON.stringify(other.when)
}

function stepFindings({ accumulation }: Tariff): Finding[] {
  return accumulation.flatMap(({ steps }, index) =>
    steps.flatMap(({ payPpm }, step) => {
      const before = steps[step - 1]?.payPpm ?? payPpm
      return payPpm > before
        ? [finding('steps.not-descending', `accumulation[${index}].steps[${step}].payPpm`)]
        : []
    }),
  )
}

function passFindings({ passes = [] }: Tariff): Finding[] {
  return passes.flatMap((pass, index) => {
    const better = passes.find(
      (other) =>
        other.hours >= pass.hours &&
        other.priceFen <= pass.priceFen &&
        (other.hours > pass.hours || other.priceFen < pass.priceFen) &&
        JSON.stringify(other.when) === JSON.stringify(pass.when),
    )
    return better === undefined
      ? []
      : [finding('passes.too-dear', `passes[${index}].priceFen`, ...both(better.id))]
  })
}

/** Transfers that nothing can set off: from the same line by another mode, by join from one tap. */
export function transferFindings({ transfers = [], modes, rules }: Tariff): Finding[] {
  const closed = rules.some(({ when }) => when.journey !== 'single')
  return transfers.flatMap(({ from, effect, when, afterS = 0, withinS }, index) => {
    const own = when.modes ?? modes
    const apart = from.modes !== undefined && !from.modes.some((mode) => own.includes(mode))
    const never =
      afterS > withinS || (from.sameLine === true && apart) || (effect.kind === 'join' && !closed)
    return never ? [finding('transfers.never', `transfers[${index}]`)] : []
  })
}

function both(text: string): [string, string] {
  return [text, text]
}
