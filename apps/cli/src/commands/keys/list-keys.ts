import { toHex } from '@unifare/core'
import { type KeyRecord, type KeyState, keyRefText } from '@unifare/crypto'
import { EXIT, printJson, printLines, tell } from '../../output.ts'
import { type StoreOptions, withVault } from './open-vault.ts'

const STATE_ZH = {
  'pre-active': '待启用',
  active: '启用',
  'verify-only': '仅验证',
  destroyed: '已销毁',
} as const satisfies Record<KeyState, string>

/** Lists the keys of a store: what they are, never what they hold. */
export async function listKeys(options: StoreOptions): Promise<number> {
  return withVault(options, async (vault) => {
    const records = await vault.records()
    if (options.json === true) {
      printJson({ store: vault.name, keys: records.map(recordJson) })
      return EXIT.ok
    }
    tell(vault.name)
    printLines(...records.map(recordLine))
    return EXIT.ok
  })
}

/** A key as JSON: reference, state, check value and history. */
export function recordJson({ ref, state, checkValue, history }: KeyRecord) {
  return {
    key: keyRefText(ref),
    ...ref,
    state,
    checkValue: checkValue === null ? null : toHex(checkValue),
    history: history.map(({ to, at, by }) => ({ to, at: new Date(at).toISOString(), by })),
  }
}

/** A key as a line for people. */
export function recordLine({ ref, state, checkValue, history }: KeyRecord): string {
  const last = history.at(-1)
  return [
    keyRefText(ref).padEnd(40),
    `${state} ${STATE_ZH[state]}`.padEnd(16),
    `KCV ${checkValue === null ? '------' : toHex(checkValue)}`,
    last === undefined ? '' : `${new Date(last.at).toISOString()} ${last.by.join('、')}`,
  ]
    .join('  ')
    .trimEnd()
}
