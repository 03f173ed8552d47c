export { type RegistryErrorCode, registryErrors } from './errors.ts'
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
export { type Tile, tiles } from './tiles.ts'
