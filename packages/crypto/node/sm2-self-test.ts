import { fromHex, utf8 } from '@unifare/core'
import type { Sm2VerifyInput } from '../src/sm2.ts'
import { SM2_DEFAULT_ID } from '../src/sm2-curve.ts'

/** Example of GM/T 0003.5-2012, A.2: key, "message digest", default id. */
const VECTOR: Sm2VerifyInput = {
  publicKey: fromHex('0309F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020'),
  id: SM2_DEFAULT_ID,
  message: utf8('message digest'),
  signature: fromHex(
    'F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3' +
      'B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA',
  ),
}

/** What a verifier must refuse: another id, no id at all, another message, r and s exchanged. */
const REFUSED: readonly Partial<Sm2VerifyInput>[] = [
  { id: utf8('1234567812345679') },
  { id: null },
  { message: utf8('message digesu') },
  {
    signature: fromHex(
      'B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA' +
        'F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3',
    ),
  },
]

/** Whether a verifier accepts the published signature and refuses its neighbours; never throws. */
export function passesSm2SelfTest(verify: (input: Sm2VerifyInput) => boolean): boolean {
  try {
    return verify(VECTOR) && REFUSED.every((change) => !verify({ ...VECTOR, ...change }))
  } catch {
    return false
  }
}
