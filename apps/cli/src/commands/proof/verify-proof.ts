import { readFile } from 'node:fs/promises'
import { parseProof, proofErrors, verifyProof } from '@unifare/centre'
import { fromHex, requireData, UnifareError } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import { EXIT, printJson, printLines } from '../../output.ts'

interface VerifyOptions {
  readonly key?: string
  readonly lang: 'en' | 'zh'
  readonly json?: boolean
}

/**
 * Verifies a proof file against the centre's public key; exit code 1 when it proves nothing. Reads
 * two files at most and asks nobody.
 */
export async function verifyProofFile(file: string, options: VerifyOptions): Promise<number> {
  const publicKey = await readKey(options.key)
  const proof = parseProof(await textOf(file))
  const verdict = verifyProof(proof, { publicKey, engine: nodeEngine() })
  const words = verdict.ok ? verdict.text : proofErrors[verdict.code]
  if (options.json === true) {
    const { day, root, subject } = proof
    printJson({ ...verdict, text: words, subject, day, root })
  } else {
    printLines(`${verdict.ok ? '✓' : '✗'} ${words[options.lang]}`)
  }
  return verdict.ok ? EXIT.ok : EXIT.differences
}

/** A signature means something only under a key that one knows to be the centre's. */
async function readKey(key: string | undefined): Promise<Uint8Array> {
  requireData(
    key !== undefined,
    'proof.no-key',
    "name the centre's public key with --key: as the centre publishes it, never from who hands over the proof",
  )
  const hex = /^[0-9A-Fa-f]{64}$/.test(key) ? key : (await textOf(key)).trim()
  requireData(/^[0-9A-Fa-f]{64}$/.test(hex), 'proof.no-key', 'a key has 64 hexadecimal digits')
  return fromHex(hex)
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UnifareError('proof.unreadable', `${file} cannot be read (${error.code})`)
  })
}
