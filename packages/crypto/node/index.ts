export {
  type OpenKeyFileOptions,
  openEncryptedKeyStore,
  type SaveKeyFileOptions,
  saveEncryptedKeyStore,
} from './encrypted-key-store.ts'
export { type NodeEngine, type NodeEngineOptions, nodeEngine } from './node-engine.ts'
