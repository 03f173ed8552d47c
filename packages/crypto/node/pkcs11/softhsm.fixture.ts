import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TokenOptions } from './token.ts'

/** Tokens of the two key systems, each with its own PIN, in a folder that goes with the test. */
export interface SoftHsm {
  readonly mot: TokenOptions
  readonly mohurd: TokenOptions
  remove(): void
}

export const MOT: TokenOptions = { label: 'MOT 交通部', pin: '135790', schemes: ['mot', 'unifare'] }
export const MOHURD: TokenOptions = { label: 'MOHURD 住建部', pin: '246802', schemes: ['mohurd'] }

/** A real SoftHSM 2 with two fresh tokens. The library reads its place from the environment. */
export function createSoftHsm(): SoftHsm {
  const folder = mkdtempSync(join(tmpdir(), 'unifare-hsm-'))
  const before = process.env['SOFTHSM2_CONF']
  process.env['SOFTHSM2_CONF'] = join(folder, 'softhsm2.conf')
  mkdirSync(join(folder, 'tokens'))
  writeFileSync(
    join(folder, 'softhsm2.conf'),
    `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  )
  for (const { label, pin } of [MOT, MOHURD]) {
    const { status, stderr } = spawnSync(
      'softhsm2-util',
      ['--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', `so-${pin}`],
      { encoding: 'utf8' },
    )
    if (status !== 0) throw new Error(`softhsm2-util failed: ${stderr}`)
  }
  return {
    mot: MOT,
    mohurd: MOHURD,
    remove() {
      if (before === undefined) delete process.env['SOFTHSM2_CONF']
      else process.env['SOFTHSM2_CONF'] = before
      rmSync(folder, { recursive: true })
    },
  }
}
