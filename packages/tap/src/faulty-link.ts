import { type Random, randomInteger, UnifareError } from '@unifare/core'
import type { Link } from './link.ts'

/** How often a carrier fails, in parts per million of the messages. */
export interface LinkFaults {
  readonly random: Random
  /** The message never arrives. */
  readonly loseRequest?: number
  /** The message arrives and takes effect; its answer does not come back. */
  readonly loseAnswer?: number
  /** The message arrives twice; the sender sees the second answer. */
  readonly duplicate?: number
}

/**
 * A carrier that loses and repeats under a seed. Every message draws the same amount of
 * randomness whatever happens to it, so that one fault does not shift all later ones.
 */
export function createFaultyLink(link: Link, faults: LinkFaults): Link {
  const { random, loseRequest = 0, loseAnswer = 0, duplicate = 0 } = faults
  return {
    async send(receiver, message) {
      const [lostRequest, lostAnswer, doubled] = [loseRequest, loseAnswer, duplicate].map(
        (ppm) => randomInteger(random, 1_000_000) < ppm,
      )
      if (lostRequest) throw new UnifareError('link.unreachable', `lost on the way to ${receiver}`)
      if (doubled) await link.send(receiver, message)
      const answer = await link.send(receiver, message)
      if (lostAnswer) throw new UnifareError('link.unreachable', `answer of ${receiver} lost`)
      return answer
    },
  }
}
