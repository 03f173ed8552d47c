import 'reflect-metadata'
import { createPrivateKey } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AsnConvert } from '@peculiar/asn1-schema'
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } from '@peculiar/asn1-x509'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { Instant } from '@unifare/core'

const DAY_MS = 86_400_000
const AUTHORITY_DAYS = 365
/** Browsers take no server certificate that is valid much longer. */
const SERVER_DAYS = 90
const NAME_CONSTRAINTS_OID = '2.5.29.30'
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/**
 * Where this authority may ever stand for: this machine and private networks (RFC 1918, link-local).
 * A phone that trusts it trusts it for nothing on the public network.
 */
const PERMITTED_NETWORKS = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
] as const
const PERMITTED_NAMES = ['localhost', 'local'] as const

/** A local authority, and a server certificate of it. */
export interface LocalAuthority {
  /** The authority's certificate, DER: what phones install. */
  readonly certificate: Uint8Array
  /** SHA-256 of it, in hexadecimal: what people compare. */
  readonly fingerprint: string
  /** A key and certificate, PEM, for a server at these addresses; made anew at every start. */
  serverFor(addresses: readonly string[], at: Instant): Promise<{ key: string; cert: string }>
}

/**
 * Opens the local authority of a folder, or makes one: its key never leaves this machine and can
 * be used for private addresses alone. One whose time is up is replaced.
 */
export async function openAuthority(dir: string, at: Instant): Promise<LocalAuthority> {
  const held = await readAuthority(dir)
  const fresh = held && held.certificate.notAfter.getTime() > at + SERVER_DAYS * DAY_MS
  const { certificate, privateKey } = fresh ? held : await makeAuthority(dir, at)
  return {
    certificate: new Uint8Array(certificate.rawData),
    fingerprint: Buffer.from(await certificate.getThumbprint('SHA-256'))
      .toString('hex')
      .toUpperCase(),
    async serverFor(addresses, now) {
      const keys = await newKeys()
      const cert = await X509CertificateGenerator.create({
        subject: 'CN=Unifare demonstration',
        issuer: certificate.subject,
        notBefore: new Date(now - DAY_MS),
        notAfter: new Date(now + SERVER_DAYS * DAY_MS),
        publicKey: keys.publicKey,
        signingKey: privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
          new SubjectAlternativeNameExtension([
            { type: 'dns', value: 'localhost' },
            ...addresses.map((value) => ({ type: 'ip', value }) as const),
          ]),
        ],
      })
      return { key: await pemOf(keys.privateKey), cert: cert.toString('pem') }
    },
  }
}

interface Authority {
  readonly certificate: X509Certificate
  readonly privateKey: CryptoKey
}

async function readAuthority(dir: string): Promise<Authority | undefined> {
  const [key, cert] = await Promise.all(
    ['authority.key', 'authority.crt'].map((name) => readFile(join(dir, name)).catch(() => null)),
  )
  if (!key || !cert) return undefined
  return { certificate: new X509Certificate(cert), privateKey: await privateKeyOf(key.toString()) }
}

async function makeAuthority(dir: string, at: Instant): Promise<Authority> {
  const keys = await newKeys()
  const permitted = [
    ...PERMITTED_NETWORKS.map((iPAddress) => new GeneralName({ iPAddress })),
    ...PERMITTED_NAMES.map((dNSName) => new GeneralName({ dNSName })),
  ]
  const constraints = new NameConstraints({
    permittedSubtrees: new GeneralSubtrees(permitted.map((base) => new GeneralSubtree({ base }))),
  })
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=Unifare local authority ${new Date(at).toISOString().slice(0, 10)}`,
    notBefore: new Date(at - DAY_MS),
    notAfter: new Date(at + AUTHORITY_DAYS * DAY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      new Extension(NAME_CONSTRAINTS_OID, true, AsnConvert.serialize(constraints)),
    ],
  })
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await writeFile(join(dir, 'authority.key'), await pemOf(keys.privateKey), { mode: 0o600 })
  await chmod(join(dir, 'authority.key'), 0o600)
  await writeFile(join(dir, 'authority.crt'), new Uint8Array(certificate.rawData))
  return { certificate, privateKey: keys.privateKey }
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

async function pemOf(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key))
  const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return pem.export({ format: 'pem', type: 'pkcs8' }).toString()
}

function privateKeyOf(pem: string): Promise<CryptoKey> {
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' })
  return crypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign'])
}
