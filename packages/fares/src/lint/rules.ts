/**
 * Every rule that `lintTariff` looks after, with its weight. Faults of shape (types, unknown
 * fields, gaps and overlaps inside a ladder, matrices that are not square, ids used twice) are
 * found by `parseTariff`, which refuses such a file whole.
 */
export const lintRules = {
  'conditions.never': {
    level: 'warning',
    zh: '条件永远不成立',
    en: 'the conditions can never hold',
  },
  'conditions.too-many': {
    level: 'notice',
    zh: '条件组合过多，未逐一检查覆盖',
    en: 'too many combinations of conditions, coverage was not checked',
  },
  'rules.gap': {
    level: 'warning',
    zh: '有乘次没有适用的基础票价',
    en: 'there are rides that no base fare prices',
  },
  'rules.dead': {
    level: 'error',
    zh: '前面的规则已全部覆盖，此规则永不生效',
    en: 'earlier ones cover all its conditions, so it never applies',
  },
  'rules.overlap': {
    level: 'notice',
    zh: '两条规则部分重叠，由先后顺序决定',
    en: 'two rules overlap in part, their order decides',
  },
  'discounts.hides-better': {
    level: 'warning',
    zh: '排在前面的优惠使乘客得不到更好的优惠',
    en: 'it stands before a better discount for the same rider',
  },
  'discounts.never-cheapest': {
    level: 'error',
    zh: '总有更优惠的一项，永不会被选中',
    en: 'another one is always at least as good, so it is never chosen',
  },
  'discounts.no-effect': {
    level: 'warning',
    zh: '不改变任何票价',
    en: 'it changes no fare of this tariff',
  },
  'steps.not-descending': {
    level: 'notice',
    zh: '累计更多后折扣反而变小',
    en: 'a later step pays a larger share than an earlier one',
  },
  'caps.below-lowest': {
    level: 'error',
    zh: '封顶低于最低票价',
    en: 'the cap is below the lowest fare',
  },
  'caps.never': {
    level: 'warning',
    zh: '较短周期的封顶使此封顶永远达不到',
    en: 'a cap of a shorter period keeps it from ever being reached',
  },
  'transfers.never': {
    level: 'warning',
    zh: '换乘规则永不生效',
    en: 'the transfer rule can never apply',
  },
  'passes.too-dear': {
    level: 'notice',
    zh: '有效期更长且更便宜的票存在',
    en: 'another pass lasts as long and costs no more',
  },
  'table.not-monotone': {
    level: 'warning',
    zh: '同一线路上更远反而更便宜',
    en: 'a ride farther along the same line costs less',
  },
  'table.outlier': {
    level: 'error',
    zh: '金额远高于同表其他金额',
    en: 'the amount is far above all others of its table',
  },
  'table.one-way': {
    level: 'warning',
    zh: '往返票价几乎处处相同，只有少数不同',
    en: 'both ways cost the same but for a few pairs',
  },
  'table.split-cheaper': {
    level: 'notice',
    zh: '中途出站再进站比直达便宜',
    en: 'out and in again on the way costs less than riding through',
  },
  'table.class-dearer': {
    level: 'error',
    zh: '该类乘客比普通乘客付得更多',
    en: 'a class of riders pays more than everybody else',
  },
  'station.unknown': {
    level: 'warning',
    zh: '线网中没有该车站',
    en: 'the network has no such station',
  },
  'line.unknown': {
    level: 'warning',
    zh: '线网中没有该线路',
    en: 'the network has no such line',
  },
  'unit.yuan': {
    level: 'error',
    zh: '金额像是以元为单位，应为分',
    en: 'the amount looks like yuan; it is in fen',
  },
  'unit.fen': {
    level: 'warning',
    zh: '金额大得不像票价，应为分',
    en: 'the amount is too large for a fare in fen',
  },
  'unit.kilometres': {
    level: 'error',
    zh: '长度像是以公里为单位，应为米',
    en: 'the length looks like kilometres; it is in metres',
  },
  'unit.metres': {
    level: 'warning',
    zh: '长度大得不像城市线网，应为米',
    en: 'the length is too large for a city; it is in metres',
  },
  'unit.minutes': {
    level: 'error',
    zh: '时间像是以分钟或小时为单位，应为秒',
    en: 'the time looks like minutes or hours; it is in seconds',
  },
  'unit.percent': {
    level: 'error',
    zh: '比例像是百分数，应为百万分比',
    en: 'the share looks like percent; it is in millionths',
  },
  'time.whole-day': {
    level: 'warning',
    zh: '起止时刻相同，等于全天',
    en: 'it begins and ends at one time, which is the whole day',
  },
  'source.unused': {
    level: 'notice',
    zh: '没有任何规则引用该来源',
    en: 'no rule names this source',
  },
  'validity.overlap': {
    level: 'warning',
    zh: '同一票价的两个版本同时有效，以高版本为准',
    en: 'two versions hold at the same time, the higher one wins',
  },
  'validity.gap': {
    level: 'error',
    zh: '两个版本之间有日期没有票价',
    en: 'there are days without a version between two',
  },
  'validity.order': {
    level: 'error',
    zh: '较新的版本生效更早',
    en: 'a higher version begins earlier than a lower one',
  },
  'version.duplicate': {
    level: 'error',
    zh: '同一票价同一版本出现两次',
    en: 'one version of a tariff is there twice',
  },
  'operator.ambiguous': {
    level: 'error',
    zh: '同一运营方同一方式同时有两个票价',
    en: 'two tariffs of one operator price the same mode at the same time',
  },
} as const satisfies Record<
  string,
  { readonly level: 'error' | 'warning' | 'notice'; readonly zh: string; readonly en: string }
>

export type LintRule = keyof typeof lintRules
