export { type Answer, type Command, commandBytes, parseAnswer, parseCommand } from './apdu.ts'
export { balanceFen } from './balance.ts'
export { blockApplication } from './block-flow.ts'
export { createCard, resetCard, transmit } from './card.ts'
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
} from './card-files.ts'
export { restoreCard, serialiseCard } from './card-image.ts'
export { PPSE, PURSE_AID } from './card-read.ts'
export { type CardSlot, createCardSlot, type TearPoint, tearing } from './card-slot.ts'
export type { Card, CardKey, CardKeyUse, CardMemory, CardStep } from './card-state.ts'
export { type CardBytes, type CardView, cardView, checkCard } from './card-view.ts'
export {
  BUS_STATUS,
  type Bus2702,
  busLayout,
  COMPOSITE_ID,
  isOpenRailTrip,
  RAIL_STATUS,
  type Rail2701,
  railLayout,
} from './composite-records.ts'
export {
  type CardIdentity,
  DEFAULT_PATH,
  type DiversificationPath,
  deriveCardKey,
  diversificationFactors,
} from './diversification.ts'
export { type CardErrorCode, type CardRefusal, cardError, cardErrors } from './errors.ts'
export {
  type CardEvidence,
  decodeEvidence,
  EVIDENCE_BYTES,
  EVIDENCE_VERSION,
  encodeEvidence,
  issuerOf,
  numberOf,
  type PurchaseInputs,
  purchaseCounter,
  tacInput,
} from './evidence.ts'
export { type LoadHost, type LoadOpening, type LoadResult, loadCard } from './load-flow.ts'
export { createLoadHost } from './load-host.ts'
export { type CardRecord, decodePending, encodePending, type PendingPurchase } from './pending.ts'
export { type CardMasterKeys, type CardProfile, identityOf, personalise } from './personalise.ts'
export { createPsam, PSAM_AID, type Psam, type PsamOptions } from './psam.ts'
export { openPsam, type PsamReader } from './psam-reader.ts'
export {
  type DebitResult,
  debit,
  type PurchaseContext,
  type PurchaseRequest,
  preparePurchase,
} from './purchase-flow.ts'
export {
  ALGORITHM_3DES,
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
} from './purse-crypto.ts'
export { readCard } from './read-card.ts'
export {
  type Decoded,
  type Encoding,
  type RecordField,
  type RecordLayout,
  recordLayout,
} from './record-layout.ts'
export { type RecoverOutcome, recover } from './recover-flow.ts'
export { SW } from './status-words.ts'
export { findTlv, parseTlv, type Tlv, tlv } from './tlv.ts'
export { type Apdu, type CardTransport, exchange } from './transport.ts'
export {
  parseStationField,
  railEntry2701,
  railExit2701,
  stationField,
  type TravelPlace,
  tripRecord1E,
} from './travel-records.ts'
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
} from './trip-log.ts'
export { type EvidenceVerdict, verifyEvidence } from './verify-evidence.ts'
