import { type ChildProcess, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utf8 } from '@unifare/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHandler, encodeMessage, exchange, MESSAGE_BYTES_MAX } from '../src/index.ts'
import { AT, CENTRE, OPERATOR, party } from '../src/wire.fixture.ts'
import { messageName } from './folder-files.ts'
import { createFolderLink, type FolderServer, serveFolder } from './index.ts'

const self = party(OPERATOR)
const unreachable = expect.objectContaining({ code: 'link.unreachable' })
const request = (text: string) => ({ receiver: CENTRE, kind: 'order', body: utf8(text) }) as const
const pollMs = 5
let dir = ''
let servers: FolderServer[] = []

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'unifare-folder-'))
})
afterEach(async () => {
  for (const server of servers) await server.close()
  servers = []
  await rm(dir, { recursive: true })
})

const folder = () => join(dir, CENTRE)
const link = (timeoutMs = 5_000) => createFolderLink({ dir, pollMs, timeoutMs })

async function serve(taken: string[], onFault?: (error: unknown) => void) {
  const handler = createHandler(party(CENTRE), async ({ body }) => {
    const text = new TextDecoder().decode(body)
    taken.push(text)
    if (text === `fault ${taken.length}`) throw new Error('disk full')
    return { result: text }
  })
  const server = await serveFolder({
    dir,
    receiver: CENTRE,
    handler,
    pollMs,
    ...(onFault && { onFault }),
  })
  servers.push(server)
  return server
}

function messageOf(text: string): Promise<Uint8Array> {
  const { sign } = self
  return encodeMessage({ ...request(text), sender: OPERATOR, sentAt: AT, sign })
}

/** Waits until something holds, for at most a second or two. */
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i++) await new Promise((done) => setTimeout(done, 5))
  expect(holds()).toBe(true)
}

describe('the folder carrier', () => {
  test('carries messages side by side and leaves nothing behind', async () => {
    const taken: string[] = []
    await serve(taken)
    const texts = ['a', 'b', 'c', 'd']
    const results = await Promise.all(texts.map((text) => exchange(link(), self, request(text))))
    expect(results).toEqual(texts)
    expect(taken.sort()).toEqual(texts)
    expect(readdirSync(folder())).toEqual([])
  })

  test('nobody there: unreachable, and the message is taken back', async () => {
    await expect(exchange(link(30), self, request('a'))).rejects.toThrow(unreachable)
    expect(readdirSync(folder())).toEqual([])
  })

  test('a message that was left while the receiver was away is answered when it comes', async () => {
    const answer = exchange(link(), self, request('early'))
    await until(() => existsSync(folder()) && readdirSync(folder()).length === 1)
    await serve([])
    expect(await answer).toBe('early')
  })

  test('a handler that throws leaves the message; the next look takes it', async () => {
    const taken: string[] = []
    const faults: string[] = []
    await serve(taken, (error) => faults.push(String(error)))
    expect(await exchange(link(), self, request('fault 1'))).toBe('fault 1')
    expect(taken).toEqual(['fault 1', 'fault 1'])
    expect(faults).toEqual(['Error: disk full'])
  })

  test('a file that is there already, with its answer, is not taken twice', async () => {
    const taken: string[] = []
    const bytes = await messageOf('again')
    mkdirSync(folder())
    writeFileSync(join(folder(), `${messageName(bytes)}.message`), bytes)
    const first = await serve(taken)
    await until(() => readdirSync(folder()).length === 2)
    await first.close()
    await serve(taken)
    expect(await link().send(CENTRE, bytes)).toBeInstanceOf(Uint8Array)
    expect(taken).toEqual(['again'])
    expect(readdirSync(folder())).toEqual([])
  })

  test('a copy that is still being written is left alone until it is whole', async () => {
    const taken: string[] = []
    const bytes = await messageOf('slow copy')
    const file = join(folder(), `${messageName(bytes)}.message`)
    await serve(taken)
    writeFileSync(file, bytes.subarray(0, 100))
    expect(await exchange(link(), self, request('other'))).toBe('other')
    expect(taken).toEqual(['other'])
    writeFileSync(file, bytes)
    await until(() => taken.includes('slow copy'))
  })

  test('a file that is too long, and one that is no message, are left alone', async () => {
    const taken: string[] = []
    await serve(taken)
    const long = new Uint8Array(MESSAGE_BYTES_MAX + 1)
    writeFileSync(join(folder(), `${messageName(long)}.message`), long)
    writeFileSync(join(folder(), 'readme.txt'), 'hello')
    expect(await exchange(link(), self, request('a'))).toBe('a')
    expect(readdirSync(folder()).sort()).toEqual(
      [`${messageName(long)}.message`, 'readme.txt'].sort(),
    )
  })

  test('answers that nobody came back for go after a day', async () => {
    mkdirSync(folder())
    const old = ['AA.answer', 'AA.message', 'BB.message.1.draft'].map((name) =>
      join(folder(), name),
    )
    const young = join(folder(), 'CC.answer')
    for (const file of [...old, young]) writeFileSync(file, 'x')
    for (const file of old) utimesSync(file, 1, 1)
    await serve([])
    expect(readdirSync(folder())).toEqual(['CC.answer'])
  })

  test('a receiver that is no plain name is a mistake of the program', async () => {
    await expect(link().send('../elsewhere', utf8('x'))).rejects.toThrow(TypeError)
  })
})

describe('across processes', () => {
  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  async function start(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'folder.fixture.ts'), dir])
    children.push(child)
    await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()))
    return child
  }

  test('a receiver is killed and another takes over: every message has one effect', async () => {
    const first = await start()
    expect(await exchange(link(), self, request('one'))).toBe(first.pid)
    first.kill('SIGKILL')
    const waiting = exchange(link(20_000), self, request('two'))
    const second = await start()
    expect(await waiting).toBe(second.pid)
    expect(await exchange(link(), self, request('one'))).toBe(second.pid)
    const effects = readFileSync(join(dir, 'effects'), 'utf8').trim().split('\n')
    expect(effects.length).toBe(2)
  })
})
