import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAuthority } from './authority.ts'

const AT = Date.now()
const YEAR_MS = 365 * 86_400_000
let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'unifare-authority-'))
})
afterEach(() => rm(dir, { recursive: true }))

describe('the local authority', () => {
  it('stays the same, so that phones install it once; its key is for its owner alone', async () => {
    const first = await openAuthority(dir, AT)
    const again = await openAuthority(dir, AT + 1)
    expect(again.fingerprint).toBe(first.fingerprint)
    expect(first.fingerprint).toMatch(/^[0-9A-F]{64}$/)
    expect((await stat(join(dir, 'authority.key'))).mode & 0o777).toBe(0o600)
  })

  it('is replaced before its time is up', async () => {
    const first = await openAuthority(dir, AT)
    const later = await openAuthority(dir, AT + YEAR_MS - 1)
    expect(later.fingerprint).not.toBe(first.fingerprint)
  })

  it('makes servers that a client trusts which knows the authority, at their address', async () => {
    const authority = await openAuthority(dir, AT)
    const server = createServer(await authority.serverFor(['127.0.0.1'], AT), (_, answer) =>
      answer.end('hello'),
    )
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo
    const ca = new X509Certificate(authority.certificate).toString()
    const ask = (options: object) =>
      new Promise<string>((resolve, reject) => {
        request({ host: '127.0.0.1', port, ...options }, (answer) => {
          answer.setEncoding('utf8').on('data', resolve)
        })
          .on('error', reject)
          .end()
      })
    expect(await ask({ ca })).toBe('hello')
    await expect(ask({})).rejects.toThrow()
    server.close()
  })

  it('stands for private addresses alone: OpenSSL refuses a public one', async () => {
    const authority = await openAuthority(dir, AT)
    const verdict = async (addresses: readonly string[]) => {
      const { cert } = await authority.serverFor(addresses, AT)
      await writeFile(join(dir, 'server.pem'), cert)
      const ca = new X509Certificate(authority.certificate).toString()
      await writeFile(join(dir, 'ca.pem'), ca)
      const args = ['verify', '-CAfile', join(dir, 'ca.pem'), join(dir, 'server.pem')]
      return spawnSync('openssl', args, { encoding: 'utf8' })
    }
    expect((await verdict(['192.168.3.4', '10.1.2.3'])).status).toBe(0)
    const { status, stderr } = await verdict(['8.8.8.8'])
    expect(status).not.toBe(0)
    expect(stderr).toContain('permitted subtree violation')
  })
})
