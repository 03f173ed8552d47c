// `npm run fuzz`: a million hostile commands to every kind of card, to the PSAM and our reader.
//   --count 1000000  commands to cards     --seed 1  the same seed sends the same commands
//   --json           figures as one JSON object on stdout; progress goes to stderr
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const count = whole('count', values.count)
const start = performance.now()
let told = 0
const summary = await fuzz({
  seed: whole('seed', values.seed),
  count,
  nowMs: () => performance.now(),
  onProgress(commands) {
    const tenth = Math.floor((commands * 10) / count)
    if (tenth > told) process.stderr.write(`${commands} of ${count} commands\n`)
    told = tenth
  },
})
const durationMs = Math.round(performance.now() - start)

process.stdout.write(values.json ? `${JSON.stringify({ ...summary, durationMs })}\n` : text())
process.exitCode = summary.fault ? 1 : 0

function text(): string {
  const { seed, card, psam, reader, fault } = summary
  const groups = { run: { seed, durationMs }, card, psam, reader }
  const lines = Object.entries(groups).flatMap(([group, figures]) =>
    Object.entries(figures).map(([name, value]) => `${group} ${name}`.padEnd(24) + String(value)),
  )
  const verdict = fault ? JSON.stringify(fault, null, 2) : 'no rule was broken'
  return `${[...lines, verdict].join('\n')}\n`
}

function whole(name: string, given: string): number {
  const value = Number(given)
  if (!Number.isSafeInteger(value) || value < 1) throw new TypeError(`--${name}: a whole number`)
  return value
}
