export { riderErrors } from './errors.ts'
export {
  createPhoneCard,
  type PhoneCard,
  type PhoneCardOptions,
  type PhoneCardStatus,
  type PhoneDevice,
  type PhoneLoad,
} from './phone-card.ts'
export {
  type Agreement,
  createWallet,
  type Wallet,
  type WalletOptions,
  type WalletState,
} from './wallet.ts'
