import { pbkdf2Sync } from 'node:crypto'
import { createSeededRandom, fromHex, toHex, utf8 } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import { describe, expect, test } from 'vitest'
import { newSecret, slowHash } from './index.ts'
import { keptOf, sentOf } from './secret.ts'

const seeded = createSeededRandom('secrets')
const random = (length: number) => seeded.bytes(length)

describe('a claim secret', () => {
  test('has 12 letters that people can tell apart', () => {
    const secrets = Array.from({ length: 50 }, () => newSecret(random))
    for (const secret of secrets) expect(secret).toMatch(/^[A-HJ-NP-Z2-9]{12}$/)
    expect(new Set(secrets).size).toBe(secrets.length)
  })

  test('is hashed by PBKDF2 with HMAC-SHA-256 and 600 000 rounds, as Node does it', async () => {
    const [secret, salt] = [utf8('K7QH2WXP9RTM'), fromHex('00112233445566778899AABBCCDDEEFF')]
    const known = pbkdf2Sync(secret, salt, 600_000, 32, 'sha256')
    expect(toHex(await slowHash(secret, salt))).toBe(toHex(new Uint8Array(known)))
  })

  test('is sent as a slow hash of which the issuer keeps another hash', async () => {
    const rule = { publicKey: 'AB'.repeat(32), slowHash }
    const kept = await keptOf('K7QH2WXP9RTM', rule)
    expect(await keptOf('K7QH2WXP9RTM', rule)).toEqual(kept)
    const sent = await sentOf('K7QH 2WXP-9RTM', kept.claimSalt, slowHash)
    expect(toHex(sha256(fromHex(sent)))).toBe(kept.claimHash)
    expect(sent).not.toBe(kept.claimHash)
    const other = await keptOf('K7QH2WXP9RTM', { ...rule, publicKey: 'CD'.repeat(32) })
    expect(other.claimSalt).not.toBe(kept.claimSalt)
  })
})
