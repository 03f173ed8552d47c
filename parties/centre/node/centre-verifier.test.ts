import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { saveEncryptedKeyStore } from '@unifare/crypto/node'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { CENTRE, cardTap, keyStore } from '../src/clearing.fixture.ts'
import { verifyTaps } from '../src/index.ts'
import { openVerifier } from './centre-verifier.ts'

const PASSPHRASE = 'a passphrase of the tests'
let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unifare-verifier-'))
  file = join(folder, 'keys')
  await saveEncryptedKeyStore({
    file,
    passphrase: PASSPHRASE,
    keys: keyStore.export(),
    cost: 14,
  })
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => vi.unstubAllEnvs())

describe('the verifier of a centre', () => {
  const options = () => ({ keyOwner: CENTRE, keys: { kind: 'file', file } })

  test('verifies cards under the masters of its key file', async () => {
    vi.stubEnv('UNIFARE_PASSPHRASE', PASSPHRASE)
    const verifier = await openVerifier(options())
    const tap = await cardTap()
    const verdicts = await verifyTaps([tap, { ...tap, amountFen: 1 }], verifier)
    expect(verdicts.map(({ evidence }) => evidence)).toEqual(['normal', 'card.evidence'])
  })

  test('takes the passphrase from the environment alone', async () => {
    vi.stubEnv('UNIFARE_PASSPHRASE', '')
    await expect(openVerifier(options())).rejects.toMatchObject({ code: 'clearing.no-secret' })
    vi.stubEnv('UNIFARE_PASSPHRASE', 'another passphrase')
    await expect(openVerifier(options())).rejects.toMatchObject({
      code: expect.stringMatching(/^key\./),
    })
  })
})
