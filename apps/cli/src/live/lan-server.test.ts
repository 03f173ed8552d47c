import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as ask } from 'node:http'
import { request as askSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LanServer, openLanServer } from './lan-server.ts'
import type { LiveNetwork } from './live-network.ts'

interface Answer {
  readonly status: number
  readonly body: string
}

describe('the demonstration as phones see it', () => {
  let dir: string
  let server: LanServer
  let port: number
  let authorityPort: number
  let ca = ''
  const enrolled: string[][] = []

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'unifare-lan-'))
    await writeFile(join(dir, 'index.html'), '<p>rider</p>')
    ;[port, authorityPort] = [await freePort(), await freePort()]
    const live = {
      members: () => ({ at: 1 }),
      enrolGate: async (place: string, key: string) => {
        enrolled.push([place, key])
        return {}
      },
    } as unknown as LiveNetwork
    server = await openLanServer({
      port,
      authorityPort,
      authorityDir: dir,
      at: Date.now(),
      live: () => live,
      pages: { '/': dir, '/rider/': dir },
    })
    const handout = await plain('/unifare-authority.crt')
    ca = new X509Certificate(Buffer.from(handout.body, 'latin1')).toString()
  })
  afterAll(async () => {
    server.close()
    await rm(dir, { recursive: true })
  })

  const plain = (path: string, headers: object = {}) =>
    send(ask({ host: '127.0.0.1', port: authorityPort, path, headers: { ...headers } }))
  const secure = (path: string, options: object = {}, body?: string) =>
    send(askSecure({ host: '127.0.0.1', port, path, ca, ...options }), body)
  const enrol = (body: object) =>
    secure('/api/gates/413100000001', { method: 'POST' }, JSON.stringify(body))

  it('hands out the certificate that its HTTPS stands on, with words in both languages', async () => {
    const { body } = await plain('/')
    expect(body).toContain('Install the local certificate')
    expect(body).toContain('证书')
    expect(new X509Certificate(ca).fingerprint256.replaceAll(':', '')).toBe(
      server.invitation.fingerprint,
    )
    expect(await secure('/rider/')).toMatchObject({ status: 200, body: '<p>rider</p>' })
    expect(await secure('/api/members')).toMatchObject({ status: 200 })
  })

  it('shows nothing else of the demonstration, neither over HTTPS nor beside it', async () => {
    for (const path of [
      '/',
      '/index.html',
      '/api/overview',
      '/api/debts',
      '/api/settle',
      '/rider/../authority.key',
    ]) {
      expect((await secure(path)).status).toBe(404)
    }
    expect((await plain('/api/members')).status).toBe(404)
    expect((await plain('/authority.key')).status).toBe(404)
  })

  it('answers to its own names and its own pages alone', async () => {
    const rebound = await secure('/api/members', {
      servername: 'localhost',
      headers: { host: `evil.example:${port}` },
    })
    expect(rebound.status).toBe(421)
    const foreign = await secure('/api/members', { headers: { origin: 'https://evil.example' } })
    expect(foreign.status).toBe(403)
    expect((await plain('/', { host: 'evil.example' })).status).toBe(421)
  })

  it('makes a page a terminal that came by the QR code of the gate, and no other', async () => {
    const key = 'A'.repeat(64)
    expect(await enrol({ key })).toMatchObject({ status: 422 })
    expect(await enrol({ key, code: '00000000' })).toMatchObject({ status: 422 })
    const [, code] = /#enrol=([0-9a-f]{8})$/.exec(server.invitation.gateUrl) ?? []
    expect(await enrol({ key, code })).toMatchObject({ status: 200 })
    expect(enrolled).toEqual([['413100000001', key]])
  })

  it('says which port is taken', async () => {
    const again = openLanServer({
      port,
      authorityPort,
      authorityDir: dir,
      at: Date.now(),
      live: () => undefined,
      pages: {},
    })
    await expect(again).rejects.toMatchObject({ code: 'start.port-taken' })
  })
})

function send(request: ReturnType<typeof ask>, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request.on('response', (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => {
        resolve({
          status: answer.statusCode ?? 0,
          body: Buffer.concat(parts).toString(encodingOf(answer.headers['content-type'])),
        })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** Bytes of a certificate come through as one character each. */
function encodingOf(type = ''): BufferEncoding {
  return type.startsWith('text/') ? 'utf8' : 'latin1'
}
