export { type LinkedRow, linked } from './account-keys.ts'
export { type Difference, differencesOf } from './differences.ts'
export { operatorErrors } from './errors.ts'
export { type IntakeResult, takeBatch } from './intake.ts'
export { type Operator, type OperatorOptions, openOperator } from './operator.ts'
export { type Paired, pairTaps, type SeenTap } from './pairing.ts'
export { type SoldPass, soldPasses } from './passes.ts'
export type { PricedRide } from './priced-ride.ts'
export { priceRide } from './pricing.ts'
export { type ChangedJourney, correctJourneys } from './rerating.ts'
export { askThroughCentre } from './service-point/ask-issuer.ts'
export { loadForCash, type ServicePoint, writeWaiting } from './service-point/load.ts'
export { type RefundResult, refundCard } from './service-point/refund.ts'
export { openTill, type Till, type TillResult } from './service-point/till.ts'
export { type TillRow, type TillState, tillOrders } from './service-point/till-tables.ts'
export { type TillView, tillViews } from './service-point/till-view.ts'
export {
  type ChargeRow,
  charges,
  type IdentityRow,
  identities,
  type JourneyRow,
  type JourneyState,
  journeys,
  type LeftCorrectionRow,
  type LoneEnd,
  type LoneEndsRow,
  leftCorrections,
  loneEnds,
  statements,
  type TapRow,
  type TapState,
  taps,
} from './tables.ts'
