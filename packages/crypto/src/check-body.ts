import type { CheckedBody, SignatureEngine, SignedBody } from './engine.ts'

/** Hash and signature of a body, made on the thread of the caller. */
export function checkBody(
  { publicKey, signed, signature, body, parts = [body.length] }: SignedBody,
  engine: Pick<SignatureEngine, 'sha256' | 'ed25519Verify'>,
): CheckedBody {
  let end = 0
  const hashes = parts.map((length) => {
    end += length
    return engine.sha256(body.subarray(end - length, end))
  })
  return { hashes, genuine: engine.ed25519Verify(publicKey, signed, signature) }
}
