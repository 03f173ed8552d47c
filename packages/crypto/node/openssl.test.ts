import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromHex, toHex, utf8 } from '@unifare/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pureEngine, SM2_DEFAULT_ID, sm2KeyPair, sm3 } from '../src/index.ts'
import { derSignature } from './der.ts'
import { nodeEngine } from './node-engine.ts'
import {
  openssl,
  rawSignature,
  sm2PrivateKeyObject,
  sm2PublicKeyObject,
} from './openssl.fixture.ts'

const pair = sm2KeyPair((length) => sm3(utf8('a key for openssl')).slice(0, length))
const message = utf8('code of the ride, fields 1 to 16')
const engines = [pureEngine, nodeEngine()]

let folder = ''
const path = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unifare-openssl-'))
  const privateKey = sm2PrivateKeyObject(pair).export({ format: 'pem', type: 'pkcs8' })
  await writeFile(path('key.pem'), privateKey, { mode: 0o600 })
  await writeFile(
    path('public.pem'),
    sm2PublicKeyObject(pair).export({ format: 'pem', type: 'spki' }),
  )
  await writeFile(path('message'), message)
  await writeFile(path('digest'), sm3(message))
})

afterAll(() => rm(folder, { recursive: true }))

describe('SM2 with the openssl command, each way', () => {
  test.each([
    ['the default id', SM2_DEFAULT_ID],
    ['a binary id', fromHex('0000FF80317A00019C42')],
    ['a service and key index', fromHex('0100000001')],
  ])('%s', async (_, id) => {
    const option = ['-sigopt', `hexdistid:${toHex(id)}`]
    const theirs = openssl('dgst', '-sm3', '-sign', path('key.pem'), ...option, path('message'))
    for (const engine of engines) {
      const input = { publicKey: pair.publicKey, id, message, signature: rawSignature(theirs) }
      expect(engine.sm2Verify(input)).toBe(true)
      expect(engine.sm2Verify({ ...input, id: null })).toBe(false)
      expect(engine.sm2Verify({ ...input, message: utf8('another') })).toBe(false)
    }
    await writeFile(path('ours'), derSignature(sign(id)))
    const check = ['dgst', '-sm3', '-verify', path('public.pem'), '-signature', path('ours')]
    expect(String(openssl(...check, ...option, path('message')))).toContain('Verified OK')
    const otherId = ['-sigopt', 'distid:another']
    expect(() => openssl(...check, ...otherId, path('message'))).toThrow()
  })

  test('no id: the plain SM3 digest', async () => {
    const theirs = openssl('pkeyutl', '-sign', '-inkey', path('key.pem'), '-in', path('digest'))
    for (const engine of engines) {
      const input = { publicKey: pair.publicKey, id: null, message }
      expect(engine.sm2Verify({ ...input, signature: rawSignature(theirs) })).toBe(true)
    }
    await writeFile(path('ours'), derSignature(sign(null)))
    const check = ['pkeyutl', '-verify', '-pubin', '-inkey', path('public.pem')]
    const files = ['-sigfile', path('ours'), '-in', path('digest')]
    expect(String(openssl(...check, ...files))).toContain('Verified Successfully')
  })
})

function sign(id: Uint8Array | null): Uint8Array {
  let count = 0
  const random = (length: number) => sm3(utf8(`openssl ${count++}`)).slice(0, length)
  return pureEngine.sm2Sign({ ...pair, id, message, random })
}
