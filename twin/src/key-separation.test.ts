import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
} from '@unifare/core'
import { type KeyRef, pureEngine } from '@unifare/crypto'
import { createProcessLink } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import {
  createNetworkKeys,
  type Ground,
  openPlannedCentre,
  openPlannedIssuer,
  openPlannedOperator,
  openPlannedTerminal,
  planNetwork,
} from './index.ts'

/**
 * Who verifies a TAC could forge it: its keys are the centre's and the issuers', never those of
 * operators and terminals. Checked where the network hands keys out, and in what the parties'
 * programs could ask for.
 */
const OPERATOR = '15215211'
const ISSUER = '05215210'
const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

describe('keys that the network hands out', () => {
  test('a terminal gets the purchase master of its PSAM and nothing else', async () => {
    const { handed, open } = recorded()
    await open((ground) => {
      const terminal = ground.plan.operators[0]?.terminals[0]
      if (terminal === undefined) throw new TypeError('a plan without terminals')
      return openPlannedTerminal(ground, terminal)
    })
    expect(handed.map(({ use }) => use)).toEqual(['purchase'])
  })

  test('an operator gets no card key at all', async () => {
    const { handed, open } = recorded()
    await open((ground) => openPlannedOperator(ground, OPERATOR))
    expect(handed).toEqual([])
  })

  test('the centre gets what verifies; an issuer signs its codes and loads its cards', async () => {
    const centre = recorded()
    await centre.open(openPlannedCentre)
    expect(centre.handed.map(({ use }) => use)).toEqual(['purchase', 'tac', 'code-root'])
    const issuer = recorded()
    await issuer.open((ground) => openPlannedIssuer(ground, ISSUER))
    expect(issuer.handed.map(({ use }) => use)).toEqual(['code-issue', 'load', 'tac'])
  })

  test('a store knows the keys that it was made for, whatever it is asked', async () => {
    const { keys } = recorded()
    const { purchase, tac } = keys.masters
    const psam = keys.storeOf([purchase])
    expect(psam.list()).toEqual([purchase])
    const factors = [new Uint8Array(8)]
    await expect(psam.derive(tac, factors)).rejects.toThrow(
      expect.objectContaining({ code: 'key.not-found' }),
    )
  })
})

describe('what programs could ask for', () => {
  const KEY_WORDS =
    /\b(KeyStore|KeyDeriver|KeyVault|openKeyWindow|deriveCardKey|createCardChecks|createLoadHost)\b/

  test.each(['operator', 'terminal'])('the %s names no key store', (party) => {
    const sources = sourcesOf(join(root, 'parties', party))
    expect(sources.length).toBeGreaterThan(5)
    for (const file of sources) {
      const text = readFileSync(file, 'utf8')
      expect([file, KEY_WORDS.exec(text)?.[0]]).toEqual([file, undefined])
    }
  })

  test('a PSAM names no TAC key', () => {
    for (const file of sourcesOf(join(root, 'packages/card/src/psam'))) {
      expect([file, /'tac'|\.tac\b/.test(readFileSync(file, 'utf8'))]).toEqual([file, false])
    }
  })

  test('the words are the right ones: the centre, which does verify, names them', () => {
    const named = sourcesOf(join(root, 'parties/centre')).filter((file) =>
      KEY_WORDS.test(readFileSync(file, 'utf8')),
    )
    expect(named.length).toBeGreaterThan(0)
  })
})

/** A ground that writes down which keys whoever is opened on it is given. */
function recorded() {
  const plan = planNetwork({
    seed: 'keys',
    day: '2026-11-20',
    operators: [OPERATOR],
    issuers: [ISSUER],
  })
  const keys = createNetworkKeys({ seed: 'keys', centre: plan.centre.id, engine: pureEngine })
  const handed: KeyRef[] = []
  const ground: Ground = {
    plan,
    engine: pureEngine,
    link: createProcessLink(),
    keys: {
      ...keys,
      storeOf(refs) {
        handed.push(...refs)
        return keys.storeOf(refs)
      },
    },
    envOf: () => ({
      clock: createManualClock(0),
      random: createSeededRandom('keys'),
      storage: createMemoryStorage(),
      repository: createMemoryRepository(),
    }),
  }
  return { keys, handed, open: (opener: (on: Ground) => Promise<unknown>) => opener(ground) }
}

/** Source files of a folder, tests and fixtures aside. */
function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.(test|fixture)\.ts$|node_modules/.test(name))
    .map((name) => join(folder, name))
}
