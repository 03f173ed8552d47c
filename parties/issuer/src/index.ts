export {
  type BatchAnswer,
  type BatchEntry,
  type CredentialAnswer,
  type CredentialPolicy,
  DEFAULT_CREDENTIALS,
} from './codes/credentials.ts'
export { type ClassTerms, type Grant, RISK_TERMS, type RiskTerms } from './codes/risk.ts'
export type { SchemesAnswer } from './codes/schemes.ts'
export { type PseudonymRow, pseudonyms, type SchemeRow, schemes } from './codes/tables.ts'
export type { Wanted } from './codes/wanted.ts'
export { issuerErrors } from './errors.ts'
export { type Issuer, type IssuerOptions, openIssuer, riderId } from './issuer.ts'
export { createCardHost } from './orders/card-host.ts'
export { newClaimSecret, type SlowHash } from './orders/claim-secret.ts'
export { DEMONSTRATION_TERMS } from './orders/demonstration-terms.ts'
export type { LoadAnswer } from './orders/load-orders.ts'
export type { ClaimAnswer } from './orders/losses.ts'
export type { CardHost } from './orders/order-context.ts'
export { newService } from './orders/order-context.ts'
export { type OrderView, orderViews } from './orders/order-view.ts'
export type { RefundAnswer } from './orders/refunds.ts'
export { claims, loads, refunds, services } from './orders/tables.ts'
export { type CardTerms, NO_TERMS, parseCardTerms, termsOn } from './orders/terms.ts'
export {
  createSimulatedChannel,
  type PaymentChannel,
  type PaymentOrder,
  type PaymentOutcome,
  type SimulatedChannel,
} from './payment.ts'
export { type Debt, debtsOf } from './people/debts.ts'
export type { FreezeAnswer, UnfreezeAnswer } from './people/freeze.ts'
export type { FreezeInstants } from './people/frozen-entries.ts'
export type { MoneyAnswer } from './people/money-orders.ts'
export { type AccountClass, classOf, PREPAID } from './people/person.ts'
export type { Prepaid } from './people/reserve.ts'
export type { SignInFailure } from './people/sign-in.ts'
export { type Standing, standingOf } from './people/standing.ts'
export { advances, endedKeys, moneyOrders, persons, trips } from './people/tables.ts'
export type { TakeOverAnswer } from './people/take-over.ts'
export { PEOPLE_TERMS, type PeopleTerms } from './people/terms.ts'
export type { TripCharge, TripView } from './people/trip-view.ts'
export type { PhoneIssuer } from './phone/context.ts'
export { ownerOf } from './phone/devices.ts'
export { type PhoneCardRow, type PhoneCardState, phoneCards } from './phone/tables.ts'
export {
  findIssuerDifferences,
  type IssuerDifference,
} from './reconciliation/issuer-match.ts'
export { ISSUER_DIFFERENCE_KINDS, type IssuerDifferenceName } from './reconciliation/kinds.ts'
export { riderView } from './rider-view.ts'
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
