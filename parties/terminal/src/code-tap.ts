import type { TimeQuality } from '@unifare/core'
import {
  type CodePurpose,
  DEFAULT_CODE_POLICY,
  type ReplayMemory,
  remember,
} from '@unifare/ridecode'
import type { Tap, TapKind } from '@unifare/tap'
import { type CodeContext, decideCode } from './code-flow.ts'
import type { Refusal } from './decision.ts'
import type { Stored } from './flow.ts'
import { appendRecord } from './record.ts'
import type { LinkedStation } from './station-node.ts'
import { isUnshown, type TapLog } from './tap-log.ts'

const PURPOSE_OF_KIND: Partial<Record<TapKind, CodePurpose>> = {
  purchase: 'single',
  entry: 'entry',
  exit: 'exit',
  rent: 'rent',
  return: 'return',
}

/**
 * The code's way through the terminal: decide → PERSISTED, which who shows it syncs. A rider who comes back because
 * no "go" was seen pays once: the same code completes its tap, a fresh one makes it void.
 */
export async function tapCode(
  bytes: Uint8Array,
  flow: {
    readonly log: TapLog
    readonly context: CodeContext
    readonly quality: TimeQuality
    readonly station?: LinkedStation | undefined
  },
): Promise<(Stored & { readonly replay: ReplayMemory }) | Refusal> {
  const { log, context, quality } = flow
  const { at, config, replay } = context
  const codes = log.waiting.filter(({ tap }) => tap.medium === 'code')
  const unshown = codes.filter((logged) => isUnshown(logged, at))
  const decided = decideCode(bytes, {
    ...context,
    unshown: unshown.map(({ tap }) => codeOf(tap)),
    voided: codes.filter(({ go }) => go === 'void').map(({ tap }) => codeOf(tap)),
  })
  if ('refused' in decided) return decided
  const { issuer, account, counter } = decided.content
  const own = unshown.filter(({ tap }) => tap.issuer === issuer && tap.account === account)
  const same = own.find(({ tap }) => tap.counter === counter)
  if (same !== undefined) return { logged: same, completed: true, replay }
  for (const { sequence, tap } of own) {
    voidTap(flow, sequence)
    await flow.station?.release(tap)
  }
  const shared = await flow.station?.claim(decided.claim)
  if (shared !== undefined && 'refused' in shared) return shared
  const content = { ...decided.content, ...shared }
  const logged = appendRecord(log, config, { at, quality }, content)
  return { logged, completed: false, replay: decided.replay }
}

/** Says in the journal that nobody was told "go" for a stored tap. */
export function voidTap(
  {
    log,
    context,
    quality,
  }: Pick<Parameters<typeof tapCode>[1], 'log' | 'quality'> & {
    readonly context: Pick<CodeContext, 'at' | 'config'>
  },
  sequence: number,
): void {
  const content = { kind: 'timed-out', reason: 'tap.not-indicated', refersTo: sequence } as const
  appendRecord(log, context.config, { at: context.at, quality }, content)
}

/** The codes in the journal that were let through: a restart must not let them pass again. */
export function rememberCode(memory: ReplayMemory, tap: Tap): ReplayMemory {
  const purpose = PURPOSE_OF_KIND[tap.kind]
  if (purpose === undefined) return memory
  const { maxValidityS: validityS } = DEFAULT_CODE_POLICY
  return remember(memory, codeOf(tap), { atS: Math.floor(tap.at / 1000), purpose, validityS })
}

function codeOf({ issuer, account, counter }: Tap) {
  return { issuer, account, generationTimeS: counter }
}
