import { requireData, writeFields } from '@unifare/core'
import type { Credential } from './credential.ts'
import { signerId } from './id-policy.ts'
import { BAD_FIELD, CODE_LENGTH_MIN, CUSTOM_OFFSET, SIGNATURE_TAG, TAIL } from './layout.ts'
import { userMessage } from './ride-code.ts'
import type { UserSign } from './sign.ts'

/** One display of a code. */
export interface CodeRequest {
  readonly credential: Credential
  /** Unix seconds; take it from `nextGenerationTime`, never twice the same for an account. */
  readonly generationTimeS: number
  /** Signs for the phone, with the key of the credential. */
  readonly sign: UserSign
}

/**
 * A code of 332 to 364 bytes, ready to be shown. Throws `code.bad-credential` when the
 * authorisation ends before the generation time: terminals would refuse it.
 */
export function makeCode({ credential, generationTimeS, sign }: CodeRequest): Uint8Array {
  const { authorisationExpiryS, custom, idPolicy } = credential
  requireData(
    generationTimeS <= authorisationExpiryS,
    'code.bad-credential',
    `the credential ended at ${authorisationExpiryS}, before ${generationTimeS}: renew it`,
  )
  const bytes = new Uint8Array(CODE_LENGTH_MIN + custom.length)
  const tail = CUSTOM_OFFSET + custom.length
  bytes.set(credential.bytes)
  const options = { ...BAD_FIELD, base: tail }
  writeFields(bytes, TAIL, { generationTimeS }, options)
  const signature = sign(userMessage(bytes, custom.length), signerId(idPolicy, 'user', bytes))
  writeFields(bytes, TAIL, { userTag: SIGNATURE_TAG, userSignature: signature }, options)
  return bytes
}
