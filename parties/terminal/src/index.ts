export { planCard } from './card-plan.ts'
export { LIMITS, type Role, type TerminalConfig } from './config.ts'
export type { Decision } from './decision.ts'
export { type Lists, NO_LISTS, type Trust, takeBundle } from './lists.ts'
export type { Metered, RepairOrder, RepairPayment } from './metered.ts'
export type { CardContext, CardPlan } from './plan-context.ts'
export { STALENESS, type Staleness, type StalenessStage, stalenessAt } from './staleness.ts'
export { createStationNode, type StationNode } from './station-node.ts'
export {
  openTerminal,
  type Terminal,
  type TerminalOptions,
  type TerminalStatus,
} from './terminal.ts'
