export { type AccountRide, type FareAccount, NEW_ACCOUNT, priceNext, rate } from './account.ts'
export { inForce, tariffOf, tariffs, tariffsOfOperator } from './catalogue.ts'
export { CHARGE_NOTES } from './charge-notes.ts'
export {
  type CheapestPasses,
  cheapestPasses,
  type PassComposition,
  type PassPurchase,
} from './cheapest-passes.ts'
export { type CompiledTariff, compileTariff, entryMinimum, maximumFare } from './compile.ts'
export { compileDistances, type Distances } from './distances.ts'
export { type FareRefusal, type FaresErrorCode, faresErrors } from './errors.ts'
export { type Explanation, explain } from './explain.ts'
export { type ChargedPrice, type ExplainedCharge, explainCharge } from './explain-charge.ts'
export { fareMatrix, type MatrixColumns, readFareMatrix } from './fare-matrix.ts'
export { type FarePicture, farePicture } from './fare-picture.ts'
export { generateNetwork, reachOf } from './generate-network.ts'
export {
  type Composed,
  type Composition,
  type CompositionPart,
  composeFares,
  LEGS_MAX,
} from './gtfs/compose.ts'
export { composeFaresV1 } from './gtfs/compose-v1.ts'
export { readCsv } from './gtfs/csv.ts'
export { currencyExponent, decimalText, minorUnits } from './gtfs/decimal.ts'
export { type ExportedFares, exportFaresV2, type LeftOut } from './gtfs/export.ts'
export { type FareFeed, type FareProduct, openFeed } from './gtfs/feed.ts'
export type { GtfsRider } from './gtfs/leg-rules.ts'
export type { GtfsLeg, LocalTime } from './gtfs/legs.ts'
export { localTime } from './gtfs/local-time.ts'
export { parseFeed } from './gtfs/open-feed.ts'
export { type FeedFault, tableReader } from './gtfs/read-table.ts'
export { isFeedFile } from './gtfs/tables.ts'
export { type HolderClass, holderClass } from './holder-class.ts'
export { incompleteFare, incompleteRule, type MissingEnd } from './incomplete-fare.ts'
export { type JourneyInput, type LegInput, parseJourneys } from './journeys.ts'
export { faultText } from './lint/fault-names.ts'
export type { Finding } from './lint/finding.ts'
export { lintTariff } from './lint/lint.ts'
export { type LintRule, lintRules } from './lint/rules.ts'
export { lintTables } from './lint/tables.ts'
export { lintVersions } from './lint/versions.ts'
export type { NetworkLine, Station, StationNetwork, VirtualTransfer } from './network.ts'
export { parseNetwork } from './parse-network.ts'
export { parseTariff, tariffSchema } from './parse-tariff.ts'
export { price } from './price.ts'
export { type Quote, type QuotePart, quoteFeed, quoteJourneys } from './quote.ts'
export type { Fault, JsonSchema } from './reader.ts'
export type {
  Alternative,
  JoinBase,
  MonthToDate,
  PreviousRide,
  Priced,
  PricePart,
  Ride,
  RidePoint,
  Spent,
} from './ride.ts'
export { startOf } from './ride-times.ts'
export {
  checkStatement,
  type StatementCheck,
  type StatementRefusal,
  type StationClaim,
  settleUntil,
  statementUntil,
  withoutDiscounts,
} from './station-statement.ts'
export {
  type Accumulation,
  type BaseFare,
  type Cap,
  DAY_KINDS,
  type DayKind,
  type Discount,
  type DistanceLadder,
  type Effect,
  type ElapsedLadder,
  type EntryCheck,
  type FareRule,
  type FareTable,
  type FlatFare,
  type IncompleteRule,
  type Maximum,
  type MeteredFare,
  type Pass,
  type Policy,
  PRICING_STEPS,
  type PricingStep,
  type Rounding,
  type SameStation,
  type Source,
  type StationRef,
  type StationStatement,
  type StopLadder,
  TARIFF_FORMAT,
  type TableFare,
  type Tariff,
  type TimeLimit,
  type TimeWindow,
  type Transfer,
  type TransferEffect,
  type When,
} from './tariff.ts'
export {
  openTariffList,
  readTariffList,
  type TariffListContent,
  tariffInForce,
} from './tariff-list.ts'
export { type PlacedFault, parseTariffText } from './tariff-text.ts'
export { type DiffExample, type DiffRow, diffTariffs, type TariffDiff } from './what-if/diff.ts'
export { byStatedDistance, journeyRiders } from './what-if/journey-riders.ts'
export { type SampleRider, sampleRiders } from './what-if/sample.ts'
export { shiftFares } from './what-if/shift-fares.ts'
export { baseWords } from './words/base-words.ts'
export {
  POLICY_KINDS,
  type PolicyKind,
  type PolicyWords,
  tariffWords,
} from './words/policy-words.ts'
export { modeWords, riderClassWords, whenWords } from './words/when-words.ts'
export type { Words } from './words/words.ts'
export {
  FARE_MEDIA,
  FARE_MODES,
  type FareMedium,
  type FareMode,
  SOURCE_MARKS,
  type SourceMark,
} from './words.ts'
