// `npm run fuzz:code`: mutated codes to every reader of foreign codes.
//   --runs 300000  inputs        --seed 1  the same seed tries the same inputs
//   --keep         writes the corpus that the run ended with
//   --json         figures as one JSON object on stdout
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Corpus, fuzzCodes } from './code-fuzz.ts'
import { fuzzGround } from './ground.ts'

const CORPUS = new URL('./corpus.json', import.meta.url)

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '300000' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs)
if (!Number.isSafeInteger(runs) || runs < 1) throw new TypeError('--runs: a whole number')
const corpus = JSON.parse(readFileSync(CORPUS, 'utf8')) as Corpus
const { corpus: kept, ...figures } = fuzzCodes({
  ...(await fuzzGround()),
  seed: values.seed,
  runs,
  corpus,
  nowMs: () => performance.now(),
})
if (values.keep) writeFileSync(CORPUS, `${JSON.stringify(kept, null, 2)}\n`)
const summary = { seed: values.seed, ...figures, ways: Object.keys(kept).length }
const lines = Object.entries(summary).map(
  ([name, value]) => `${name.padEnd(12)}${JSON.stringify(value)}`,
)
process.stdout.write(values.json ? `${JSON.stringify(summary)}\n` : `${lines.join('\n')}\n`)
process.exitCode = figures.fault === null ? 0 : 1
