export type {
  MemberPosition,
  Overview,
  OverviewCharge,
  OverviewCity,
  OverviewOperator,
  OverviewRide,
  OverviewSettlement,
  Phase,
  PricePart,
  SettlementMatrix,
  TapTrace,
  TraceStage,
  TraceStep,
} from './model.ts'
export {
  EXPOSURE_FORMULAS,
  EXPOSURE_INPUTS,
  type ExposureClass,
  type ExposureFormula,
  type ExposureInput,
  type ExposureTerms,
  type ExposureValues,
} from './model-exposure.ts'
