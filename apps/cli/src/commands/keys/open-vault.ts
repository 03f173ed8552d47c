import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { requireData } from '@unifare/core'
import type { KeyScheme, KeyVault } from '@unifare/crypto'
import { openKeyFileVault, openPkcs11 } from '@unifare/crypto/node'
import { tell } from '../../output.ts'
import { type KeyTerminal, openKeyTerminal } from './key-terminal.ts'

/** Which store a command works on. */
export interface StoreOptions {
  readonly json?: boolean
  readonly store: string
  readonly token?: string
  readonly scheme: KeyScheme
  readonly library?: string
}

/** Opens the store of a command, works with it, and closes it whatever happens. */
export async function withVault<Result>(
  options: StoreOptions & { readonly create?: boolean; readonly terminal?: KeyTerminal },
  work: (vault: KeyVault) => Promise<Result>,
): Promise<Result> {
  const vault = await openVault(options)
  try {
    return await work(vault)
  } finally {
    await vault.close()
  }
}

function openVault(
  options: StoreOptions & { readonly create?: boolean; readonly terminal?: KeyTerminal },
): Promise<KeyVault> {
  const { token } = options
  return token === undefined ? openFile(options) : openToken({ ...options, token })
}

async function openFile({
  store: file,
  create = false,
  terminal,
}: {
  readonly store: string
  readonly create?: boolean
  readonly terminal?: KeyTerminal
}): Promise<KeyVault> {
  const fresh = create && !existsSync(file)
  const passphrase = await secret(
    { variable: 'UNIFARE_PASSPHRASE', prompt: `Passphrase of ${file} · 密钥文件口令: `, terminal },
    fresh,
  )
  if (fresh) await mkdir(dirname(file), { recursive: true })
  return openKeyFileVault({ file, passphrase, create })
}

async function openToken(options: {
  readonly token: string
  readonly scheme: KeyScheme
  readonly library?: string
  readonly terminal?: KeyTerminal
}): Promise<KeyVault> {
  const { token: label, scheme, library, terminal } = options
  const prompt = `PIN of token ${label} · 令牌口令: `
  const pin = await secret({ variable: 'UNIFARE_PIN', prompt, terminal }, false)
  // The network's own keys may lie beside the national ones; the two national systems never mix.
  const schemes = scheme === 'mot' ? (['mot', 'unifare'] as const) : [scheme]
  const opened = await openPkcs11({
    tokens: [{ label, pin, schemes }],
    ...(library !== undefined && { library }),
    onAlarm: ({ token, text }) => tell(`ALARM · 告警: wrong PIN for ${token}: ${text}`),
  })
  const store = opened.tokens.get(label)
  if (!store) throw new TypeError(`token ${label} was opened but is not there`)
  return { ...store, close: () => opened.close() }
}

/** A secret from the environment of a service, or from the keyboard, twice when it is new. */
async function secret(
  from: {
    readonly variable: string
    readonly prompt: string
    readonly terminal: KeyTerminal | undefined
  },
  fresh: boolean,
): Promise<string> {
  const given = process.env[from.variable]
  if (given !== undefined && given !== '') return given
  const terminal = from.terminal ?? openKeyTerminal()
  try {
    const typed = await terminal.hidden(from.prompt)
    requireData(typed !== '', 'keys.mismatch', 'nothing was typed')
    if (fresh) {
      const again = await terminal.hidden('The same again · 再次输入: ')
      requireData(again === typed, 'keys.mismatch', 'the two passphrases differ')
    }
    return typed
  } finally {
    if (!from.terminal) terminal.close()
  }
}
