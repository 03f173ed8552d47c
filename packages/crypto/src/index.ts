export {
  type CardKeyColumn,
  createSessionColumn,
  createTacColumn,
  type SessionRows,
  type SlotRows,
} from './card-key-columns.ts'
export { checkBody } from './check-body.ts'
export {
  type DesSchedule,
  desBlocks,
  desSchedule,
  reverseSchedule,
  tdesDecrypt,
  tdesEncrypt,
  tdesSchedule,
} from './des.ts'
export {
  type DesMacJob,
  desCbcMac,
  desCbcMacInto,
  macIso9797Alg3,
} from './des-mac.ts'
export {
  createDiversifiedMacs,
  type DiversifiedMacRows,
  type DiversifiedMacs,
} from './diversified-mac.ts'
export { diversify, diversifyChain, type SymmetricAlgorithm } from './diversify.ts'
export {
  ed25519KeyPair,
  ed25519PublicKey,
  ed25519Sign,
  ed25519Verify,
  isEd25519PublicKey,
} from './ed25519.ts'
export {
  type AsideEngine,
  type CheckedBody,
  pureEngine,
  type SignatureEngine,
  type SignedBody,
} from './engine.ts'
export { type CryptoErrorCode, cryptoErrors } from './errors.ts'
export {
  type ForeignCurve,
  type ForeignVerifyInput,
  foreignEcdsaSign,
  foreignEcdsaVerify,
  foreignPublicKey,
} from './foreign-ecdsa.ts'
export { combineComponents, componentCheckValue } from './key-components.ts'
export { generateKey } from './key-material.ts'
export {
  KEY_SCHEMES,
  type KeyAlgorithm,
  type KeyPower,
  type KeyRef,
  type KeyScheme,
  type KeyUse,
  keyPower,
  keyRefText,
  parseKeyRef,
} from './key-ref.ts'
export {
  changeKeyState,
  KEY_STATES,
  type KeyChange,
  type KeyLife,
  type KeyState,
  type KeyWork,
  newKeyLife,
  requireTwoPeople,
} from './key-state.ts'
export type {
  KeyDeriver,
  KeyEntry,
  KeyRecord,
  KeyStore,
  KeyVault,
  SessionMacInput,
} from './key-store.ts'
export { issuingKey, type KeyLine, keyVersions } from './key-versions.ts'
export {
  type CardColumns,
  type CardIssuer,
  type KeyWindow,
  type KeyWindowOptions,
  openKeyWindow,
} from './key-window.ts'
export { p256KeyPair, p256PublicKey, p256SharedSecret, p256Sign, p256Verify } from './p256.ts'
export type { RandomBytes } from './random-scalar.ts'
export { createRoutedKeyStore } from './routed-key-store.ts'
export { sameMac } from './same-mac.ts'
export { sha256 } from './sha256.ts'
export {
  type KeyPair,
  type Sm2SignInput,
  type Sm2VerifyInput,
  sm2Decompress,
  sm2KeyPair,
  sm2PublicKey,
  sm2Sign,
  sm2Verify,
} from './sm2.ts'
export { SM2_DEFAULT_ID, sm2SignedBytes, sm2Za } from './sm2-curve.ts'
export { sm3 } from './sm3.ts'
export {
  type Sm4MacJob,
  type Sm4Schedule,
  sm4Blocks,
  sm4CbcMac,
  sm4CbcMacInto,
  sm4Decrypt,
  sm4Encrypt,
  sm4Schedule,
} from './sm4.ts'
export {
  createSoftwareKeyStore,
  type SoftwareKeyStore,
  type SoftwareKeyStoreOptions,
} from './software-key-store.ts'
