import { canonicalJson, fromHex, toHex, utf8 } from '@unifare/core'
import { type SignatureEngine, sha256 } from '@unifare/crypto'
import type { FeeRow } from '../fees.ts'
import type { CalendarRow } from '../settling/calendar.ts'
import type { ModelRow } from '../settling/models.ts'
import type { WindowRule } from '../settling/window-rules.ts'
import type { CodeRow } from './code-list.ts'
import type { HoldRule } from './hold-rules.ts'

/** The dated rules that a centre clears and settles by. */
export interface RuleBook {
  readonly centre: string
  readonly fees: readonly FeeRow[]
  readonly codes: readonly CodeRow[]
  readonly windows: readonly WindowRule[]
  readonly models: readonly ModelRow[]
  readonly calendar: readonly CalendarRow[]
  readonly holds: readonly HoldRule[]
}

/** Rules as members get them: whoever has the centre's key knows whose they are. */
export interface SignedRuleBook {
  readonly rules: RuleBook
  /** SHA-256 of the rules as canonical JSON. */
  readonly hash: string
  /** Ed25519, by the centre, over the hash. */
  readonly signature: string
}

/** Signs the rules in force. The same rules give the same bytes. */
export async function signRules(
  rules: RuleBook,
  sign: (message: Uint8Array) => Promise<Uint8Array>,
): Promise<SignedRuleBook> {
  const hash = sha256(utf8(canonicalJson(rules)))
  return { rules, hash: toHex(hash), signature: toHex(await sign(hash)) }
}

/** Whether rules are whole and signed with a centre's key. */
export function rulesHold(
  { rules, hash, signature }: SignedRuleBook,
  { key, engine }: { readonly key: Uint8Array; readonly engine: SignatureEngine },
): boolean {
  const own = sha256(utf8(canonicalJson(rules)))
  return toHex(own) === hash && engine.ed25519Verify(key, own, fromHex(signature))
}
