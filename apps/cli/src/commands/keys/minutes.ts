import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson, toHex, utf8 } from '@unifare/core'
import { type KeyRef, keyRefText, sha256 } from '@unifare/crypto'

/** What a custodian did: never what they brought. */
export interface CustodianEntry {
  readonly name: string
  /** Check value of the component, hexadecimal, as computed and as on the custodian's paper. */
  readonly checkValue: string
  readonly at: string
}

/** Minutes of a key ceremony. */
export interface Minutes {
  readonly format: 'unifare-key-ceremony'
  readonly version: 1
  readonly key: string
  readonly store: string
  readonly startedAt: string
  readonly endedAt: string
  readonly custodians: readonly CustodianEntry[]
  /** Check value of the whole key; null when there is none. */
  readonly checkValue: string | null
  readonly outcome: 'stored' | 'aborted'
  /** Error code of an aborted ceremony. */
  readonly reason: string | null
  /** SHA-256 of the canonical JSON of all fields but this one. Custodians note it on paper. */
  readonly hash: string
}

/** Hash over minutes. */
export function hashOf(minutes: Omit<Minutes, 'hash'>): string {
  const { format, version, key, store, startedAt, endedAt } = minutes
  const { custodians, checkValue, outcome, reason } = minutes
  const content = {
    format,
    version,
    key,
    store,
    startedAt,
    endedAt,
    custodians: custodians.map(({ name, checkValue: value, at }) => ({
      name,
      checkValue: value,
      at,
    })),
    checkValue,
    outcome,
    reason,
  }
  return toHex(sha256(utf8(canonicalJson(content))))
}

/** Writes minutes as JSON and as text to sign; returns the path of the JSON. */
export async function writeMinutes(folder: string, ref: KeyRef, minutes: Minutes): Promise<string> {
  await mkdir(folder, { recursive: true })
  const stamp = minutes.startedAt.replace(/[-:]|\.\d+/g, '')
  const base = join(folder, `${keyRefText(ref)}-${stamp}`)
  // 'wx': minutes are never written over.
  await writeFile(`${base}.json`, `${JSON.stringify(minutes, null, 2)}\n`, { flag: 'wx' })
  await writeFile(`${base}.txt`, `${minutesText(minutes).join('\n')}\n`, { flag: 'wx' })
  return `${base}.json`
}

/** Minutes for people, with room for signatures. */
export function minutesText(minutes: Minutes): string[] {
  const { custodians, outcome, reason } = minutes
  const stored = outcome === 'stored'
  return [
    'Minutes of a key ceremony · 密钥合成记录',
    '',
    `Key · 密钥              ${minutes.key}`,
    `Store · 密钥库          ${minutes.store}`,
    `Began · 开始            ${minutes.startedAt}`,
    `Ended · 结束            ${minutes.endedAt}`,
    '',
    'Custodians · 分量保管人 (name, check value of the component, time · 姓名, 分量校验值, 时间)',
    ...custodians.map(
      ({ name, checkValue, at }, index) => `  ${index + 1}. ${name}  KCV ${checkValue}  ${at}`,
    ),
    '',
    `Check value of the key · 密钥校验值   ${minutes.checkValue ?? '—'}`,
    `Outcome · 结果   ${stored ? 'stored, not active yet · 已存入, 待启用' : `aborted · 中止 [${reason ?? ''}]`}`,
    `SHA-256 of these minutes · 记录摘要   ${minutes.hash}`,
    '',
    'Signatures · 签字',
    ...custodians.map(({ name }) => `  ${name}  ______________________`),
  ]
}
