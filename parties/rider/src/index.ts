export {
  type AccountOptions,
  type AnywhereOptions,
  createRiderAccount,
  type Frozen,
  freezeFromAnywhere,
  type MoneyOrder,
  type PaidBy,
  type RiderAccount,
  type SignIn,
  type SignInFailed,
  type TakenOver,
  type Unfrozen,
  unfreezeFromAnywhere,
} from './account.ts'
export { riderErrors } from './errors.ts'
export {
  createPhoneCard,
  type PhoneCard,
  type PhoneCardOptions,
  type PhoneCardStatus,
  type PhoneDevice,
  type PhoneLoad,
} from './phone-card.ts'
export type { ShelfPlan } from './renewal.ts'
export { newSecret } from './secret.ts'
export type { KeyText, Shelf, ShelfEntry } from './shelf.ts'
export { type SlowHash, slowHash } from './slow-hash.ts'
export {
  type MissingEnd,
  mayClaimGate,
  mayStateStation,
  type RiderDebt,
  type RiderNews,
  type RiderTrip,
  readRiderNews,
  type StatedStation,
  type TripMoney,
} from './trips.ts'
export {
  type Agreement,
  createWallet,
  type Wallet,
  type WalletOptions,
  type WalletState,
} from './wallet.ts'
