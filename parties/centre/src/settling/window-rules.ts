import { type Day, nextDay, requireData } from '@unifare/core'
import { type Dated, inForce } from '../rules/dated.ts'
import type { WindowState } from './window-states.ts'

/** How closed days are gathered into windows, and when their money is worth something. */
export interface WindowRule extends Dated {
  readonly period: 'daily' | 'monthly'
  /** Banking days between the last day of a window and its value date. */
  readonly lagDays: number
}

/** Windows of the demonstration network: ours. */
export const DEMONSTRATION_WINDOWS: readonly WindowRule[] = [
  {
    id: 'daily',
    period: 'daily',
    lagDays: 1,
    validFrom: '2026-01-01',
    validTo: null,
    source: 'ours',
  },
]

/** The rule of a day. Throws `window.no-rule`. */
export function windowRuleOf(rules: readonly WindowRule[], day: Day): WindowRule {
  const rule = rules.find((one) => inForce(one, day))
  requireData(rule !== undefined, 'window.no-rule', `no rule of windows for ${day}`)
  return rule
}

/** The days that a window is meant for. */
export interface Period {
  /** `20261120` or `202611`. */
  readonly name: string
  readonly first: Day
  readonly last: Day
}

/** The period of a day by its rule. */
export function periodOf(rule: WindowRule, day: Day): Period {
  if (rule.period === 'daily') return { name: day.replaceAll('-', ''), first: day, last: day }
  const month = day.slice(0, 7)
  const [year = 0, number = 0] = month.split('-').map(Number)
  const last = new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10)
  return { name: month.replace('-', ''), first: `${month}-01`, last }
}

/** A window as far as the place of a day depends on it. */
export interface PlacedWindow {
  readonly window: string
  readonly state: WindowState
  readonly first: Day
  readonly last: Day
}

/** Name of a window: its period, and how many times that was begun. */
export function windowName(period: Period, generation: number): string {
  return `W${period.name}-${generation}`
}

/**
 * Where a day that closes goes: into the open window of its period, else into a new one; when its
 * period is closed already, into the next period that is not. Windows in order of their names.
 */
export function placeOf(
  day: Day,
  {
    rules,
    windows,
  }: { readonly rules: readonly WindowRule[]; readonly windows: readonly PlacedWindow[] },
): { readonly window: string; readonly period: Period; readonly late: boolean } {
  for (let at = day; ; ) {
    const period = periodOf(windowRuleOf(rules, at), at)
    const own = windows.filter(({ first, last }) => first === period.first && last === period.last)
    const open = own.findLast(({ state }) => state === 'OPEN')
    const late = at !== day
    if (open !== undefined) return { window: open.window, period, late }
    if (own.length === 0) return { window: windowName(period, 1), period, late }
    at = nextDay(period.last)
  }
}
