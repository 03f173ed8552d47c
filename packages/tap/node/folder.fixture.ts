// A receiver in a process of its own: node folder.fixture.ts <dir>. It adds a line to `effects`
// for every new body and answers until it is killed.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHandler } from '../src/index.ts'
import { CENTRE, party } from '../src/wire.fixture.ts'
import { serveFolder } from './index.ts'

const dir = process.argv[2] ?? ''
const file = join(dir, 'effects')
const handler = createHandler(party(CENTRE), async ({ bodyHash }) => {
  const seen = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  if (!seen.includes(bodyHash)) appendFileSync(file, `${bodyHash}\n`)
  return { result: process.pid }
})
await serveFolder({ dir, receiver: CENTRE, handler, pollMs: 10 })
process.stdout.write('ready')
