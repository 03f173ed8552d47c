import { UnifareError } from '@unifare/core'
import koffi from 'koffi'
import { CKF, CKR } from './constants.ts'
import { resultError } from './results.ts'
import type { Structure } from './templates.ts'

/**
 * The functions of a PKCS#11 library as it exports them. Handles and lengths are CK_ULONG, 8 bytes
 * on every 64-bit system but Windows; pointers are typed arrays, structures or null.
 */
const SIGNATURES = {
  C_Initialize: 'void *args',
  C_Finalize: 'void *reserved',
  C_GetInfo: 'void *info',
  C_GetSlotList: 'uint8 present, void *list, void *count',
  C_GetTokenInfo: 'ulong slot, void *info',
  C_OpenSession: 'ulong slot, ulong flags, void *application, void *notify, void *session',
  C_Login: 'ulong session, ulong user, void *pin, ulong length',
  C_CreateObject: 'ulong session, void *template, ulong count, void *object',
  C_DestroyObject: 'ulong session, ulong object',
  C_GetAttributeValue: 'ulong session, ulong object, void *template, ulong count',
  C_SetAttributeValue: 'ulong session, ulong object, void *template, ulong count',
  C_FindObjectsInit: 'ulong session, void *template, ulong count',
  C_FindObjects: 'ulong session, void *objects, ulong max, void *count',
  C_FindObjectsFinal: 'ulong session',
  C_EncryptInit: 'ulong session, void *mechanism, ulong key',
  C_Encrypt: 'ulong session, void *data, ulong length, void *out, void *outLength',
  C_SignInit: 'ulong session, void *mechanism, ulong key',
  C_Sign: 'ulong session, void *data, ulong length, void *out, void *outLength',
  C_VerifyInit: 'ulong session, void *mechanism, ulong key',
  C_Verify: 'ulong session, void *data, ulong length, void *signature, ulong signatureLength',
  C_GenerateKey: 'ulong session, void *mechanism, void *template, ulong count, void *key',
  C_GenerateKeyPair:
    'ulong session, void *mechanism, void *publicTemplate, ulong publicCount, ' +
    'void *privateTemplate, ulong privateCount, void *publicKey, void *privateKey',
  C_DeriveKey: 'ulong session, void *mechanism, ulong base, void *template, ulong count, void *key',
} as const

type FunctionName = keyof typeof SIGNATURES
export type Argument = number | Uint8Array | Structure | null

/** A loaded and initialised library. Its calls block: it belongs into a worker thread. */
export interface Cryptoki {
  /** Calls a function and throws what its result means; `hint` tells people what to do. */
  call(name: FunctionName, args: readonly Argument[], hint?: string): void
  /** Calls a function and returns its result. */
  result(name: FunctionName, args: readonly Argument[]): number
}

/** Size of CK_C_INITIALIZE_ARGS and the place of its flags. */
const INITIALIZE_ARGS = { bytes: 48, flagsAt: 32 } as const

/** Keeps memory that only addresses point to from being collected during a call. */
const memory: { inUse: readonly Argument[] } = { inUse: [] }

/**
 * Loads and initialises a library. Throws `key.hsm-busy` when this process has it open already:
 * its logins would count for the second opener too, whatever PIN that one gives.
 */
export function loadCryptoki(path: string): Cryptoki {
  if (process.platform === 'win32' || koffi.sizeof('ulong') !== 8) {
    throw new UnifareError('key.hsm-no-library', 'PKCS#11 is supported on 64-bit Linux and macOS')
  }
  const library = loadLibrary(path)
  const functions = new Map<FunctionName, (...args: readonly unknown[]) => number | bigint>()
  const result = (name: FunctionName, args: readonly Argument[]): number => {
    const known = functions.get(name) ?? library.func(`ulong ${name}(${SIGNATURES[name]})`)
    functions.set(name, known)
    memory.inUse = args
    const answer = Number(known(...args.map(pointerOf)))
    memory.inUse = []
    return answer
  }
  const cryptoki: Cryptoki = {
    result,
    call(name, args, hint) {
      const answer = result(name, args)
      if (answer !== CKR.ok) throw resultError(name, answer, hint)
    },
  }
  const args = new Uint8Array(INITIALIZE_ARGS.bytes)
  args[INITIALIZE_ARGS.flagsAt] = CKF.osLockingOk
  cryptoki.call('C_Initialize', [args])
  return cryptoki
}

function pointerOf(argument: Argument): number | Uint8Array | null {
  return argument !== null && typeof argument === 'object' && 'bytes' in argument
    ? argument.bytes
    : argument
}

function loadLibrary(path: string): ReturnType<typeof koffi.load> {
  try {
    return koffi.load(path)
  } catch (error) {
    throw new UnifareError('key.hsm-no-library', `${path} is no PKCS#11 library: ${String(error)}`)
  }
}
