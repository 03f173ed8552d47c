import type { ErrorText, Instant } from '@unifare/core'
import type { FaultKind } from './centre-faults.ts'
import type { SourceKind, SourceRow } from './sources.ts'

/** What the centre raises an alarm for. */
export type AlarmKind = 'gap' | 'file-gap' | 'silence' | 'never-heard' | FaultKind

/** Words of the alarms. */
export const ALARM_TEXTS = {
  gap: { en: 'records are missing', zh: '流水号不连续，有记录缺失' },
  'file-gap': { en: 'files are missing', zh: '文件序号不连续，有文件缺失' },
  silence: { en: 'nothing came for longer than its rule', zh: '超过规定时间未上传数据' },
  'never-heard': { en: 'nothing has ever come', zh: '从未上传数据' },
  unwritten: {
    en: 'could not be written; tried again with every close and start',
    zh: '文件未能写出，每次关账和启动时重试',
  },
  'damaged-file': {
    en: 'was not as it was written: put aside, its day cleared again from the journal; look after the disk, then remove it',
    zh: '文件内容与写入时不符，已另存，该日已按流水重新清算；检查磁盘后可删除',
  },
} as const satisfies Readonly<Record<AlarmKind, ErrorText>>

/**
 * How long sources may be silent and records missing before it is an alarm. A rule for one source
 * goes before one for its operator, and that before one for all; of equals the later one holds.
 */
export interface AlarmRule {
  readonly kind: SourceKind
  /** A source's id; all of the kind when not given. */
  readonly id?: string
  /** Operator whose sources are meant; all when not given. */
  readonly operator?: string
  /** From this instant on. */
  readonly from: Instant
  /** Longest silence in seconds; null for none that is too long. */
  readonly silenceS: number | null
  /** Longest time in seconds that records or files may be missing. */
  readonly gapS: number
}

const HOUR_S = 3_600

/**
 * The demonstration's rules: operators within six hours, terminals within a day, gaps an hour, a
 * file that is missing in its row four hours.
 */
export const DEFAULT_ALARM_RULES: readonly AlarmRule[] = [
  { kind: 'operator', from: 0, silenceS: 6 * HOUR_S, gapS: HOUR_S },
  { kind: 'terminal', from: 0, silenceS: 24 * HOUR_S, gapS: HOUR_S },
  { kind: 'files', from: 0, silenceS: null, gapS: 4 * HOUR_S },
]

/** One alarm. `since` is when the silence or the knowledge of the gap began. */
export interface Alarm {
  readonly alarm: AlarmKind
  /** `centre` where a file of its own is concerned: `id` is its name then, `operator` whose it is. */
  readonly kind: SourceKind | 'centre'
  readonly id: string
  readonly operator: string
  readonly since: Instant
  readonly lastsS: number
  /** Missing records or files, both included; only of gaps. */
  readonly from?: number
  readonly to?: number
  /** What is in the way; only of files that could not be written. */
  readonly reason?: string
}

/** A source that is in service, as its operator's device list or the membership says. */
export type ExpectedSource = Pick<SourceRow, 'kind' | 'id' | 'operator'> & {
  readonly since: Instant
}

/**
 * Alarms at an instant: a pure function of what was heard, what is in service, and the rules. The
 * longest-lasting come first. A source without a rule raises none.
 */
export function alarmsAt(options: {
  readonly at: Instant
  readonly sources: readonly SourceRow[]
  /** Raises alarms for sources that were never heard. */
  readonly expected?: readonly ExpectedSource[]
  readonly rules?: readonly AlarmRule[]
}): Alarm[] {
  const { at, sources, expected = [], rules = DEFAULT_ALARM_RULES } = options
  const heard = new Set(sources.map(({ kind, id }) => `${kind}/${id}`))
  const unheard = expected.filter(({ kind, id }) => !heard.has(`${kind}/${id}`))
  return [
    ...sources.flatMap((source) => alarmsOf(source, { at, rules })),
    ...unheard.flatMap((source) => {
      const rule = ruleFor(rules, source, at)
      return late(source, { at, since: source.since, limitS: rule?.silenceS ?? null }).map(
        (alarm): Alarm => ({ alarm: 'never-heard', ...alarm }),
      )
    }),
  ].toSorted((a, b) => a.since - b.since || compare(a.id, b.id) || (a.from ?? 0) - (b.from ?? 0))
}

function alarmsOf(
  source: SourceRow,
  { at, rules }: { readonly at: Instant; readonly rules: readonly AlarmRule[] },
): Alarm[] {
  const rule = ruleFor(rules, source, at)
  if (rule === undefined) return []
  const silence = late(source, { at, since: source.heardAt, limitS: rule.silenceS })
  return [
    ...silence.map((alarm): Alarm => ({ alarm: 'silence', ...alarm })),
    ...source.gaps.flatMap(({ from, to, since }) =>
      late(source, { at, since, limitS: rule.gapS }).map(
        (alarm): Alarm => ({
          alarm: alarm.kind === 'files' ? 'file-gap' : 'gap',
          ...alarm,
          from,
          to,
        }),
      ),
    ),
  ]
}

/** The alarm's common part when something lasts longer than its limit. */
function late(
  { kind, id, operator }: Pick<SourceRow, 'kind' | 'id' | 'operator'>,
  { at, since, limitS }: { at: Instant; since: Instant; limitS: number | null },
): Omit<Alarm, 'alarm'>[] {
  const lastsS = Math.floor((at - since) / 1_000)
  return limitS === null || lastsS <= limitS ? [] : [{ kind, id, operator, since, lastsS }]
}

function ruleFor(
  rules: readonly AlarmRule[],
  source: Pick<SourceRow, 'kind' | 'id' | 'operator'>,
  at: Instant,
): AlarmRule | undefined {
  const fitting = rules.filter(
    ({ kind, id, operator, from }) =>
      kind === source.kind &&
      from <= at &&
      (id === undefined || id === source.id) &&
      (operator === undefined || operator === source.operator),
  )
  const rank = ({ id, operator }: AlarmRule) =>
    (id === undefined ? 0 : 2) + (operator === undefined ? 0 : 1)
  return fitting.toSorted((a, b) => rank(b) - rank(a) || b.from - a.from)[0]
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
