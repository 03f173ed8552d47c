import type { Text } from '@unifare/language'
import { formatMicroFen, formatYuan } from '../format/money.ts'
import type { factTexts } from '../i18n/ride-texts.ts'
import { word } from '../i18n/words.ts'
import type { TraceStep } from '../model.ts'

/** A labelled value of a stage: the same in both languages, or a word in each. */
export interface StageFact {
  readonly label: keyof typeof factTexts
  readonly value: string | Text<string>
}

type Fields = Readonly<Record<string, unknown>>

/** What a reader wants to know of a stage. Fields that are not there are left out. */
export function stageFacts({ step, data }: TraceStep): StageFact[] {
  const fields = fieldsOf(data)
  switch (step) {
    case 'journal': {
      const record = fieldsOf(fields['record'])
      return facts(
        ['record', code(record, 'kind', (kind) => word('kind', kind))],
        ['identity', text(record, 'identity')],
        ['size', `${journalBytes(data).length / 2} B`],
      )
    }
    case 'operator':
      return facts(
        ['state', code(fields, 'state', (state) => word('tapState', state))],
        ['note', code(fields, 'note', noteWord)],
      )
    case 'charge':
      return facts(['charge', text(fields, 'charge')], ['amount', yuan(fields)])
    case 'verdict':
      return facts(
        ['verdict', code(fields, 'verdict', (verdict) => word('verdict', verdict))],
        ['day', text(fields, 'day')],
      )
    case 'ledger':
      return []
    case 'statement-operator':
      return facts(['receives', share(fields)], ['counterparty', text(fields, 'counterparty')])
    case 'statement-issuer': {
      const line = fieldsOf(fields['line'])
      return facts(
        ['pays', share(line)],
        ['counterparty', text(line, 'counterparty')],
        ['rider', code(fields, 'ride', (state) => word('rideState', state))],
      )
    }
  }
}

/** The record's bytes as the terminal stored them, hexadecimal; empty when not there. */
export function journalBytes(data: unknown): string {
  return text(fieldsOf(data), 'bytes') ?? ''
}

/** What is stored at a stage, less the bytes that are shown as bytes. */
export function withoutBytes({ step, data }: TraceStep): unknown {
  return step === 'journal' ? fieldsOf(data)['record'] : data
}

/** Postings of the ledger entries that concern the ride's two members. */
export function postingsOf(data: unknown): { account: string; amountFen: number }[] {
  if (!Array.isArray(data)) return []
  return data.flatMap((entry: unknown) => {
    const { postings } = fieldsOf(entry)
    return (Array.isArray(postings) ? postings : []).flatMap((posting: unknown) => {
      const { account, amountFen } = fieldsOf(posting)
      return typeof account === 'string' && typeof amountFen === 'number'
        ? [{ account, amountFen }]
        : []
    })
  })
}

function facts(
  ...all: readonly [StageFact['label'], StageFact['value'] | undefined][]
): StageFact[] {
  return all.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function text(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function code(
  fields: Fields,
  name: string,
  wordOf: (code: string) => Text<string>,
): Text<string> | undefined {
  const value = text(fields, name)
  return value === undefined ? undefined : wordOf(value)
}

// A note is a reason of the wire, or the kind of the record that confirmed the tap.
function noteWord(note: string): Text<string> {
  const reason = word('reason', note)
  return reason.zh === note ? word('kind', note) : reason
}

function yuan({ amountFen }: Fields): string | undefined {
  return typeof amountFen === 'number' ? formatYuan(amountFen) : undefined
}

function share({ shareMicro }: Fields): string | undefined {
  return typeof shareMicro === 'string' ? formatMicroFen(shareMicro) : undefined
}
