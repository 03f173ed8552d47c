export {
  type DayOptions,
  type DayOutcome,
  type DayProgress,
  deviceRow,
  prepareNetwork,
  rideDay,
  settleDay,
} from './day.ts'
export { drillLoad } from './drill/load-drill.ts'
export type { DrillCheck, DrillReport, MoneyPlace } from './drill/report.ts'
export { drillTear } from './drill/tear-drill.ts'
export { twinErrors } from './errors.ts'
export { createNetworkKeys, type NetworkKeys } from './keys.ts'
export { issuerPort, type LocalNetwork, openLocalNetwork } from './local-ports.ts'
export { type Expected, type Faults, faultsOf, NATIONAL_FAULTS } from './national/faults.ts'
export { nationalColumns, nationalKeyStore } from './national/national-keys.ts'
export {
  CITIES,
  NATIONAL_CENTRE,
  type NationalPlan,
  sliceCount,
} from './national/national-plan.ts'
export { nationalRules } from './national/national-rules.ts'
export { makeNationalSlice } from './national/national-slice.ts'
export { sliceMessages } from './national/slice-messages.ts'
export {
  addressOf,
  addressOfTerminals,
  type ClearingWay,
  type NetworkFile,
  parseNetworkFile,
  planOfFile,
  RIDERS,
  TERMINALS,
} from './network-file.ts'
export { operatorPort } from './operator-port.ts'
export {
  type Ground,
  openPlannedCentre,
  openPlannedIssuer,
  openPlannedOperator,
  openPlannedTerminal,
  type PlannedIssuer,
  riderRandom,
} from './parties.ts'
export { type Plan, type PlannedOperator, planNetwork } from './plan.ts'
export { centreOf, centresOf } from './plan-centres.ts'
export { newPlannedCard } from './planned-card.ts'
export type {
  CentrePort,
  InstitutionPort,
  IssuerPort,
  OperatorPort,
  Ports,
  TerminalPort,
} from './ports.ts'
export { type Script, type ScriptRider, type ScriptStep, writeScript } from './script.ts'
export { createStationNodes } from './station-nodes.ts'
export { type TracedDecision, type TracedPorts, tracePorts } from './trace.ts'
