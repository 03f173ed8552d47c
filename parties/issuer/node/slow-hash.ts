import { scrypt } from 'node:crypto'
import type { SlowHash } from '../src/index.ts'

/** 16 MiB and some 50 ms a guess. */
const COST = { N: 2 ** 14, r: 8, p: 1 } as const
const HASH_BYTES = 32

/** scrypt (RFC 7914) with N 2^14, r 8, p 1: the slow hash of claim secrets. */
export const slowHash: SlowHash = (secret, salt) =>
  new Promise((resolve, reject) => {
    scrypt(secret, salt, HASH_BYTES, COST, (error, hash) => {
      if (error) reject(error)
      else resolve(new Uint8Array(hash))
    })
  })
