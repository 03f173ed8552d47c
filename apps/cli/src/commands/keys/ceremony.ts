import { equalBytes, requireData, toHex, UnifareError } from '@unifare/core'
import {
  combineComponents,
  componentCheckValue,
  type KeyRef,
  type KeyVault,
  keyPower,
  keyRefText,
  newKeyLife,
  parseKeyRef,
  requireTwoPeople,
} from '@unifare/crypto'
import { EXIT, printJson } from '../../output.ts'
import { type KeyTerminal, openKeyTerminal } from './key-terminal.ts'
import { type CustodianEntry, hashOf, type Minutes, writeMinutes } from './minutes.ts'
import { type StoreOptions, withVault } from './open-vault.ts'

interface CeremonyOptions extends StoreOptions {
  readonly components: number
  readonly new?: boolean
  readonly minutes: string
}

/** One ceremony as it goes on. */
interface Ceremony {
  readonly ref: KeyRef
  readonly terminal: KeyTerminal
  readonly vault: KeyVault
  readonly custodians: CustodianEntry[]
  readonly components: Uint8Array[]
  checkValue: string | null
}

const COMPONENT_BYTES = 16

/**
 * Holds a key ceremony: custodians come to one terminal in turn, each types a component that nobody
 * sees and the check value from their own paper; the components are combined in this process, which
 * puts the key into the store and forgets it. Anything that does not agree ends the ceremony
 * without a key. Minutes are written either way (reference reliability 6.3).
 */
export async function holdCeremony(key: string, options: CeremonyOptions): Promise<number> {
  const ref = parseKeyRef(key)
  requireData(
    keyPower(ref) === 'derive',
    'key.wrong-use',
    `${key} signs: make it inside its store with "unifare keys generate"`,
  )
  const terminal = openKeyTerminal()
  try {
    return await withVault({ ...options, create: true, terminal }, (vault) =>
      ceremonyIn(vault, { ref, terminal, options }),
    )
  } finally {
    terminal.close()
  }
}

async function ceremonyIn(
  vault: KeyVault,
  {
    ref,
    terminal,
    options,
  }: {
    readonly ref: KeyRef
    readonly terminal: KeyTerminal
    readonly options: CeremonyOptions
  },
): Promise<number> {
  const text = keyRefText(ref)
  requireData(vault.state(ref) === undefined, 'key.duplicate', `${text} is in the store already`)
  const startedAt = now()
  const ceremony: Ceremony = {
    ref,
    terminal,
    vault,
    custodians: [],
    components: [],
    checkValue: null,
  }
  const finish = async (reason: string | null): Promise<Minutes> => {
    const content: Omit<Minutes, 'hash'> = {
      format: 'unifare-key-ceremony',
      version: 1,
      key: text,
      store: vault.name,
      startedAt,
      endedAt: now(),
      custodians: ceremony.custodians,
      checkValue: ceremony.checkValue,
      outcome: reason === null ? 'stored' : 'aborted',
      reason,
    }
    const minutes = { ...content, hash: hashOf(content) }
    const file = await writeMinutes(options.minutes, ref, minutes)
    terminal.tell(`Minutes · 记录: ${file}`, `SHA-256: ${minutes.hash}`)
    return minutes
  }
  try {
    terminal.tell(
      `Key ceremony · 密钥合成: ${text}`,
      `Store · 密钥库: ${vault.name}`,
      `${options.components} custodians, one after the other; the others look away. · ${options.components} 名保管人依次输入, 其余人回避。`,
    )
    await takeComponents(ceremony, options.components)
    await storeKey(ceremony, options.new === true)
  } catch (error) {
    await finish(error instanceof UnifareError ? error.code : 'keys.fault')
    throw error
  } finally {
    for (const component of ceremony.components) component.fill(0)
  }
  const minutes = await finish(null)
  if (options.json === true) printJson(minutes)
  return EXIT.ok
}

async function takeComponents(ceremony: Ceremony, count: number): Promise<void> {
  const { terminal, ref, custodians, components } = ceremony
  for (let turn = 1; turn <= count; turn++) {
    terminal.tell('', `Component ${turn} of ${count} · 第 ${turn} 分量 (共 ${count})`)
    const name = await terminal.line('Name of the custodian · 保管人姓名: ')
    requireData(name !== '', 'key.four-eyes', 'a custodian has a name')
    if (turn > 1) requireTwoPeople([...custodians.map((other) => other.name), name])
    const component = await terminal.hiddenBytes(
      'Component, not shown · 分量 (不显示): ',
      COMPONENT_BYTES,
    )
    components.push(component)
    const computed = toHex(componentCheckValue(ref, component))
    await compare(terminal, 'Check value on your paper · 纸上校验值: ', computed)
    custodians.push({ name, checkValue: computed, at: now() })
  }
}

/** Combines, compares the whole, and puts the key away. Nothing of it stays in this process. */
async function storeKey(ceremony: Ceremony, isNew: boolean): Promise<void> {
  const { ref, terminal, vault, custodians, components } = ceremony
  const material = combineComponents(components)
  try {
    const whole = componentCheckValue(ref, material)
    const shown = toHex(whole)
    terminal.tell('', 'Whole key · 合成密钥')
    if (isNew) {
      terminal.tell(`Check value, note it down · 请记录校验值: ${shown}`)
      for (const { name } of custodians) {
        await compare(terminal, `Check value as noted by · 请复述校验值 ${name}: `, shown)
      }
    } else {
      await compare(terminal, 'Check value of the key on paper · 纸上密钥校验值: ', shown)
    }
    ceremony.checkValue = shown
    const by = custodians.map(({ name }) => name)
    await vault.put({ ref, material, life: newKeyLife({ at: Date.now(), by }) })
    requireData(
      equalBytes(await vault.checkValue(ref), whole),
      'keys.mismatch',
      'the store shows another check value than the components gave: destroy this key',
    )
    terminal.tell('Stored, not active yet · 已存入, 待启用')
  } finally {
    material.fill(0)
  }
}

/** Asks for a check value before it shows the computed one, so that nobody can just repeat it. */
async function compare(terminal: KeyTerminal, prompt: string, computed: string): Promise<void> {
  const typed = (await terminal.line(prompt)).replace(/[ -]/g, '').toUpperCase()
  requireData(
    typed === computed,
    'keys.mismatch',
    `the check value is ${computed}, not the one on paper: the ceremony ends without a key`,
  )
  terminal.tell(`KCV ${computed} ✓ agrees · 一致`)
}

function now(): string {
  return new Date().toISOString()
}
