export { luhnDigit, luhnValid } from '@unifare/core'
export { acceptance } from './acceptance.ts'
export {
  type Allotment,
  type AllotRequest,
  type AllotResult,
  allot,
  allotments,
  checkAllotments,
} from './allotment.ts'
export type { Acceptance, AcceptanceQuery, Answer, Reason } from './answer.ts'
export {
  type CardNumber,
  checkCardNumber,
  issuerOfNumber,
  makeCardNumber,
  type NumberPrefix,
  type NumberRefusal,
  numberPrefixes,
  parseCardNumber,
} from './card-number.ts'
export { type CodeName, codeNames } from './code-names.ts'
export {
  type Application,
  type CityCode,
  cityCodeOf,
  cityCodes,
  type InstitutionCode,
  institutionCodes,
  parseCodes,
  type Registrar,
  registrar,
} from './codes.ts'
export { type RegistryErrorCode, registryErrors } from './errors.ts'
export {
  type Facts,
  facts,
  type LingnanPass,
  lingnanPass,
  parseFacts,
  parseLingnanPass,
} from './facts.ts'
export { type Institution, institution, institutions, parseSimulated } from './institutions.ts'
export { type Membership, type MembershipRow, simulatedMembership } from './membership.ts'
export {
  type AcceptanceStatus,
  MEDIA,
  type Medium,
  MODES,
  type Mode,
  type ModeMarks,
  modeNames,
  STATUSES,
} from './modes.ts'
export { findPlaces, type Part, type PlaceMatch } from './places.ts'
export { type SimulatedPlatform, simulatedPlatforms } from './platforms.ts'
export { publicRow, type RegistryRow, registryRows } from './public-row.ts'
export {
  type CoveredProvince,
  coveredProvinces,
  FLAGS,
  type Flag,
  LEVELS,
  parseRideCode,
  parseTUnion,
  type RegistryRecord,
  registryRecords,
} from './record.ts'
export { type AcceptanceFact, acceptanceFacts, parseAcceptanceFacts } from './relation.ts'
export { type Tile, tiles } from './tiles.ts'
export { type SimulatedWallet, simulatedWallets } from './wallets.ts'
export { type Where, type WhereKind, where } from './where.ts'
export type { WhereLine, WherePlace, WhereSet } from './where-line.ts'
