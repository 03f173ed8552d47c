import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { BIN, cardFolder } from './card.fixture.ts'

const cards = cardFolder()

afterAll(() => cards.remove())

describe('unifare card serve, as a program', () => {
  const environment: Record<string, string> = {}

  /** Starts it and waits for the document that it prints once the card is there. */
  async function serve(file: string): Promise<{ child: ChildProcess; readers: string[] }> {
    const child = spawn(process.execPath, [BIN, 'card', 'serve', file, '--private', '--json'], {
      cwd: cards.folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    for await (const chunk of child.stdout) {
      text += String(chunk)
      if (text.endsWith('}\n')) break
    }
    const told = JSON.parse(text) as { readers: string[]; environment: Record<string, string> }
    Object.assign(environment, told.environment)
    return { child, readers: told.readers }
  }

  it('shows a card file to every PC/SC program, and the file has what they did', async () => {
    const number = await cards.made('served.json')
    const { child, readers } = await serve('served.json')
    const reader = readers[0] ?? ''
    try {
      const tap = cards.apart(['tap', '--reader', reader, '--json'], environment)
      expect(tap.stderr).toBe('')
      expect(JSON.parse(tap.stdout)).toMatchObject({ number, counter: 1, balanceFen: 4800 })
      const { stdout } = spawnSync('scriptor', ['-r', reader], {
        encoding: 'utf8',
        env: { ...process.env, ...environment },
        input: '00 A4 04 00 08 A0 00 00 06 32 01 01 05\n80 5C 03 02 04\n',
      })
      expect(stdout).toContain('< 00 00 12 C0 90 00')
      const inspected = cards.apart(['inspect', '--reader', reader, '--json'], environment)
      expect(inspected.stderr).toBe('')
      expect(JSON.parse(inspected.stdout)).toEqual(await cards.json('inspect', 'served.json'))
      const held = cards.apart(['tap', 'served.json'])
      expect([held.status, held.stderr]).toEqual([65, expect.stringContaining('card-file.in-use')])
    } finally {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGINT')
      expect(await gone).toBe(0)
    }
    expect(existsSync(environment['PCSCLITE_CSOCK_NAME'] ?? '')).toBe(false)
    expect(existsSync(cards.path('served.json.lock'))).toBe(false)
    expect(await cards.json('tap', 'served.json')).toMatchObject({
      number,
      counter: 2,
      balanceFen: 4600,
    })
  })

  it('helps, and tells usage errors by their exit code', () => {
    const help = cards.apart(['--help'])
    expect(help.status).toBe(0)
    for (const name of ['new', 'inspect', 'load', 'tap', 'block', 'prove', 'serve']) {
      expect(help.stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
    }
    const told = cards.apart(['tap', '--amount', 'much'])
    expect([told.status, told.stderr]).toEqual([2, expect.stringContaining('whole number')])
  })

  it('without a service, a reader is unavailable: what to start is told', () => {
    const told = cards.apart(['tap', '--reader'], { PCSCLITE_CSOCK_NAME: cards.path('no-service') })
    expect([told.status, told.stderr]).toEqual([69, expect.stringContaining('unifare card serve')])
  })
})
