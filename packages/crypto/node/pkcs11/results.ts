import { UnifareError } from '@unifare/core'
import type { CryptoErrorCode } from '../../src/errors.ts'
import { CKR } from './constants.ts'

type ResultName = keyof typeof CKR

/** Our code for each result; what is not here is `key.hsm-fault`. */
const CODES: Partial<Record<ResultName, CryptoErrorCode>> = {
  slotIdInvalid: 'key.hsm-no-token',
  tokenNotPresent: 'key.hsm-no-token',
  attributeReadOnly: 'key.hsm-sensitive',
  attributeSensitive: 'key.hsm-sensitive',
  keyUnextractable: 'key.hsm-sensitive',
  deviceError: 'key.hsm-gone',
  deviceRemoved: 'key.hsm-gone',
  userNotLoggedIn: 'key.hsm-gone',
  keyHandleInvalid: 'key.hsm-bad-handle',
  objectHandleInvalid: 'key.hsm-bad-handle',
  sessionClosed: 'key.hsm-bad-handle',
  sessionHandleInvalid: 'key.hsm-bad-handle',
  keyTypeInconsistent: 'key.wrong-use',
  keyFunctionNotPermitted: 'key.wrong-use',
  mechanismInvalid: 'key.hsm-no-mechanism',
  mechanismParamInvalid: 'key.hsm-no-mechanism',
  pinIncorrect: 'key.hsm-wrong-pin',
  pinInvalid: 'key.hsm-wrong-pin',
  pinLenRange: 'key.hsm-wrong-pin',
  pinExpired: 'key.hsm-pin-locked',
  pinLocked: 'key.hsm-pin-locked',
  cryptokiAlreadyInitialized: 'key.hsm-busy',
}

const NAMES = new Map<number, ResultName>(
  Object.entries(CKR).map(([name, value]) => [value, name as ResultName]),
)

/** What a PKCS#11 result means to us. `call` is the function that gave it. */
export function resultError(call: string, result: number, hint = ''): UnifareError {
  const name = NAMES.get(result)
  const code = (name && CODES[name]) ?? 'key.hsm-fault'
  const shown = name === undefined ? `0x${result.toString(16)}` : standardName(name)
  const text = `${call} answered ${shown}${hint === '' ? '' : `: ${hint}`}`
  return new UnifareError(code, text, { call, result, name: shown })
}

/** `attributeSensitive` as the standard writes it: CKR_ATTRIBUTE_SENSITIVE. */
function standardName(name: ResultName): string {
  return `CKR_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}
