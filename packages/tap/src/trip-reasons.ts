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
  'trip.corrected': {
    en: 'the amount was corrected: records came late, or rides before it changed its discount',
    zh: '金额已更正：记录补到，或此前行程改变了优惠',
  },
  'trip.missing-exit': { en: 'there is no record of the exit', zh: '没有出站记录' },
  'trip.missing-entry': { en: 'there is no record of the entry', zh: '没有进站记录' },
  'trip.station-stated': {
    en: 'you said where you got on or off: the fare goes to that station',
    zh: '您补登了上车或下车的车站：按该站计价',
  },
  'trip.joined': {
    en: 'you changed over the street: one journey with the one before',
    zh: '出站换乘：与前一程连续计费',
  },
  'trip.gates-open': {
    en: 'gates stood open at a station: the fare goes to it',
    zh: '有车站闸机应急放行：按该站计价',
  },
  'trip.running': {
    en: 'the trip may still be under way: say it when its time is over',
    zh: '行程可能还在进行：超过乘车时限后再补登',
  },
  'trip.unconfirmed': {
    en: 'nobody was seen to pass the gate: nothing is charged, there is nothing to state',
    zh: '未见有人通过闸机：不收费，无需补登',
  },
  'trip.complete': {
    en: 'both ends of the trip are known',
    zh: '该行程两端都有记录，无需补登',
  },
  'trip.station-given': {
    en: 'a station was stated for this trip before',
    zh: '该行程已补登过车站',
  },
  'trip.nothing-asked': {
    en: 'nothing is asked for this trip',
    zh: '该行程不收费，无需补登',
  },
  'fares.no-statement': {
    en: 'this city takes no statement of the station',
    zh: '该城市不接受乘客补登车站',
  },
  'fares.statement-late': {
    en: 'the days in which the station can be stated are over',
    zh: '已超过补登车站的期限',
  },
  'fares.statement-limit': {
    en: 'no more stations can be stated this year',
    zh: '今年补登车站的次数已用完',
  },
  'fares.statement-too-fast': {
    en: 'nobody can have come to that station in the time',
    zh: '在这段时间内不可能到达该站',
  },
  'fares.unknown-station': { en: 'there is no such station', zh: '没有这个车站' },
  'fares.no-path': { en: 'no way leads to that station', zh: '无法到达该站' },
  'trip.duplicate': { en: 'the same code was taken before', zh: '同一码此前已受理' },
} as const satisfies Readonly<Record<string, { readonly en: string; readonly zh: string }>>
