export { type ReaderErrorCode, readerErrors } from './errors.ts'
export { listReaders, openPcscCard, type PcscCard, type PcscOptions } from './pcsc-reader.ts'
export { type Pcscd, type PcscdOptions, startPcscd } from './pcscd.ts'
export { hasPcscd, type PcscdPlace } from './pcscd-launch.ts'
export {
  ATR,
  insertCard,
  type OfferedCard,
  offerCard,
  type VirtualCard,
  type VirtualPresence,
} from './vpcd-card.ts'
export { openVpcdReader, type VpcdReader } from './vpcd-reader.ts'
