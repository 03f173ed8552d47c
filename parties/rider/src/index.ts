export { riderErrors } from './errors.ts'
export {
  type Agreement,
  createWallet,
  type Wallet,
  type WalletOptions,
  type WalletState,
} from './wallet.ts'
