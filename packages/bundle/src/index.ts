export {
  BUNDLE_KINDS,
  type Bundle,
  type BundleKind,
  openBundle,
  type SignedBundle,
  signBundle,
} from './bundle.ts'
export {
  type AcceptanceContent,
  type AcceptanceRow,
  acceptanceOf,
  acceptanceRows,
  type DenyContent,
  type DenyEntry,
  type Device,
  type DevicesContent,
  devicesByTerminal,
  isOpen,
  parseAcceptance,
  parseDeny,
  parseDevices,
} from './contents.ts'
export {
  type BundleDelta,
  bundleBytes,
  deltaOf,
  isDelta,
  type ListDelta,
  rebuildBundle,
  rebuildFrom,
} from './delta.ts'
export { bundleErrors } from './errors.ts'
export { type FetchedList, fetchedList } from './fetched.ts'
export {
  type BundleHead,
  type BundlePiece,
  cutBundle,
  fitAnswer,
  gatherBundles,
  headOf,
  isHead,
  joinPieces,
  PIECES_MAX,
  type PieceRequest,
  parsePiece,
  pieceOf,
  type ToldBundle,
} from './pieces.ts'
export { accept, type Shelf, shelfKey } from './shelf.ts'
