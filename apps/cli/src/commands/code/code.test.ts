import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'

const bin = join(dirname(fileURLToPath(import.meta.url)), '../../../bin/unifare.js')
const folder = mkdtempSync(join(tmpdir(), 'unifare-code-'))
afterAll(() => rmSync(folder, { recursive: true }))

function code(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'code', ...args], {
    cwd: folder,
    encoding: 'utf8',
    input,
  })
  return { status, stdout, stderr }
}

describe('unifare code', () => {
  const issued = code(['issue', '--companions', '2', '--json'])
  const shown = JSON.parse(code(['show', '--json']).stdout) as Record<string, string>
  const hex = shown['code'] ?? ''

  test('a wallet makes codes that verify, each of another second', () => {
    expect(issued.status).toBe(0)
    expect(statSync(join(folder, '.unifare/wallet.json')).mode & 0o077).toBe(0)
    expect(code(['verify', hex])).toMatchObject({ status: 0 })
    const next = JSON.parse(code(['show', '--json']).stdout) as Record<string, string>
    expect(next['generationTimeS']).not.toBe(shown['generationTimeS'])
    expect(next['account']).toBe(shown['account'])
  })

  test('a changed bit is refused with step and reason', () => {
    const changed = hex.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    const { status, stdout } = code(['verify', changed, '--json'])
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ code: 'code.bad-user-signature', step: 11 })
    expect(code(['verify', hex, '--at', '2099-01-01T00:00:00Z'])).toMatchObject({ status: 1 })
  })

  test('inspect tells every field, from text, base64 and standard input', () => {
    const told = JSON.parse(code(['inspect', hex, '--json']).stdout) as object
    expect(told).toMatchObject({
      family: 't-union',
      bytes: 334,
      capFen: 3000,
      customField: { companions: 2, riskClass: 'standard' },
    })
    const base64 = Buffer.from(hex, 'hex').toString('base64')
    expect(JSON.parse(code(['inspect', base64, '--json']).stdout)).toEqual(told)
    expect(JSON.parse(code(['inspect', '-', '--json'], hex).stdout)).toEqual(told)
    expect(code(['inspect', '00'.repeat(20)])).toMatchObject({ status: 1 })
  })

  test('the symbol stands in the terminal, with what it says beside it', () => {
    const { stdout } = code(['show'])
    const rows = stdout.split('\n').filter((line) => /^ {4}[█▀▄ ]{60,}$/.test(line))
    expect(rows.length).toBeGreaterThan(30)
    expect(stdout).toContain(shown['account'])
  })

  test('companions have codes of their own, as many as were issued', () => {
    const companion = (number: string) => code(['show', '--companion', number, '--json'])
    const other = JSON.parse(companion('2').stdout) as Record<string, string>
    expect(other['account']).not.toBe(shown['account'])
    const told = JSON.parse(code(['inspect', other['code'] ?? '', '--json']).stdout) as object
    expect(told).toMatchObject({ customField: { companion: true, companions: 0 } })
    expect(companion('3')).toMatchObject({ status: 65 })
  })

  test('without a wallet it says how to make one', () => {
    const { status, stderr } = code(['show', '--wallet', 'none.json'])
    expect([status, stderr]).toEqual([65, expect.stringContaining('unifare code issue')])
  })
})
