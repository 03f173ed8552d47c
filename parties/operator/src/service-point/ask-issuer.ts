import type { AskIssuer, LoadAnswer } from '@unifare/card'
import { canonicalJson, utf8 } from '@unifare/core'
import type { Institution } from '@unifare/institution'

/** What an issuer answers about a refund. */
export interface RefundAnswer {
  readonly ok: boolean
  readonly order: string
  readonly state: string
  readonly balanceFen: number
  readonly depositFen: number
  readonly code?: string
  readonly doubt?: LoadAnswer['doubt']
}

/** The way of a service point: the agent signs, the centre passes on, the issuer decides. */
export function askThroughCentre(
  agent: Pick<Institution, 'ask'>,
  options: { readonly centre: string; readonly attempt: () => string },
): AskIssuer {
  return (issuer, order) => {
    // A refusal stands for its message for ever: every try is a message of its own.
    const body = { ...order, issuer, attempt: options.attempt() }
    return agent.ask(options.centre, 'order', utf8(canonicalJson(body)))
  }
}
