import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePorts } from '@unifare/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMemoryNetwork } from './memory-network.fixture.ts'
import { closedDay } from './node/index.ts'
import { createProcesses, MAIN, type PartyProcess } from './processes.fixture.ts'
import { prepareNetwork, rideDay } from './src/index.ts'

const CENTRE = '00000156'
const [ISSUER, OPERATOR] = ['05215210', '15215212']
const TINY = {
  seed: 'apart or together',
  day: '2026-11-20',
  riders: 40,
  operators: [OPERATOR],
  issuers: [ISSUER],
}
const PARTIES = ['centre', 'issuer', 'operator', 'terminal', 'rider'] as const

const processes = createProcesses()
let dir: string
let config: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'unifare-processes-'))
  config = join(dir, 'network.json')
  await writeFile(config, JSON.stringify(await networkFile()))
})
afterAll(async () => {
  await processes.endAll()
  await rm(dir, { recursive: true, force: true })
})

describe('a seeded day', () => {
  it('settles to the same root in one process and in five', { timeout: 120_000 }, async () => {
    const apart = new Map(PARTIES.map((party) => [party, processes.start(party, config)]))
    const together = await rideTogether()
    const riders = apart.get('rider') as PartyProcess
    expect([await riders.ended, riders.stderr()]).toEqual([0, expect.stringContaining('ready')])
    const outcome = JSON.parse(riders.stdout()) as Record<string, unknown>

    expect(new Set([...apart.values()].map(({ pid }) => pid)).size).toBe(5)
    expect(outcome).toEqual(together)
    expect(outcome['rerunRoot']).toBe(outcome['dayRoot'])
    expect(outcome['accepted']).toBeGreaterThan(80)

    apart.delete('rider')
    for (const [party, running] of apart) {
      expect([party, await processes.stop(running)]).toEqual([party, 0])
    }
    for (const id of [CENTRE, ISSUER]) {
      const { stdout: told } = await run(['reconcile', '--data', join(dir, 'data'), '--party', id])
      expect(told).toBe(`no differences up to ${TINY.day}\n`)
    }
  })
})

describe('a party on its own', () => {
  it('says what is wrong with its network file in one line', async () => {
    const broken = join(dir, 'broken.json')
    await writeFile(broken, JSON.stringify({ ...(await networkFile()), riders: 'many' }))
    const party = processes.start('issuer', broken)
    expect([await party.ended, party.stderr()]).toEqual([
      65,
      'unifare: broken.json: riders: must be a whole number from 1 to 100000 [network-file.bad-field] · 网络文件字段错误\n',
    ])
  })

  it('opens no journal while another process holds its port', async () => {
    const file = { ...(await networkFile()), dataDir: 'untouched' }
    const taken = join(dir, 'taken.json')
    await writeFile(taken, JSON.stringify(file))
    const port = Number(new URL(file.addresses[CENTRE] ?? '').port)
    const holder = createServer().listen(port, '127.0.0.1')
    const party = processes.start('centre', taken)
    const code = await party.ended
    holder.close()
    expect([code, party.stderr()]).toEqual([
      65,
      `unifare: 127.0.0.1:${port} is taken by another program [link.address-in-use] · 监听地址已被占用\n`,
    ])
    expect(existsSync(join(dir, 'untouched'))).toBe(false)
  })
})

/** Runs a command of the command line to its end; a code other than 0 rejects. */
function run(args: readonly string[]) {
  const { DATABASE_URL: _, ...env } = process.env
  return promisify(execFile)(process.execPath, [MAIN, ...args], { env })
}

/** The outcome as the riders' process prints it. */
async function rideTogether(): Promise<Record<string, unknown>> {
  const { network, day, traced } = await openMemoryNetwork(TINY)
  await prepareNetwork(day)
  const { accepted, refused, collected, rerunRoot } = await rideDay(day)
  const { root: dayRoot, settledFen, members } = await closedDay(network.centre, TINY.day)
  await network.close()
  return {
    day: TINY.day,
    riders: day.script.riders.length,
    accepted,
    refused,
    collected,
    settledFen,
    dayRoot,
    rerunRoot,
    members,
    traceHash: traced.hash(),
  }
}

async function networkFile() {
  const names = [CENTRE, ISSUER, OPERATOR, 'terminals', 'riders']
  const ports = await freePorts(names.length)
  return {
    ...TINY,
    dataDir: 'data',
    addresses: Object.fromEntries(
      names.map((name, index) => [name, `http://127.0.0.1:${ports[index]}`]),
    ) as Record<string, string>,
    controlToken: 'a secret of this test only',
  }
}
