import { fromHex, toHex } from '@unifare/core'
import { pureEngine } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import { describe, expect, test } from 'vitest'
import codes from '../vectors/codes.json' with { type: 'json' }
import keys from '../vectors/keys.json' with { type: 'json' }
import refused from '../vectors/refused.json' with { type: 'json' }
import { createFastVerifier, parseCode, parseIssuerKeys, verifyCode } from './index.ts'
import {
  certificate,
  code,
  customOf,
  ISSUER_KEYS,
  issuerKeysContent,
  ROOT_KEYS,
  rootRecord,
  USER_KEYS,
} from './network.fixture.ts'

const engine = nodeEngine()
const fast = createFastVerifier({ reference: engine })
type IdPolicy = 'default' | 'shanghai' | 'none'

describe('golden codes: custom fields of 0, 1, 16, 32 bytes and three id policies', () => {
  test('there is one for every case', () => {
    expect(codes.codes.map(({ name }) => name)).toEqual([
      'default id, n = 0',
      'default id, n = 1',
      'default id, n = 16',
      'default id, n = 32',
      'shanghai id, n = 0',
      'shanghai id, n = 32',
      'none id, n = 0',
      'none id, n = 32',
    ])
  })

  test.each(codes.codes)('$name: every field is where it belongs', ({ hex, parsed: expected }) => {
    const parsed = parseCode(fromHex(hex))
    if (!parsed.ok) throw new Error(parsed.code)
    const { certificate: issuerCertificate, bytes, ...fields } = parsed.code
    expect(toHex(bytes)).toBe(hex)
    expect({
      caIndex: issuerCertificate.caIndex,
      certificateIssuer: issuerCertificate.issuer,
      certificateSerial: issuerCertificate.serial,
      ...Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [
          name,
          value instanceof Uint8Array ? toHex(value) : value,
        ]),
      ),
    }).toEqual(expected)
  })

  test.each(codes.codes)('$name: verifies on every engine, under its own ids only', (golden) => {
    const { atS, hex, parsed } = golden
    const listOf = (idPolicy: IdPolicy) =>
      parseIssuerKeys({
        roots: keys.issuerKeys.roots,
        issuers: [{ ...keys.issuerKeys.issuers[0], idPolicy, versions: [parsed.version] }],
      })
    const policy = golden.idPolicy as IdPolicy
    for (const each of [engine, pureEngine, fast]) {
      const verdict = verifyCode({ bytes: fromHex(hex), atS, keys: listOf(policy), engine: each })
      expect(verdict).toMatchObject({
        ok: true,
        identity: { issuer: '02205810', account: parsed.cardAccount, generationTimeS: atS },
      })
    }
    for (const other of ['default', 'shanghai', 'none'] as const) {
      if (other === policy) continue
      expect(verifyCode({ bytes: fromHex(hex), atS, keys: listOf(other), engine })).toEqual({
        ok: false,
        code: 'code.bad-certificate-signature',
        step: 3,
      })
    }
  })
})

test.each(refused.codes)('golden refusal: $name', ({ hex, atS, verdict }) => {
  const list = parseIssuerKeys(keys.issuerKeys)
  const answer = verifyCode({ bytes: fromHex(hex), atS, keys: list, engine })
  expect(answer).toMatchObject({ ok: false, code: verdict })
})

describe('the vectors can be made again', () => {
  test('keys, root record, certificate, list', async () => {
    expect(toHex(ROOT_KEYS.privateKey)).toBe(keys.root.privateKey)
    expect(toHex(ISSUER_KEYS.publicKey)).toBe(keys.issuer.publicKey)
    expect(toHex(USER_KEYS.publicKey)).toBe(keys.user.publicKey)
    expect(toHex(await rootRecord())).toBe(keys.rootRecord)
    expect(toHex(await certificate())).toBe(keys.certificate)
    expect(await issuerKeysContent()).toEqual(keys.issuerKeys)
  })

  test.each(codes.codes)('$name', async ({ idPolicy, parsed, hex }) => {
    const made = await code({
      idPolicy: idPolicy as IdPolicy,
      version: parsed.version,
      custom: customOf(parsed.custom.length / 2),
    })
    expect(toHex(made)).toBe(hex)
  })
})
