import { type Day, type Env, type Tx, UnifareError } from '@unifare/core'
import { type CentreFault, type FoundFault, noteFaults } from './watch/centre-faults.ts'

/** What a centre writes for a member from what is stored: the same bytes whenever it is written. */
export interface OwnFile {
  readonly name: string
  readonly member: string
  readonly write: (tx: Tx) => Promise<unknown>
}

/** What closed or settled just now. */
export interface Told {
  readonly day?: Day
  readonly window?: string
}

/** Files of a kind. */
export interface OwnFiles {
  readonly kind: string
  /** Those of a day or window; without, all that are due and not there. */
  readonly due: (tx: Tx, told?: Told) => Promise<readonly OwnFile[]>
}

/** Writes a centre's files behind its commits. */
export interface FileKeeper {
  /**
   * Writes the files of what was just told, and those that are missing where some were; all that are
   * missing when nothing is told. One that cannot be written keeps back nothing else: it is a fault of
   * the centre (`CentreFault`) until it is there, tried again with every close and start.
   */
  keep(told?: Told): Promise<void>
  /** Notes which damaged files were put aside since, and which of them are gone. */
  noteDamaged(): Promise<void>
}

/** Begins the names of files that were not as they were written. */
export const SET_ASIDE = 'damaged-'

/** Opens the keeper of a centre's files. */
export function createFileKeeper(options: {
  readonly env: Pick<Env, 'clock' | 'storage'>
  readonly kinds: readonly OwnFiles[]
  /** Every file has a transaction of its own: one that fails spoils it. */
  readonly transaction: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>
  readonly onFault?: ((fault: CentreFault) => void) | undefined
}): FileKeeper {
  const { env, kinds, transaction, onFault = () => undefined } = options
  let known = true

  /** Notes all faults of a kind that there are now, and tells the new ones. */
  async function note(alarm: CentreFault['alarm'], found: readonly FoundFault[]): Promise<void> {
    const at = env.clock.now()
    const added = await transaction((tx) => noteFaults(tx, { alarm, found, at }))
    added.forEach(onFault)
  }

  async function writeDue(failed: Map<string, FoundFault>, told?: Told): Promise<void> {
    const attempt = async (fault: Omit<FoundFault, 'reason'>, work: () => Promise<void>) => {
      if (failed.has(fault.file)) return
      await work().catch((error: unknown) => {
        failed.set(fault.file, { ...fault, reason: reasonOf(error) })
      })
    }
    for (const { kind, due } of kinds) {
      await attempt({ file: kind, owner: '' }, async () => {
        for (const { name, member, write } of await transaction((tx) => due(tx, told))) {
          await attempt({ file: name, owner: member }, async () => void (await transaction(write)))
        }
      })
    }
  }

  return {
    async keep(told) {
      const failed = new Map<string, FoundFault>()
      if (told !== undefined) await writeDue(failed, told)
      if (told === undefined || known) await writeDue(failed)
      if (known || failed.size > 0) await note('unwritten', [...failed.values()])
      known = failed.size > 0
    },
    async noteDamaged() {
      const names = await env.storage.list(SET_ASIDE)
      await note(
        'damaged-file',
        names.map((file) => ({ file, owner: '', reason: '' })),
      )
    },
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof UnifareError ? `${error.message} [${error.code}]` : String(error)
  // What no database holds.
  return text.replace(/[\0\p{Cs}]/gu, '')
}
