import type { Texts } from '@unifare/language'

/** The map of cities and its table. */
export const mapTexts = {
  title: { zh: '各城市刷卡', en: 'Taps by city' },
  accepted: { zh: '已受理', en: 'Accepted' },
  refused: { zh: '已拒绝', en: 'Refused' },
  riders: { zh: '乘客', en: 'Riders' },
  cities: { zh: '城市', en: 'Cities' },
  city: { zh: '城市', en: 'City' },
  operators: { zh: '运营机构', en: 'Operators' },
  newest: { zh: '最新时段', en: 'Newest' },
  asMap: { zh: '地图', en: 'Map' },
  asTable: { zh: '表格', en: 'Table' },
  view: { zh: '显示方式', en: 'View' },
  mapLabel: {
    zh: '省级行政区示意图：每格一个省级行政区，不表示边界。圆点为成员城市，可用键盘选择。',
    en: 'Tile map: one tile for each province-level unit, no borders implied. Dots are member cities; choose one with the keyboard.',
  },
  cityLabel: {
    zh: (name, accepted, refused) => `${name}：受理 ${accepted} 笔，拒绝 ${refused} 笔`,
    en: (name, accepted, refused) => `${name}: ${accepted} accepted, ${refused} refused`,
  },
  legendDot: { zh: '圆点大小：受理笔数', en: 'Dot size: accepted taps' },
  legendFlow: { zh: '连线：从发卡城市到乘车城市', en: 'Line: from home city to city of the ride' },
  legendTile: { zh: '一格一省，不表示边界', en: 'One tile a province; no borders implied' },
  noCities: { zh: '暂无成员城市', en: 'No member cities yet' },
} as const satisfies Texts
