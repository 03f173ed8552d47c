import type { Clock } from '@unifare/core'
import {
  type CodeIdentity,
  type CodeReject,
  claimAtStation,
  createStationMemory,
  releaseAtStation,
  type StationClaim,
} from '@unifare/ridecode'
import { FLAGS, type Tap } from '@unifare/tap'
import { refusedCode } from './code-flow.ts'
import { LIMITS } from './config.ts'
import type { Refusal } from './decision.ts'
import type { TapContent } from './record.ts'

/**
 * The node of a station 车站节点: through it the terminals of one station share what they took of
 * codes. It may be away at any time; then every terminal decides alone, and the centre charges a
 * code once.
 */
export interface StationNode {
  /** Asked before a code is stored: whether another terminal of the station took it. */
  claim(claim: StationClaim): Promise<{ readonly ok: true } | CodeReject>
  /** Nobody passed with this code at this terminal. */
  release(code: CodeIdentity & Pick<StationClaim, 'terminal'>): Promise<void>
}

/** A node in the memory of one process; claims are judged one after the other. */
export function createStationNode(): StationNode {
  let memory = createStationMemory()
  return {
    async claim(claim) {
      const { memory: next, ...answer } = claimAtStation(memory, claim)
      memory = next
      return answer
    },
    async release(code) {
      memory = releaseAtStation(memory, code)
    },
  }
}

/** A station as one of its terminals sees it. */
export interface LinkedStation {
  /** The refusal; or what the record says of the question: nothing, or that nobody answered. */
  claim(claim: StationClaim): Promise<Refusal | Pick<TapContent, 'flags'>>
  release(tap: Pick<Tap, 'issuer' | 'account' | 'counter'>): Promise<void>
}

/** Asks a node within the time that a rider may be kept waiting. */
export function linkStation(
  node: StationNode,
  { clock, terminal }: { readonly clock: Pick<Clock, 'sleep'>; readonly terminal: string },
): LinkedStation {
  async function answered<T>(ask: () => Promise<T>): Promise<T | undefined> {
    const silence = clock.sleep(LIMITS.stationAnswerMs).then(() => undefined)
    return Promise.race([ask().catch(() => undefined), silence])
  }
  return {
    async claim(claim) {
      const answer = await answered(() => node.claim(claim))
      if (answer === undefined) return { flags: FLAGS.unlinked }
      return answer.ok ? {} : refusedCode(answer)
    },
    async release({ issuer, account, counter: generationTimeS }) {
      await answered(() => node.release({ issuer, account, generationTimeS, terminal }))
    },
  }
}
