export { type Answer, type Command, commandBytes, parseAnswer, parseCommand } from './apdu.ts'
export { balanceFen } from './balance.ts'
export { CASH_AID, CITY_UNION_AID, PPSE, PSE, PURSE_AID } from './chip/applications.ts'
export { createCard, resetCard, transmit } from './chip/card.ts'
export { restoreCard, serialiseCard } from './chip/card-image.ts'
export type { CardMasterKeys } from './chip/card-keys.ts'
export { type CardSlot, createCardSlot, type TearPoint, tearing } from './chip/card-slot.ts'
export type {
  Card,
  CardKey,
  CardKeyUse,
  CardMemory,
  CardPin,
  CardStep,
  ForeignApplication,
  PurseScheme,
} from './chip/card-state.ts'
export {
  blankChip,
  type ChipMemory,
  type ChipWrite,
  chipImage,
  chipWrite,
  written,
} from './chip/chip-memory.ts'
export { type ChipSlot, createChipSlot, newChip } from './chip/chip-slot.ts'
export {
  type CityUnionProfile,
  cityUnionIdentity,
  cityUnionPurse,
} from './chip/city-union-purse.ts'
export { type CardProfile, identityOf, personalise } from './chip/personalise.ts'
export { underT0 } from './chip/t0-card.ts'
export { type CardErrorCode, type CardRefusal, cardError, cardErrors } from './errors.ts'
export {
  type CardEvidence,
  decodeEvidence,
  EVIDENCE_AT,
  EVIDENCE_BYTES,
  EVIDENCE_VERSION,
  encodeEvidence,
  issuerOf,
  numberOf,
  type PurchaseInputs,
  purchaseCounter,
  tacInput,
} from './evidence/evidence.ts'
export {
  checkEvidence,
  type EvidenceCodes,
  type EvidenceColumns,
  type EvidenceRows,
  evidenceCodes,
  MAC2_GOOD,
  TAC_GOOD,
} from './evidence/evidence-checks.ts'
export {
  type CardRecord,
  decodePending,
  encodePending,
  type PendingPurchase,
} from './evidence/pending.ts'
export { type EvidenceVerdict, verifyEvidence } from './evidence/verify-evidence.ts'
export {
  type BusRecord,
  type BusVersionA,
  busVersionALayout,
  decodeBus,
} from './files/bus-record.ts'
export {
  isEmptyRecord,
  type LogEntry,
  logLayout,
  type ManagementInfo,
  managementInfoLayout,
  type PublicInfo,
  publicInfoLayout,
  SFI,
  TRANSACTION,
} from './files/card-files.ts'
export { cardDay, cardTime } from './files/card-time.ts'
export { type CashInfo, cashInfoLayout } from './files/cash-info.ts'
export {
  type ShanghaiRailTail,
  shanghaiRailTail,
  type ZiboBusTail,
  ziboBusTail,
} from './files/city-tails.ts'
export {
  CITY_TRIP_NUMBER,
  type CityTravel,
  type CityTrip,
  cityTripLayout,
} from './files/city-trip.ts'
export {
  CITY_UNION_COMPOSITE_SFI,
  type CityUnionInfo,
  type CityUnionRecord,
  cityUnionInfoLayout,
  cityUnionRecordLayout,
} from './files/city-union.ts'
export {
  BUS_STATUS,
  type Bus2702,
  busLayout,
  COMPOSITE_ID,
  type CompositeRecord,
  compositeLayout,
  DIRECTION,
  type Direction,
  isOpenRailTrip,
  RAIL_STATUS,
  type Rail2701,
  railLayout,
} from './files/composite-records.ts'
export {
  FILE_KIND,
  type FileConfiguration,
  fileConfigurationLayout,
} from './files/file-configuration.ts'
export { type Holder, holderLayout } from './files/holder-file.ts'
export {
  decodeLocal,
  emptyLocalRecords,
  type GuangfoMonth,
  guangfoMonthLayout,
  type LocalRecord,
} from './files/local-records.ts'
export {
  type Bicycle2706,
  bicycleLayout,
  type Ferry2703,
  ferryLayout,
  isOpenHire,
  OWN_STATUS,
  type Rental2705,
  rentalLayout,
  type Taxi2704,
  taxiLayout,
} from './files/own-records.ts'
export {
  type PsamApplication,
  type PsamInfo,
  psamApplicationLayout,
  psamInfoLayout,
} from './files/psam-files.ts'
export { type RailAccount, readRailAccount, takesRailAccount } from './files/rail-account.ts'
export {
  type Decoded,
  type RecordField,
  type RecordLayout,
  recordLayout,
} from './files/record-layout.ts'
export { busAlighting2702, busBoarding2702 } from './files/travel-bus.ts'
export {
  ferryRide2703,
  type Hire,
  rentRecord,
  returnRecord,
  taxiRide2704,
} from './files/travel-own.ts'
export {
  parseStationField,
  stationField,
  type TravelPlace,
  type VehiclePlace,
} from './files/travel-place.ts'
export {
  type RailEntry,
  type RailExit,
  railEntry2701,
  railExit2701,
  railRepairEntry2701,
  railRepairExit2701,
  tripRecord1E,
} from './files/travel-records.ts'
export {
  decodeTrip,
  INDUSTRY,
  type Industry,
  type OldTrip,
  oldTripLayout,
  TRIP,
  type Trip,
  type TripType,
  tripLayout,
} from './files/trip-log.ts'
export type { Application, ApplicationKind } from './inspect/applications.ts'
export {
  CARD_KINDS,
  type CodeTable,
  type CodeText,
  TRANSACTION_TYPES,
  TRIP_MODES,
  TRIP_TYPES,
} from './inspect/code-tables.ts'
export type { InspectedComposite, OpenTrip } from './inspect/composites.ts'
export { type CardDump, type DumpPart, parseDump } from './inspect/dump.ts'
export { type Inspection, inspectCard, type LocalFacts } from './inspect/inspect-card.ts'
export type { CardNames, CodeName } from './inspect/names.ts'
export {
  type InspectionProblem,
  type InspectionProblemCode,
  inspectionProblems,
} from './inspect/problems.ts'
export { type ReadDump, readDump } from './inspect/read-dump.ts'
export { type InspectionLanguage, renderInspection } from './inspect/render.ts'
export type { InspectedTransaction } from './inspect/transactions.ts'
export type { InspectedTrip } from './inspect/trips.ts'
export type { Way, WayForm } from './inspect/way.ts'
export {
  movedMemory,
  personaliseScript,
  type ScriptTarget,
  stateScript,
} from './phone/issue-script.ts'
export { createPhone, resetPhone, transmitPhone } from './phone/phone.ts'
export { restorePhone, serialisePhone } from './phone/phone-image.ts'
export { managePhone } from './phone/phone-manage.ts'
export { type PhoneReceipt, provesDevice, readReceipt } from './phone/phone-script.ts'
export {
  createPhoneSlot,
  installInstance,
  type PhoneSlot,
  readDeviceKey,
  readLastReceipt,
  runScript,
  signStatement,
  switchInstance,
} from './phone/phone-slot.ts'
export type {
  InstanceState,
  Phone,
  PhoneInstance,
  PhoneStep,
  ScriptKind,
} from './phone/phone-state.ts'
export { consentStatement, deviceStatement } from './phone/statements.ts'
export { createPsam, PSAM_AID, type Psam, type PsamOptions } from './psam/psam.ts'
export type { PsamLimits, PsamTally } from './psam/psam-limits.ts'
export { openPsam, type PsamReader } from './psam/psam-reader.ts'
export {
  type CardIdentity,
  DEFAULT_PATH,
  type DiversificationPath,
  deriveCardKey,
  diversificationFactors,
} from './purse/diversification.ts'
export {
  ALGORITHM_3DES,
  ALGORITHM_SM4,
  isPurseAlgorithm,
  type LoadTerms,
  loadMac1,
  loadMac2,
  loadSessionKey,
  loadTacInput,
  type PurchaseSession,
  type PurchaseTerms,
  purchaseMac1,
  purchaseMac2,
  purchaseSessionKey,
  purchaseTacInput,
  secureMessagingMac,
  tac,
  tacMacKey,
} from './purse/purse-crypto.ts'
export {
  type BlockRequest,
  blockApplication,
  type PreparedBlock,
  prepareBlock,
  readAlgorithm,
  sendBlock,
} from './reader/block-flow.ts'
export {
  type CardBytes,
  type CardView,
  cardView,
  checkCard,
  cityCardView,
  type TravelRecord,
} from './reader/card-view.ts'
export { type LoadHost, type LoadOpening, type LoadResult, loadCard } from './reader/load-flow.ts'
export { createLoadHost } from './reader/load-host.ts'
export {
  type AskIssuer,
  clearDoubt,
  type LoadAnswer,
  type LoadReader,
  openingToJson,
  type WriteResult,
  writeLoad,
} from './reader/load-order.ts'
export { probeLoad, proveLoad } from './reader/load-probe.ts'
export {
  keepsRide,
  type OpenRide,
  openRide,
  type RidePlace,
  type Travel,
} from './reader/open-ride.ts'
export {
  type DebitResult,
  debit,
  type PurchaseContext,
  type PurchaseRequest,
  type PurseIdentity,
  preparePurchase,
} from './reader/purchase-flow.ts'
export { type ReadOptions, readCard } from './reader/read-card.ts'
export { type RecoverOutcome, recover } from './reader/recover-flow.ts'
export { type RideStep, rideRecords } from './reader/ride-records.ts'
export { type Apdu, type CardTransport, exchange } from './reader/transport.ts'
export { SW } from './status-words.ts'
export { findTlv, parseTlv, type Tlv, tlv } from './tlv.ts'
