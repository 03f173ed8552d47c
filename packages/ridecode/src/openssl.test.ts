import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { concat, fromHex, toHex } from '@unifare/core'
import { type KeyPair, sm2Decompress } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import { afterAll, expect, test } from 'vitest'
import { type IdPolicy, parseCode, parseIssuerKeys, verifyCode } from './index.ts'
import { makeCode } from './make-code.ts'
import {
  AT_S,
  certificate,
  code,
  credential,
  ISSUER_KEYS,
  issuerKeysContent,
  ROOT_KEYS,
  USER_KEYS,
} from './network.fixture.ts'

/** The `openssl` command against ours, on the bytes and ids of real codes. */

const folder = mkdtempSync(join(tmpdir(), 'unifare-code-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function file(bytes: Uint8Array): string {
  const path = join(folder, String(files++))
  writeFileSync(path, bytes)
  return path
}

const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] })

const PUBLIC_HEAD = fromHex('3059301306072A8648CE3D020106082A811CCF5501822D034200')
const PRIVATE_HEAD = fromHex(
  '308187020100301306072A8648CE3D020106082A811CCF5501822D046D306B0201010420',
)

/** An integer of DER: no needless zero in front, one where the top bit is set. */
function derInteger(number: Uint8Array): Uint8Array {
  const first = number.findIndex((byte) => byte !== 0)
  const digits = number.subarray(first)
  const body = (digits[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...digits) : digits
  return Uint8Array.of(2, body.length, ...body)
}

function der(signature: Uint8Array): Uint8Array {
  const body = concat(derInteger(signature.subarray(0, 32)), derInteger(signature.subarray(32)))
  return Uint8Array.of(0x30, body.length, ...body)
}

function raw(signature: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(64)
  let at = 4
  for (const end of [32, 64]) {
    const length = signature[at - 1] ?? 0
    const digits = signature.subarray(at, at + length).slice(-32)
    bytes.set(digits, end - digits.length)
    at += length + 2
  }
  return bytes
}

interface Asked {
  readonly keys: KeyPair
  readonly message: Uint8Array
  readonly id: Uint8Array
}

function theySign({ keys, message, id }: Asked): Uint8Array {
  const tail = concat(fromHex('A144034200'), sm2Decompress(keys.publicKey))
  const key = file(concat(PRIVATE_HEAD, keys.privateKey, tail))
  const option = ['-sigopt', `hexdistid:${toHex(id)}`]
  return raw(openssl('dgst', '-sm3', '-keyform', 'DER', '-sign', key, ...option, file(message)))
}

function theyVerify({ keys, message, id }: Asked, signature: Uint8Array): boolean {
  const key = file(concat(PUBLIC_HEAD, sm2Decompress(keys.publicKey)))
  const pem = openssl('pkey', '-pubin', '-inform', 'DER', '-in', key)
  const check = ['-sm3', '-verify', file(pem), '-signature', file(der(signature))]
  try {
    openssl('dgst', ...check, '-sigopt', `hexdistid:${toHex(id)}`, file(message))
    return true
  } catch {
    return false
  }
}

const DEFAULT_ID = new TextEncoder().encode('1234567812345678')

test.each<[IdPolicy, number]>([
  ['default', 0x80],
  ['shanghai', 0x81],
])('openssl verifies the three signatures of our code: %s ids', async (idPolicy, version) => {
  const bytes = await code({ idPolicy, version, custom: Uint8Array.of(1, 2, 3) })
  const parsed = parseCode(bytes)
  if (!parsed.ok) throw new Error(parsed.code)
  const idOf = (from: number, to: number) =>
    idPolicy === 'default' ? DEFAULT_ID : bytes.subarray(from, to)
  const levels: [Asked, Uint8Array][] = [
    [
      { keys: ROOT_KEYS, message: bytes.subarray(9, 56), id: idOf(4, 9) },
      parsed.code.certificate.signature,
    ],
    [
      { keys: ISSUER_KEYS, message: bytes.subarray(3, 201), id: idOf(146, 154) },
      parsed.code.issuerSignature,
    ],
    [
      { keys: USER_KEYS, message: bytes.subarray(0, 270), id: idOf(136, 146) },
      parsed.code.userSignature,
    ],
  ]
  for (const [asked, signature] of levels) {
    expect(theyVerify(asked, signature)).toBe(true)
    expect(theyVerify({ ...asked, message: asked.message.subarray(1) }, signature)).toBe(false)
  }
})

test.each<[IdPolicy, number]>([
  ['default', 0x80],
  ['shanghai', 0x81],
])('we verify a code whose signatures openssl made: %s ids', async (idPolicy, version) => {
  const by = (keys: KeyPair) => (message: Uint8Array, id: Uint8Array | null) =>
    theySign({ keys, message, id: id ?? new Uint8Array() })
  const bytes = makeCode({
    credential: await credential({
      idPolicy,
      version,
      certificate: await certificate({ idPolicy, sign: by(ROOT_KEYS) }),
      sign: by(ISSUER_KEYS),
    }),
    generationTimeS: AT_S,
    sign: by(USER_KEYS),
  })
  const engine = nodeEngine()
  const keys = parseIssuerKeys(await issuerKeysContent({ idPolicy, versions: [version] }), engine)
  expect(verifyCode({ bytes, atS: AT_S, keys, engine })).toMatchObject({ ok: true })
})
