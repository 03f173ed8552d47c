export {
  type OpenKeyFileOptions,
  openEncryptedKeyStore,
  type SaveKeyFileOptions,
  saveEncryptedKeyStore,
} from './encrypted-key-store.ts'
export { type KeyFileVaultOptions, openKeyFileVault } from './key-file-vault.ts'
export { nativeHashes } from './native-hashes.ts'
export { type NodeEngine, type NodeEngineOptions, nodeEngine } from './node-engine.ts'
export {
  openPkcs11,
  type PinAlarm,
  type Pkcs11,
  type Pkcs11KeyStore,
  type Pkcs11Options,
} from './pkcs11/pkcs11-key-store.ts'
export type { TokenOptions } from './pkcs11/token.ts'
