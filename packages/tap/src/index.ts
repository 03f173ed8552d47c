export type { Answer } from './answers.ts'
export {
  type Batch,
  type BatchHeader,
  encodeBatch,
  type HeldBundle,
  parseBatch,
  parseBatchHeader,
} from './batch.ts'
export {
  CHARGE_PARTS_MAX,
  CHARGE_TAPS_MAX,
  CHARGE_VERSION,
  type Charge,
  type ChargePart,
  type ChargeTap,
  chargeHead,
  chargeId,
  chargeTapLayout,
  encodeCharge,
  parseCharge,
} from './charge.ts'
export {
  type ChargeBatch,
  type ChargeBatchHeader,
  encodeChargeBatch,
  parseChargeBatch,
  sealChargeRecords,
} from './charge-batch.ts'
export { tapErrors } from './errors.ts'
export { createFaultyLink, type LinkFaults } from './faulty-link.ts'
export { deliveryId, mediumId, parseTapId, tapId } from './identity.ts'
export { chargeToJson, tapToJson } from './json-view.ts'
export {
  FLAGS,
  hasGate,
  MEDIA,
  type Medium,
  MODES,
  MONEY_KINDS,
  type Mode,
  TAP_KINDS,
  type TapKind,
} from './kinds.ts'
export {
  createHandler,
  exchange,
  exchangeDated,
  exchangePack,
  type HandlerResult,
  isFinalRefusal,
  isRefusal,
  type Link,
  type LinkIdentity,
  type MessageHandler,
  refusalOf,
} from './link.ts'
export {
  authentic,
  encodeMessage,
  MESSAGE_BYTES_MAX,
  MESSAGE_KINDS,
  type Message,
  type MessageInput,
  type MessageKind,
  parseMessage,
  sealPack,
} from './message.ts'
export { PACK_PARTS_MAX } from './pack-parts.ts'
export { createProcessLink } from './process-link.ts'
export { REASONS, type Reason, reasonOf } from './reasons.ts'
export {
  BATCH_BYTES_MAX,
  BATCH_RECORDS_MAX,
  CHAIN_START,
  chainNext,
  type ListHeader,
  type SealedList,
  signedBy,
} from './sealed-list.ts'
export {
  type EntryReference,
  EVIDENCE_LENGTH_MAX,
  encodeTap,
  isTest,
  parseTap,
  TAP_HEAD_LENGTH,
  TAP_VERSION,
  type Tap,
  type TapKey,
  tapHead,
  tapLength,
} from './tap.ts'
export {
  parseTripNotice,
  TRIP_STATES,
  type TripCorrection,
  type TripEnd,
  type TripMissing,
  type TripNotice,
  type TripPart,
  type TripState,
  type TripStatement,
} from './trip-notice.ts'
export { TRIP_REASONS } from './trip-reasons.ts'
