import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { formatProof, proveStored } from '@unifare/centre'
import { parseDay, requireData, toHex } from '@unifare/core'
import { EXIT, tell } from '../../output.ts'
import { openInstitutionStorage } from '../../party-storage.ts'
import { openStoredParty } from '../../stored-network.ts'

interface ProofOptions {
  readonly data: string
  readonly day?: string
  readonly out?: string
  readonly lang: 'en' | 'zh'
}

/** Writes a proof as JSON; words and the key that verifies it go to standard error. */
export async function makeProof(what: string | undefined, options: ProofOptions): Promise<number> {
  requireData(what !== undefined, 'proof.bad-name', 'which tap, charge, order or position?')
  if (options.day !== undefined) parseDay(options.day)
  const stored = await openStoredParty(options.data)
  try {
    const storage = await openInstitutionStorage(resolve(options.data), stored.id)
    const { day } = options
    const proof = await stored.repository.transaction((tx) =>
      proveStored(tx, what, { day, storage }),
    )
    const text = formatProof(proof)
    if (options.out === undefined) process.stdout.write(text)
    else await writeFile(options.out, text)
    tell(proof.text[options.lang])
    const key = stored.publicKeyOf(stored.centre)
    if (key !== undefined) tell(`${KEY_WORDS[options.lang]} ${stored.centre}: ${toHex(key)}`)
    return EXIT.ok
  } finally {
    await stored.close()
  }
}

const KEY_WORDS = {
  en: 'to verify: unifare proof verify <file> --key <key>; public key of the centre',
  zh: '验证：unifare proof verify <文件> --key <公钥>；清分中心公钥',
} as const
