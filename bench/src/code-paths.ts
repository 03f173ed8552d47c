import type { SignatureEngine } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import {
  type CodeCaches,
  createCodeCaches,
  createFastVerifier,
  DEFAULT_KEY_LIMITS,
  type FastVerifier,
  verifyCode,
} from '@unifare/ridecode'
import { AT_S, type CodeNetwork } from './code-network.ts'

/** A way to verify whole codes. */
export interface CodePath {
  readonly name: string
  readonly verify: (code: Uint8Array) => boolean
}

/** Terminal and centre with the fast verifier. */
export interface FastPath extends CodePath {
  readonly engine: FastVerifier
  readonly hits: () => { readonly authorisations: number; readonly riderTables: number }
  /** Begins to count hits anew. */
  readonly clear: () => void
}

const MAX_CERTIFICATES = 64

/** Good signatures from which the issuer has its table here: soon, since tests show few codes. */
const ISSUER_USES = 16

/** Key objects of root, issuer and one rider: every other rider's key is imported anew. */
const NATIVE_KEYS_FIRST_SEEN = 3

/**
 * The native path without caches of ours: OpenSSL verifies certificate, authorisation and code.
 * With `certificate: 'known'` it is spared the first, though that is a cache of ours: the strictest
 * baseline. Key objects of returning riders are kept, as `nodeEngine` does by itself.
 */
export function nativePath(
  network: CodeNetwork,
  options: { readonly riders: 'new' | 'returning'; readonly certificate: 'verified' | 'known' },
): CodePath {
  const engine = nodeEngine(
    options.riders === 'new' ? { keyCacheSize: NATIVE_KEYS_FIRST_SEEN } : {},
  )
  const known = options.certificate === 'known'
  const caches = createCodeCaches({ maxCertificates: MAX_CERTIFICATES, maxAuthorisations: 0 })
  return {
    name: known ? 'nodeEngine, certificate known' : 'nodeEngine, whole code',
    verify: pathOf(network, engine, known ? caches : undefined),
  }
}

/** Ours where every rider is new: certificate and issuer's table are known, no rider is kept. */
export function firstSeenPath(network: CodeNetwork): FastPath {
  // Two keys: the issuer's, used for every code, and the last rider's.
  return fastPath(network, { maxAuthorisations: 0, maxKeys: 2 })
}

/** Ours where riders come again: authorisation and a small table of their key are kept. */
export function returningPath(network: CodeNetwork, population: number): FastPath {
  return fastPath(network, { maxAuthorisations: 2 * population, maxKeys: 2 * population })
}

function fastPath(
  network: CodeNetwork,
  limits: { readonly maxAuthorisations: number; readonly maxKeys: number },
): FastPath {
  const engine = createFastVerifier({
    reference: nodeEngine(),
    limits: {
      maxKeys: limits.maxKeys,
      maxRiders: Math.max(limits.maxAuthorisations, DEFAULT_KEY_LIMITS.maxRiders),
      issuerUses: ISSUER_USES,
    },
  })
  const caches = createCodeCaches({
    maxCertificates: MAX_CERTIFICATES,
    maxAuthorisations: limits.maxAuthorisations,
  })
  let [asked, hit] = [0, 0]
  const counted: CodeCaches = {
    certificates: caches.certificates,
    authorisations: {
      add: (name) => caches.authorisations.add(name),
      has(name) {
        const has = caches.authorisations.has(name)
        asked += 1
        hit += Number(has)
        return has
      },
      get size() {
        return caches.authorisations.size
      },
    },
  }
  let before = engine.counts()
  return {
    name: 'fast verifier',
    engine,
    verify: pathOf(network, engine, counted),
    clear() {
      ;[asked, hit] = [0, 0]
      before = engine.counts()
    },
    hits() {
      const now = engine.counts()
      return {
        authorisations: hit / asked,
        riderTables: (now.withTable - before.withTable) / (now.asked - before.asked),
      }
    },
  }
}

function pathOf({ keys }: CodeNetwork, engine: SignatureEngine, caches?: CodeCaches) {
  return (bytes: Uint8Array): boolean =>
    verifyCode({ bytes, atS: AT_S, keys, engine, ...(caches && { caches }) }).ok
}
