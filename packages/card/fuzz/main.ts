// `npm run fuzz`: a million hostile commands to every kind of card, and the figures of it.
//   --count 1000000  commands to cards     --seed 1  the same seed sends the same commands
//   --json           figures as one JSON object on stdout; progress goes to stderr
import { parseArgs } from 'node:util'
import { createCardFuzz } from './card-fuzz.ts'
import { createDice } from './dice.ts'
import { cardTargets } from './targets.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const count = whole('count', values.count)
const seed = whole('seed', values.seed)

const fuzz = createCardFuzz({
  targets: await cardTargets(),
  dice: createDice(seed),
  nowMs: () => performance.now(),
})
const start = performance.now()
let fault: ReturnType<typeof fuzz.session>
let told = 0
while (fault === undefined && fuzz.figures.commands < count) {
  fault = fuzz.session()
  const tenth = Math.floor((fuzz.figures.commands * 10) / count)
  if (tenth > told) process.stderr.write(`${fuzz.figures.commands} of ${count} commands\n`)
  told = Math.max(told, tenth)
}
const durationMs = Math.round(performance.now() - start)
const summary = { seed, durationMs, card: fuzz.figures, fault: fault ?? null }
process.stdout.write(values.json ? `${JSON.stringify(summary)}\n` : text())
process.exitCode = fault ? 1 : 0

function text(): string {
  const lines = Object.entries({ seed, durationMs, ...fuzz.figures })
  const figures = lines.map(([name, value]) => `${name.padEnd(12)} ${value}`)
  const verdict = fault ? JSON.stringify(fault, null, 2) : 'no rule was broken'
  return `${[...figures, verdict].join('\n')}\n`
}

function whole(name: string, given: string): number {
  const value = Number(given)
  if (!Number.isSafeInteger(value) || value < 1) throw new TypeError(`--${name}: a whole number`)
  return value
}
