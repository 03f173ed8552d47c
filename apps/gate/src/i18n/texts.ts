import type { Text, Texts } from '@unifare/language'
import type { Role, TerminalConfig } from '@unifare/terminal'

/** Texts of the setup and of the frame around the gate. */
export const texts = {
  title: { zh: '扫码闸机', en: 'Code gate' },
  choose: { zh: '这台设备放在哪里？', en: 'Where does this device stand?' },
  chooseOperator: { zh: '先选运营单位', en: 'Choose the operator' },
  choosePlace: { zh: '再选位置', en: 'Choose the place' },
  back: { zh: '返回', en: 'Back' },
  loading: { zh: '正在询问网络…', en: 'Asking the network…' },
  opening: { zh: '正在打开日志…', en: 'Opening the journal…' },
  elsewhere: {
    zh: '闸机已在另一个标签页运行，请关闭那一个',
    en: 'The gate runs in another tab: close that one',
  },
  failed: { zh: '闸机无法启动', en: 'The gate cannot start' },
  cameraBlocked: {
    zh: '请允许使用摄像头，然后点这里重试',
    en: 'Allow the camera, then touch here to try again',
  },
  cameraFlip: { zh: '换镜头', en: 'Camera' },
  sound: { zh: '声音', en: 'Sound' },
  change: { zh: '换位置', en: 'Move' },
  changeSure: { zh: '再点一次确认', en: 'Touch again to confirm' },
  language: { zh: 'English', en: '中文' },
  fresh: { zh: '名单', en: 'lists' },
  never: { zh: '尚无', en: 'none yet' },
  online: { zh: '在线', en: 'online' },
  offline: { zh: '离线', en: 'offline' },
  connecting: { zh: '连接中', en: 'connecting' },
  terminal: { zh: '终端', en: 'terminal' },
} as const satisfies Texts

/** Texts of the display. */
export const rideTexts = {
  present: { zh: '请出示乘车码', en: 'Show your ride code' },
  presentHint: { zh: '对准摄像头，约 15 厘米', en: 'to the camera, about 15 cm away' },
  welcome: { zh: '请上车', en: 'Welcome aboard' },
  enter: { zh: '请进站', en: 'Please enter' },
  leave: { zh: '请出站', en: 'Please leave' },
  goOn: { zh: '请通行', en: 'Go ahead' },
  boarded: { zh: '已上车，下车请再扫码', en: 'On board: scan again when leaving' },
  alighted: { zh: '已下车', en: 'You have left the bus' },
  rented: { zh: '请取车', en: 'Take the bicycle' },
  returned: { zh: '还车成功', en: 'Bicycle returned' },
  open: { zh: '闸门已开', en: 'The gate is open' },
  passed: { zh: '已通过', en: 'Passed' },
  timedOut: { zh: '未通过，不收费', en: 'Nobody passed: no charge' },
  timedOutHint: { zh: '请刷新乘车码再试', en: 'refresh the code and try again' },
  fare: { zh: '票价', en: 'fare' },
  fareLater: { zh: '出站后计价', en: 'priced after you leave' },
  fareSoon: { zh: '票价稍后见行程', en: 'the fare comes with your trip' },
  refused: { zh: '请稍候', en: 'Not yet' },
} as const satisfies Texts

/** The gate's sensors, as buttons. */
export const sensorTexts = {
  accepted: { zh: '已接受', en: 'accepted' },
  released: { zh: '已开闸', en: 'released' },
  passed: { zh: '已通过', en: 'passed' },
  'timed-out': { zh: '未通过', en: 'timed out' },
} as const satisfies Texts

/** How good the terminal's clock is. */
export const qualityTexts = {
  unknown: { zh: '时钟不可靠', en: 'clock not sure' },
  'free-running': { zh: '时钟自走', en: 'clock runs free' },
  'synced-10s': { zh: '时钟 ±10 秒', en: 'clock ±10 s' },
  'synced-2s': { zh: '时钟 ±2 秒', en: 'clock ±2 s' },
} as const satisfies Texts

/** What a terminal does, as its place is chosen. */
export const roleTexts = {
  single: { zh: '刷一次', en: 'one scan' },
  entry: { zh: '进站', en: 'entry' },
  exit: { zh: '出站', en: 'exit' },
  transfer: { zh: '换乘', en: 'interchange' },
  rent: { zh: '借车', en: 'hire' },
  return: { zh: '还车', en: 'return' },
  board: { zh: '上车', en: 'boarding' },
  alight: { zh: '下车', en: 'alighting' },
  repair: { zh: '补票', en: 'counter' },
} as const satisfies Record<Role, Text<string>>

export const modeTexts = {
  metro: { zh: '地铁', en: 'metro' },
  bus: { zh: '公交', en: 'bus' },
  ferry: { zh: '轮渡', en: 'ferry' },
  taxi: { zh: '出租车', en: 'taxi' },
  bicycle: { zh: '公共自行车', en: 'bicycle' },
  'light-rail': { zh: '轻轨', en: 'light rail' },
  brt: { zh: '快速公交', en: 'BRT' },
  cableway: { zh: '索道', en: 'cableway' },
} as const satisfies Record<TerminalConfig['mode'], Text<string>>
