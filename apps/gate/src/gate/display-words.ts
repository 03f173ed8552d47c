import { type Fen, formatYuan } from '@unifare/core'
import type { Text } from '@unifare/language'
import { codeFamilies } from '@unifare/ridecode'
import { REASONS } from '@unifare/tap'
import type { Decision } from '@unifare/terminal'
import type { Sound } from '../capture/voice.ts'
import { rideTexts } from '../i18n/texts.ts'
import type { Ride } from './ride.ts'

/** Signs of the display; each differs by its shape, not by its colour alone. */
export type Sign = 'code' | 'check' | 'arrow' | 'refresh' | 'cross' | 'wait'

/** What the display shows of a ride, and what is spoken. */
export interface DisplayWords {
  readonly tone: 'ready' | 'go' | 'done' | 'no'
  readonly sign: Sign
  readonly head: Text<string>
  readonly detail: Text<string> | null
  /** Stated large beside the words. */
  readonly amountFen: Fen | null
  /** Stable code of a refusal, for staff. */
  readonly code: string | null
  readonly sound: Sound | null
  readonly spoken: Text<string> | null
}

const NOTHING = { detail: null, amountFen: null, code: null, sound: null, spoken: null } as const

/** The words and signs of a ride's state. */
export function displayWords(ride: Ride): DisplayWords {
  switch (ride.state) {
    case 'ready':
      return {
        ...NOTHING,
        tone: 'ready',
        sign: 'code',
        head: rideTexts.present,
        detail: rideTexts.presentHint,
      }
    case 'refused':
      return refusal(ride.decision)
    case 'go':
    case 'accepted':
      return accepted(ride)
    case 'released':
      return { ...accepted(ride), detail: rideTexts.open, sound: 'mark', spoken: null }
    case 'passed':
      return { ...NOTHING, tone: 'done', sign: 'check', head: rideTexts.passed, sound: 'mark' }
    case 'timed-out':
      return {
        ...NOTHING,
        tone: 'no',
        sign: 'wait',
        head: rideTexts.timedOut,
        detail: rideTexts.timedOutHint,
        sound: 'no',
        spoken: rideTexts.timedOut,
      }
  }
}

function accepted({ decision, fareFen, state }: Exclude<Ride, { state: 'ready' }>): DisplayWords {
  const kind = decision.ok ? decision.kind : 'purchase'
  const gate = state !== 'go'
  const head = headOf(kind, gate)
  return {
    tone: 'go',
    sign: gate ? 'arrow' : 'check',
    head,
    detail: fareFen === null ? laterOf(kind) : rideTexts.fare,
    amountFen: fareFen,
    code: null,
    sound: 'go',
    spoken: fareFen === null ? head : withFare(head, fareFen),
  }
}

function headOf(kind: string, gate: boolean): Text<string> {
  switch (kind) {
    case 'entry':
      return gate ? rideTexts.enter : rideTexts.boarded
    case 'exit':
      return gate ? rideTexts.leave : rideTexts.alighted
    case 'rent':
      return rideTexts.rented
    case 'return':
      return rideTexts.returned
    default:
      return gate ? rideTexts.goOn : rideTexts.welcome
  }
}

function laterOf(kind: string): Text<string> {
  return kind === 'entry' || kind === 'rent' ? rideTexts.fareLater : rideTexts.fareSoon
}

function withFare({ zh, en }: Text<string>, fareFen: Fen): Text<string> {
  const yuan = formatYuan(fareFen).replace(/\.?0+$/, '')
  return { zh: `${zh}，${yuan}元`, en: `${en}. ${yuan} yuan` }
}

function refusal(decision: Decision): DisplayWords {
  if (decision.ok) throw new TypeError('a go is no refusal')
  const { reason, family, detail: code } = decision
  const { zh, en } = REASONS[reason]
  const helpsToRefresh = reason === 'code.expired' || reason === 'code.replayed'
  return {
    ...NOTHING,
    tone: 'no',
    sign: helpsToRefresh ? 'refresh' : reason === 'code.too-soon' ? 'wait' : 'cross',
    head: { zh, en: capital(en) },
    detail: family === undefined ? null : codeFamilies[family],
    code,
    sound: 'no',
    spoken: { zh, en },
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
