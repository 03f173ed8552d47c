// Writes the conformance vectors beside this file: npx node packages/ridecode/vectors/make.ts
// They are made once and then kept: an implementation that disagrees with them is wrong.
import { writeFileSync } from 'node:fs'
import { toHex } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import {
  CODE,
  type IdPolicy,
  type IssuerKeysContent,
  parseCode,
  parseIssuerKeys,
  verifyCode,
} from '../src/index.ts'
import {
  AT_S,
  certificate,
  code,
  customOf,
  ISSUER_KEYS,
  issuerKeysContent,
  ROOT_KEYS,
  rootRecord,
  signWith,
  testKeys,
  USER_KEYS,
} from '../src/network.fixture.ts'

const engine = nodeEngine()
const POLICIES: readonly IdPolicy[] = ['default', 'shanghai', 'none']
const versionOf = (policy: IdPolicy) => (policy === 'default' ? 0x80 : 0x81)

function parsedView(bytes: Uint8Array): Record<string, string | number> {
  const parsed = parseCode(bytes)
  if (!parsed.ok) return { refused: parsed.code }
  const { certificate: issuerCertificate, ...fields } = parsed.code
  const view: Record<string, string | number> = {
    caIndex: issuerCertificate.caIndex,
    certificateIssuer: issuerCertificate.issuer,
    certificateSerial: issuerCertificate.serial,
  }
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'bytes') continue
    view[name] = value instanceof Uint8Array ? toHex(value) : (value as string | number)
  }
  return view
}

function verdictOf(bytes: Uint8Array, atS: number, list: IssuerKeysContent): string {
  const verdict = verifyCode({ bytes, atS, keys: parseIssuerKeys(list), engine })
  return verdict.ok ? 'ok' : verdict.code
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

async function goodCodes() {
  const cases = POLICIES.flatMap((idPolicy) =>
    (idPolicy === 'default' ? [0, 1, 16, 32] : [0, 32]).map((n) => ({ idPolicy, n })),
  )
  return Promise.all(
    cases.map(async ({ idPolicy, n }) => {
      const version = versionOf(idPolicy)
      const bytes = await code({ idPolicy, version, custom: customOf(n) })
      const keys = await issuerKeysContent({ idPolicy, versions: [version] })
      return {
        name: `${idPolicy} id, n = ${n}`,
        idPolicy,
        atS: AT_S,
        hex: toHex(bytes),
        parsed: parsedView(bytes),
        verdict: verdictOf(bytes, AT_S, keys),
      }
    }),
  )
}

async function refusedCodes() {
  const good = await code()
  const otherRoot = testKeys('other root')
  const cases: [name: string, bytes: Uint8Array, atS?: number][] = [
    ['one byte short', good.subarray(0, good.length - 1)],
    ['length field one more', flip(good, CODE.dataLength[0] + 1)],
    ['unknown version', Uint8Array.of(0x10, ...good.subarray(1))],
    ['header of the certificate', flip(good, 3)],
    ['unknown root', await code({ certificate: await certificate({ caIndex: 0x17 }) })],
    ['expired certificate', await code({ certificate: await certificate({ expiry: '1026' }) })],
    [
      'certificate of another root',
      await code({ certificate: await certificate({ sign: signWith(otherRoot) }) }),
    ],
    ['suspended account', await code({ accountType: 0xdd })],
    ['authorisation ended', good, AT_S + 24 * 3600 + 1],
    ['from the future', await code({}, AT_S + 21)],
    ['expired by a second', good, AT_S + 121],
    ['authorised by nobody', flip(good, 155)],
    ['signature of the phone', flip(good, 331)],
    ['last tag', flip(good, 267)],
    ['issuer not listed', await code({ issuer: '02002900' })],
    ['version not listed', await code({ version: 0x81 })],
  ]
  const keys = await issuerKeysContent()
  return cases.map(([name, bytes, atS = AT_S]) => ({
    name,
    atS,
    hex: toHex(bytes),
    verdict: verdictOf(bytes, atS, keys),
  }))
}

function hexKeys({ privateKey, publicKey }: typeof ROOT_KEYS) {
  return { privateKey: toHex(privateKey), publicKey: toHex(publicKey) }
}

function write(name: string, content: unknown): void {
  writeFileSync(new URL(name, import.meta.url), `${JSON.stringify(content, null, 1)}\n`)
}

write('keys.json', {
  about: 'Test keys of the ride-code vectors. They are public and protect nothing.',
  source: 'ours',
  root: hexKeys(ROOT_KEYS),
  issuer: hexKeys(ISSUER_KEYS),
  user: hexKeys(USER_KEYS),
  rootRecord: toHex(await rootRecord()),
  certificate: toHex(await certificate()),
  issuerKeys: await issuerKeysContent(),
})
write('codes.json', { source: 'ours', codes: await goodCodes() })
write('refused.json', { source: 'ours', codes: await refusedCodes() })
