import { requireData, toHex } from '@unifare/core'
import {
  changeKeyState,
  issuingKey,
  KEY_STATES,
  type KeyRecord,
  type KeyRef,
  type KeyState,
  type KeyVault,
  keyPower,
  keyRefText,
  keyVersions,
  newKeyLife,
  parseKeyRef,
  requireTwoPeople,
} from '@unifare/crypto'
import { EXIT, printJson, printLines } from '../../output.ts'
import { recordJson, recordLine } from './list-keys.ts'
import { type StoreOptions, withVault } from './open-vault.ts'

type ChangeOptions = StoreOptions & { readonly by: readonly string[] }

/** Makes a new random key inside the store, not active yet. */
export async function generateKey(key: string, options: ChangeOptions): Promise<number> {
  const ref = parseKeyRef(key)
  const life = newKeyLife({ at: Date.now(), by: options.by })
  return withVault({ ...options, create: true }, async (vault) => {
    await vault.generate(ref, life)
    return show(vault, [ref], options)
  })
}

/** Takes a key to its next state; to destroy it, its check value must be known. */
export async function changeState(
  key: string,
  wanted: string,
  options: ChangeOptions & { readonly kcv?: string },
): Promise<number> {
  const ref = parseKeyRef(key)
  const to = KEY_STATES.find((state) => state === wanted)
  requireData(
    to !== undefined,
    'key.bad-transition',
    `"${wanted}" is no state: ${KEY_STATES.slice(1).join(', ')}`,
  )
  requireTwoPeople(options.by)
  return withVault(options, async (vault) => {
    if (to === 'destroyed') await requireCheckValue(vault, ref, options.kcv)
    await step(vault, ref, { to, by: options.by })
    return show(vault, [ref], options)
  })
}

/**
 * Lets the next version of a key issue. It is the one that a ceremony or `generate` has put in; for
 * signing keys it is made on the spot. The new one is active before the old one stops, so that
 * there is always one that issues; a rotation that was cut off in between is only finished.
 */
export async function rotate(key: string, options: ChangeOptions): Promise<number> {
  const line = parseKeyRef(key)
  requireTwoPeople(options.by)
  return withVault(options, async (vault) => {
    const current = issuingKey(vault, line)
    const halfDone = activeBefore(vault, current).length > 0
    const next = halfDone ? current : await activateNext(vault, current, options.by)
    const before = activeBefore(vault, next)
    for (const ref of before) await step(vault, ref, { to: 'verify-only', by: options.by })
    return show(vault, [next, ...before], options)
  })
}

/** Active versions that a newer one has replaced. */
function activeBefore(vault: KeyVault, newest: KeyRef): KeyRef[] {
  return keyVersions(vault, newest).filter(
    (ref) => ref.version < newest.version && vault.state(ref) === 'active',
  )
}

async function activateNext(vault: KeyVault, old: KeyRef, by: readonly string[]): Promise<KeyRef> {
  const next = nextVersion(vault, old) ?? (await makeNext(vault, old, by))
  await step(vault, next, { to: 'active', by })
  return next
}

/** The newest version that waits for its activation. */
function nextVersion(vault: KeyVault, old: KeyRef): KeyRef | undefined {
  return keyVersions(vault, old).find(
    (ref) => ref.version > old.version && vault.state(ref) === 'pre-active',
  )
}

async function makeNext(vault: KeyVault, old: KeyRef, by: readonly string[]): Promise<KeyRef> {
  const version = (keyVersions(vault, old)[0]?.version ?? old.version) + 1
  const next = { ...old, version }
  requireData(
    keyPower(next) === 'sign',
    'key.not-active',
    `no version waits after ${keyRefText(old)}: hold the ceremony for ${keyRefText(next)} first`,
  )
  await vault.generate(next, newKeyLife({ at: Date.now(), by }))
  return next
}

async function step(
  vault: KeyVault,
  ref: KeyRef,
  change: { readonly to: KeyState; readonly by: readonly string[] },
): Promise<void> {
  const { state, history } = await recordOf(vault, ref)
  const life = changeKeyState(ref, { state, history }, { ...change, at: Date.now() })
  await vault.setLife(ref, life)
}

async function requireCheckValue(vault: KeyVault, ref: KeyRef, typed = ''): Promise<void> {
  const { checkValue, state } = await recordOf(vault, ref)
  requireData(state !== 'destroyed', 'key.destroyed', `${keyRefText(ref)} was destroyed before`)
  requireData(
    checkValue !== null && typed.toUpperCase() === toHex(checkValue),
    'keys.mismatch',
    `destroying ${keyRefText(ref)} is for ever: give its check value with --kcv`,
  )
}

async function recordOf(vault: KeyVault, ref: KeyRef): Promise<KeyRecord> {
  const text = keyRefText(ref)
  const record = (await vault.records()).find((known) => keyRefText(known.ref) === text)
  requireData(record !== undefined, 'key.not-found', `no key ${text} in ${vault.name}`)
  return record
}

async function show(
  vault: KeyVault,
  refs: readonly KeyRef[],
  { json }: ChangeOptions,
): Promise<number> {
  const records = await Promise.all(refs.map((ref) => recordOf(vault, ref)))
  if (json === true) printJson({ store: vault.name, keys: records.map(recordJson) })
  else printLines(...records.map(recordLine))
  return EXIT.ok
}
