export { type CredentialPolicy, DEFAULT_CREDENTIALS } from './accounts.ts'
export { issuerErrors } from './errors.ts'
export { type Issuer, type IssuerOptions, openIssuer, riderId } from './issuer.ts'
export {
  createSimulatedChannel,
  type PaymentChannel,
  type PaymentOrder,
  type PaymentOutcome,
  type SimulatedChannel,
} from './payment.ts'
export type { PhoneIssuer } from './phone/context.ts'
export {
  type PhoneCardRow,
  type PhoneCardState,
  phoneCards,
  phoneFunds,
  phoneLoads,
} from './phone/tables.ts'
export {
  type AccountRow,
  type AccountState,
  accounts,
  type Contract,
  cards,
  denials,
  type RideRow,
  type RideState,
  rides,
  statements,
} from './tables.ts'
