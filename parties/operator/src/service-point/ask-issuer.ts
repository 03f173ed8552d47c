import type { LoadOpening } from '@unifare/card'
import { canonicalJson, toHex, utf8 } from '@unifare/core'
import type { Institution } from '@unifare/institution'

/** What an issuer answers about a load order. */
export interface LoadAnswer {
  readonly ok: boolean
  readonly order: string
  readonly state: string
  readonly amountFen: number
  /** MAC2, hexadecimal. */
  readonly mac2?: string
  readonly code?: string
  /** An earlier order of the card that its counter must settle first. */
  readonly doubt?: {
    readonly order: string
    readonly challenge: string
    readonly onlineNumber: number
  }
}

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

/** Sends one order about a card to its issuer and returns what the issuer answers. */
export type AskIssuer = (
  issuer: string,
  order: Readonly<Record<string, string | number | object>>,
) => Promise<unknown>

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

/** An opening as orders carry it: bytes in hexadecimal. */
export function openingToJson(opening: LoadOpening): Readonly<Record<string, string | number>> {
  return { ...opening, random: toHex(opening.random), mac1: toHex(opening.mac1) }
}
