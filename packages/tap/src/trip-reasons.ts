/**
 * Why a trip stands as it does, beside the reasons of taps (`REASONS`): stable codes of trip
 * notices, in words for riders.
 */
export const TRIP_REASONS = {
  'gate.not-opened': {
    en: 'you said that the gate did not open: the entry is void',
    zh: '您报告闸门未开：本次进站作废',
  },
  'gate.claim-passed': {
    en: 'you said that the gate did not open; its sensor saw somebody pass: staff decides',
    zh: '您报告闸门未开，但传感器记录有人通过：由工作人员核实',
  },
  'gate.claim-charged': {
    en: 'you said that you did not ride; nothing at the place can tell: staff decides',
    zh: '您报告未乘车，现场设备无法证实：由工作人员核实',
  },
  'trip.nobody-passed': { en: 'nobody was seen to pass the gate', zh: '未见有人通过闸机' },
  'trip.completed-late': {
    en: 'the record that was missing came later',
    zh: '缺少的记录后来补到',
  },
  'trip.missing-exit': { en: 'there is no record of the exit', zh: '没有出站记录' },
  'trip.missing-entry': { en: 'there is no record of the entry', zh: '没有进站记录' },
  'trip.duplicate': { en: 'the same code was taken before', zh: '同一码此前已受理' },
} as const satisfies Readonly<Record<string, { readonly en: string; readonly zh: string }>>
