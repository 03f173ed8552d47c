export { sendBundle, wholeBundle } from './bundle-pieces.ts'
export { institutionErrors } from './errors.ts'
export {
  type Apply,
  type Input,
  type Institution,
  type InstitutionOptions,
  openInstitution,
  orderOf,
} from './institution.ts'
export {
  loadShelf,
  newerBundles,
  newerLists,
  type PullRequest,
  parsePull,
  putBundle,
  readingOf,
  storeBundle,
  versionsOf,
} from './shelf.ts'
export {
  bundlePieces,
  type IntakeRow,
  intake,
  type OutboxRow,
  outbox,
  positions,
  type ReturnedRow,
  returned,
  shelfTable,
} from './tables.ts'
