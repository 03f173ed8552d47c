export {
  BUNDLE_KINDS,
  type Bundle,
  type BundleKind,
  openBundle,
  type SignedBundle,
  signBundle,
} from './bundle.ts'
export { bundleErrors } from './errors.ts'
export { accept, type Shelf, shelfKey } from './shelf.ts'
