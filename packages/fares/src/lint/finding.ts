import { type LintRule, lintRules } from './rules.ts'

/** Something about a tariff that a reader should look at. */
export interface Finding {
  readonly rule: LintRule
  /**
   * `error`: the price that comes out is hardly meant; `warning`: probably not meant; `notice`:
   * worth knowing, and right in some tariffs.
   */
  readonly level: 'error' | 'warning' | 'notice'
  /** `rules[2].base.first.uptoM`; empty for the whole. */
  readonly path: string
  /** What the rule means, and what was found. */
  readonly textZh: string
  readonly textEn: string
}

/** Makes a finding of a rule's own words and of what was found. */
export function finding(rule: LintRule, path: string, zh = '', en = ''): Finding {
  const { level, zh: ruleZh, en: ruleEn } = lintRules[rule]
  const [textZh, textEn] = [zh === '' ? ruleZh : `${ruleZh}：${zh}`, en && `: ${en}`]
  return { rule, level, path, textZh, textEn: `${ruleEn}${textEn}` }
}
