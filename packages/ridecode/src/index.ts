export { checkCap } from './cap.ts'
export {
  type Certificate,
  type CertificateRequest,
  makeCertificate,
  readCertificate,
} from './certificate.ts'
export { type CodeCaches, createCodeCaches } from './code-caches.ts'
export {
  type Credential,
  type CredentialRequest,
  issueCredential,
  parseCredential,
} from './credential.ts'
export {
  type CustomField,
  decodeCustomField,
  encodeCustomField,
  RISK_CLASSES,
  type RiskClass,
  type SchemeToken,
} from './custom-field.ts'
export {
  type CodeErrorCode,
  type CodeErrorText,
  type CodeReject,
  type CodeRejectCode,
  codeErrors,
  codeRejects,
} from './errors.ts'
export {
  type Exposure,
  type ExposureInputs,
  exposure,
  lostMediumFen,
  type PopulationExposure,
  type PopulationInputs,
  populationExposure,
  prepaidFen,
} from './exposure.ts'
export {
  createFastVerifier,
  type FastVerifier,
  type FastVerifierCounts,
  type FastVerifierOptions,
} from './fast/fast-verifier.ts'
export {
  DEFAULT_KEY_LIMITS,
  type KeyCounts,
  type KeyLimits,
  TABLE_SHAPES,
} from './fast/key-tables.ts'
export {
  openWasmVerifier,
  type TableShape,
  type WasmAnswer,
  type WasmVerifier,
} from './fast/wasm-verifier.ts'
export { nextGenerationTime } from './generation-time.ts'
export type { IdPolicy } from './id-policy.ts'
export {
  type IssuerEntry,
  type IssuerKeys,
  type IssuerKeysContent,
  type PlatformEntry,
  parseIssuerKeys,
} from './issuer-keys.ts'
export { CERTIFICATE, CODE, ROOT, TAIL } from './layout.ts'
export { type CodeRequest, makeCode } from './make-code.ts'
export { parseCode } from './parse.ts'
export { parseCodeV1, type RideCodeV1 } from './parse-v1.ts'
export { type CodeFamily, codeFamilies, codeFamily } from './platform.ts'
export type { PlatformCode, PlatformSignature, ReadableFamily } from './platforms/platform-code.ts'
export { readPlatformCode } from './platforms/verify-platform.ts'
export { type CodePolicy, DEFAULT_CODE_POLICY } from './policy.ts'
export {
  type CodePurpose,
  type CompanionLimit,
  checkReplay,
  createReplayMemory,
  DEFAULT_REPLAY_RULES,
  expire,
  forget,
  type Presentation,
  type ReplayMemory,
  type ReplayRules,
  remember,
  type SeenCode,
} from './replay.ts'
export {
  claimAtStation,
  createStationMemory,
  PASS_BACK_S,
  releaseAtStation,
  type StationClaim,
  type StationCode,
  type StationMemory,
} from './replay-station.ts'
export type { Authorisation, CodeIdentity, RideCode, ShownCode } from './ride-code.ts'
export { makeRootRecord, openRootRecord, type Root, type RootRequest } from './root.ts'
export { hmacSm3, schemeToken } from './scheme-token.ts'
export type { IssuerSign, UserSign } from './sign.ts'
export {
  codeDigest,
  codeIdentity,
  type VerifiedCode,
  type VerifyInput,
  verifyCode,
} from './verify.ts'
