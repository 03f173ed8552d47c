import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const bin = join(dirname(fileURLToPath(import.meta.url)), '../bin/unifare.js')
const folder = mkdtempSync(join(tmpdir(), 'unifare-cli-'))

function unifare(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: folder,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

afterAll(() => rmSync(folder, { recursive: true }))

describe('the command line', () => {
  it('helps on every command', () => {
    for (const args of [
      [],
      ['start'],
      ['trace'],
      ['where'],
      ['registry'],
      ['issuer'],
      ['keys'],
      ['bench'],
    ]) {
      const { status, stdout } = unifare(...args, '--help')
      expect([args, status]).toEqual([args, 0])
      expect(stdout).toContain('Usage: unifare')
    }
  })

  it('prints the registry as one JSON array and nothing else', () => {
    const { status, stdout, stderr } = unifare('registry', '--json')
    expect([status, stderr]).toEqual([0, ''])
    const rows = JSON.parse(stdout) as { network: string; name: string; printed: string }[]
    expect(rows.find(({ printed }) => printed === '湘西州')?.name).toBe('湘西土家族苗族自治州')
    expect(new Set(rows.map(({ network }) => network))).toEqual(new Set(['t-union', 'ride-code']))
  })

  it('answers where a city is served', () => {
    const { status, stdout } = unifare('where', '广州', '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, kind: 'city' })
  })

  it('allots a block to one issuer only, across calls', () => {
    const first = JSON.parse(unifare('registry', 'allot', '01011000', '--json').stdout) as object[]
    const second = JSON.parse(unifare('registry', 'allot', '02002900', '--json').stdout) as object[]
    expect(first).toHaveLength(1)
    expect(second[0]).not.toMatchObject({ iin: (first[0] as { iin: string }).iin })
  })

  it.each([
    { args: ['strat'], status: 2, says: 'Did you mean start' },
    { args: ['start', '--riders', 'many'], status: 2, says: 'whole number' },
    { args: ['start', '--once', '--day', '2026-02-30'], status: 65, says: '2026-02-30' },
    { args: ['start', '--once', '--day', '1969-01-01'], status: 65, says: '2026-01-01' },
    { args: ['start', '--port', '99999'], status: 2, says: '65535' },
    { args: ['start', '--riders', '0'], status: 2, says: 'whole number' },
    { args: ['start', '--once', '--network', 'nowhere'], status: 65, says: 'nowhere' },
    { args: ['start', '--once', '--network', 'broken'], status: 65, says: 'broken.json' },
    { args: ['trace', 'hello'], status: 65, says: 'not a tap' },
    { args: ['trace', '413100000001-1', '--port', '1'], status: 69, says: 'npm start' },
    { args: ['where', '6222020000000000000'], status: 65, says: 'registry.bad-card-number' },
    { args: ['where', '3199999900000000000'], status: 65, says: 'registry.unallotted-block' },
    { args: ['registry', 'allot', '12'], status: 65, says: 'eight digits' },
    { args: ['issuer', 'repay', '12'], status: 65, says: '19 digits' },
    { args: ['bench', 'nothing'], status: 65, says: '没有该测量项目' },
  ])('says what is wrong in one line: $args', ({ args, status, says }) => {
    if (args.includes('broken')) {
      spawnSync('mkdir', ['-p', join(folder, 'broken')])
      writeFileSync(join(folder, 'broken/broken.json'), '{"id":')
    }
    const result = unifare(...args)
    expect(result.stderr).toContain(says)
    expect([result.status, result.stdout]).toEqual([status, ''])
    expect(result.stderr).not.toMatch(/\n\s+at /)
  })
})
