import { availableParallelism } from 'node:os'
import { nodeEngine } from '@unifare/crypto/node'
import { createFastVerifier, openWasmVerifier, TABLE_SHAPES } from '@unifare/ridecode'
import { engineForm, nativeKnownKeyForms } from './code-known-key.ts'
import { CODES_A_RIDER, type CodeNetwork, makeCodeNetwork } from './code-network.ts'
import { type CodePath, firstSeenPath, nativePath, returningPath } from './code-paths.ts'
import { median, type RoundTimes, ratio, runRounds } from './rounds.ts'

/** Verifications per CPU second, by path. */
export type Rates = Readonly<Record<string, number>>

/** What `bench code` measured. Only the ratios mean something on another machine. */
export interface CodeReport {
  readonly subject: 'code'
  /** Codes of riders never seen, over the native path that verifies the whole code. */
  readonly ratioFirstSeen: number
  /** Codes of riders who come again, over the same. */
  readonly ratioReturning: number
  /** Signatures under the issuer's key, over the fastest native form with key and ZA kept. */
  readonly ratioKnownKey: number
  /** The first two again, over a native path that is spared the certificate. */
  readonly ratioFirstSeenCertificateKnown: number
  readonly ratioReturningCertificateKnown: number
  readonly perSecond: {
    readonly firstSeen: Rates
    readonly returning: Rates
    readonly knownKey: Rates
  }
  /** Riders with a code each that comes again, and different codes of all. */
  readonly population: { readonly riders: number; readonly codes: number }
  /** Parts found in the rounds of returning riders, 0 to 1. */
  readonly hitRate: { readonly authorisations: number; readonly riderTables: number }
  readonly bytesPerRider: {
    /** Window table in WebAssembly memory. */
    readonly table: number
    /** Names, point and counters on the heap, estimated. */
    readonly heap: number
  }
  readonly bytesPerIssuer: number
  /** Codes that both paths accept, and with one bit changed refuse. */
  readonly agreed: { readonly accepted: number; readonly refused: number }
  /** Time of `createFastVerifier` with its self-test, in this process already warm. */
  readonly startMs: number
  readonly verifier: 'wasm' | 'reference'
  readonly rounds: number
  readonly engine: string
  readonly cores: number
}

const DEFAULTS = { riders: 256, rounds: 9 } as const

/** Two names of 33 and 65 characters, a point, an entry of each map. */
const HEAP_BYTES_PER_RIDER = 1_024

/**
 * Measures whole ride codes by our verifier beside the native path, in turns. Throws when the two
 * disagree on a single code, good or tampered.
 */
export async function benchCode(
  options: {
    readonly riders?: number
    readonly rounds?: number
    readonly seed?: string
    /** Hears what is being done. */
    readonly tell?: (line: string) => void
  } = {},
): Promise<CodeReport> {
  const { riders, rounds, seed = 'bench', tell = () => undefined } = { ...DEFAULTS, ...options }
  tell(`making ${riders * CODES_A_RIDER} codes of ${riders} riders`)
  const network = await makeCodeNetwork({ riders, seed })
  const agreed = requireAgreement(network)
  tell(`${agreed.accepted} codes accepted by both paths, ${agreed.refused} tampered ones refused`)
  const run = { network, rounds, tell }
  const firstSeen = measureFirstSeen(run)
  const returning = measureReturning(run)
  const knownKey = measureKnownKey(run)
  const wasm = openWasmVerifier()
  return {
    subject: 'code',
    ratioFirstSeen: firstSeen.ratio,
    ratioReturning: returning.ratio,
    ratioKnownKey: knownKey.ratio,
    ratioFirstSeenCertificateKnown: firstSeen.ratioCertificateKnown,
    ratioReturningCertificateKnown: returning.ratioCertificateKnown,
    perSecond: {
      firstSeen: firstSeen.rates,
      returning: returning.rates,
      knownKey: knownKey.rates,
    },
    population: { riders, codes: network.all.length },
    hitRate: returning.hitRate,
    bytesPerRider: {
      table: wasm.tableBytes(TABLE_SHAPES.rider),
      heap: HEAP_BYTES_PER_RIDER,
    },
    bytesPerIssuer: wasm.tableBytes(TABLE_SHAPES.issuer),
    agreed,
    startMs: measureStart(),
    verifier: firstSeen.verifier,
    rounds,
    engine: `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, one thread`,
    cores: availableParallelism(),
  }
}

interface Run {
  readonly network: CodeNetwork
  readonly rounds: number
  readonly tell: (line: string) => void
}

const OURS = 'fast verifier'

function measureFirstSeen({ network, rounds, tell }: Run) {
  const ours = firstSeenPath(network)
  const [whole, spared] = nativePaths(network, 'new')
  verifyAll(ours, network.newest)
  const measured = measureCodes({ paths: [ours, whole, spared], codes: network.newest, rounds })
  tell(`first seen: ${rounds} rounds of ${network.newest.length} codes`)
  return { ...measured, verifier: ours.engine.kind }
}

function measureReturning({ network, rounds, tell }: Run) {
  const ours = returningPath(network, network.newest.length)
  const [whole, spared] = nativePaths(network, 'returning')
  verifyAll(ours, network.all)
  ours.clear()
  const measured = measureCodes({ paths: [ours, whole, spared], codes: network.all, rounds })
  tell(`returning riders: ${rounds} rounds of ${network.all.length} codes`)
  return { ...measured, hitRate: ours.hits() }
}

function nativePaths(network: CodeNetwork, riders: 'new' | 'returning') {
  return [
    nativePath(network, { riders, certificate: 'verified' }),
    nativePath(network, { riders, certificate: 'known' }),
  ] as const
}

function measureCodes(options: {
  readonly paths: readonly [CodePath, CodePath, CodePath]
  readonly codes: readonly Uint8Array[]
  readonly rounds: number
}) {
  const { paths, codes, rounds } = options
  const [ours, whole, spared] = paths
  const times = runRounds(
    paths.map((path) => ({ name: path.name, round: () => verifyAll(path, codes) })),
    { rounds },
  )
  const of = ({ name }: CodePath) => times[name] ?? []
  return {
    ratio: ratio(of(whole), of(ours)),
    ratioCertificateKnown: ratio(of(spared), of(ours)),
    rates: ratesOf(times, codes.length),
  }
}

function measureKnownKey({ network, rounds, tell }: Run) {
  const { issued, issuerPublicKey } = network
  const fast = createFastVerifier({ reference: nodeEngine(), limits: { issuerUses: 2 } })
  const forms = [
    { name: OURS, verify: engineForm(fast, issuerPublicKey) },
    ...nativeKnownKeyForms(network),
  ]
  const times = runRounds(
    forms.map(({ name, verify }) => ({
      name,
      round() {
        for (const one of issued) if (!verify(one)) throw new Error(`${name} refused the issuer`)
      },
    })),
    { rounds },
  )
  tell(`known key: ${rounds} rounds of ${issued.length} signatures`)
  const ours = times[OURS] ?? []
  const native = forms.slice(1).map(({ name }) => times[name] ?? [])
  const [fastest = []] = native.toSorted((a, b) => median(a) - median(b))
  return { ratio: ratio(fastest, ours), rates: ratesOf(times, issued.length) }
}

function ratesOf(times: RoundTimes<string>, count: number): Rates {
  return Object.fromEntries(
    Object.entries(times).map(([name, seconds]) => [name, Math.round(count / median(seconds))]),
  )
}

function verifyAll({ name, verify }: CodePath, codes: readonly Uint8Array[]): void {
  for (const code of codes) if (!verify(code)) throw new Error(`${name} refused a good code`)
}

/** Every code, and every code with one bit changed, goes through both paths. */
function requireAgreement(network: CodeNetwork): CodeReport['agreed'] {
  const paths = [
    nativePath(network, { riders: 'returning', certificate: 'verified' }),
    firstSeenPath(network),
    returningPath(network, network.newest.length),
  ]
  for (const path of paths) {
    verifyAll(path, network.newest)
    network.newest.forEach((code, i) => {
      const tampered = code.slice()
      const bit = (i * 41) % (code.length * 8)
      tampered[bit >> 3]! ^= 1 << (bit & 7)
      if (path.verify(tampered))
        throw new Error(`${path.name} accepted a code with bit ${bit} changed`)
    })
  }
  return { accepted: network.newest.length, refused: network.newest.length }
}

function measureStart(): number {
  const started = performance.now()
  createFastVerifier({ reference: nodeEngine() })
  return Math.round(performance.now() - started)
}

/** The report in lines for people. */
export function describeCode(report: CodeReport): string[] {
  const { perSecond, population, hitRate, bytesPerRider, agreed } = report
  const rates = (of: Rates) =>
    Object.entries(of).map(([name, rate]) => `          ${rate}/s (${name})`)
  const percent = (part: number) => `${(part * 100).toFixed(1)} %`
  return [
    `ratioFirstSeen ${report.ratioFirstSeen}: codes of riders never seen per CPU second, over OpenSSL with the whole code (${report.ratioFirstSeenCertificateKnown} when it is spared the certificate)`,
    ...rates(perSecond.firstSeen),
    `ratioReturning ${report.ratioReturning}: codes of riders who come again (${report.ratioReturningCertificateKnown} when it is spared the certificate)`,
    ...rates(perSecond.returning),
    `ratioKnownKey ${report.ratioKnownKey}: signatures of an issuer, over key object and ZA kept ready`,
    ...rates(perSecond.knownKey),
    `riders    ${population.riders} with ${population.codes} codes; authorisations found ${percent(hitRate.authorisations)}, key tables ${percent(hitRate.riderTables)}`,
    `memory    ${bytesPerRider.table} bytes of table and about ${bytesPerRider.heap} of heap a rider, ${report.bytesPerIssuer} an issuer`,
    `same      ${agreed.accepted} codes accepted by both, ${agreed.refused} tampered ones refused by both`,
    `start     ${report.startMs} ms with the self-test; the ${report.verifier} path verifies`,
    `engine    ${report.engine}`,
  ]
}
