import type { Texts } from '@unifare/language'

/** What a rider can do about trips, debts, and a lost or new phone. */
export const peopleTexts = {
  gateShut: { zh: '闸机没开', en: 'The gate did not open' },
  notBoarded: { zh: '没有乘上车', en: 'I did not ride' },
  gateShutVoid: {
    zh: (time: string) => `您在 ${time} 报告没有通过，这次不收费。`,
    en: (time: string) => `You said at ${time} that you did not pass: nothing is charged.`,
  },
  gateShutSure: { zh: '确认没有通过', en: 'Yes, I did not pass' },
  gateShutTold: {
    zh: (time: string) => `您在 ${time} 报告没有通过，运营机构正在核实。`,
    en: (time: string) => `You said at ${time} that you did not pass; the operator looks into it.`,
  },
  debts: { zh: '欠费', en: 'Debts' },
  debtLine: { zh: (time: string) => `${time} 垫付`, en: (time: string) => `advanced ${time}` },
  prepaid: { zh: '预付余额', en: 'Prepaid balance' },
  prepaidFree: { zh: '可退', en: 'Can be paid back' },
  prepaidReserved: { zh: '预留给未到的行程', en: 'Kept for rides that may still come' },
  topUp: { zh: (amount: string) => `充 ${amount}`, en: (amount: string) => `Add ${amount}` },
  refund: {
    zh: (amount: string) => `退回 ${amount}`,
    en: (amount: string) => `Pay back ${amount}`,
  },
  refundSure: { zh: '确认退回', en: 'Yes, pay it back' },
  secretWaits: { zh: '请抄下账户密语', en: 'Write down the secret of your account' },
  repay: { zh: (amount: string) => `补缴 ${amount}`, en: (amount: string) => `Repay ${amount}` },
  number: { zh: '换一个号码', en: 'Change number now' },
  numberWhy: {
    zh: '闸机看到的是当天的号码，不是账户。换号后，见过前一个号码的人认不出您。',
    en: 'Gates see a number of the day, not the account. After a change nobody who saw the last one can follow you.',
  },
  newPhone: { zh: '换手机', en: 'A new phone' },
  secretWhy: {
    zh: '设置名字和密语后，可以在新手机上接管账户，也可以在任何浏览器里冻结它。密语只显示一次。',
    en: 'With a name and a secret a new phone can take this account over, and any browser can freeze it. The secret is shown once.',
  },
  secretName: { zh: '名字', en: 'Name' },
  secretNameHint: {
    zh: '3 到 32 个小写字母、数字或 . _ -',
    en: '3 to 32 small letters, digits or . _ -',
  },
  secret: { zh: '密语', en: 'Secret' },
  secretMake: { zh: '生成密语', en: 'Make a secret' },
  secretOnce: { zh: '请现在抄下，之后不再显示：', en: 'Write it down now; it is not shown again:' },
  secretNoted: { zh: '已抄下', en: 'I wrote it down' },
  secretSet: {
    zh: (name: string) => `名字 ${name}，密语已设置。`,
    en: (name: string) => `Name ${name}; a secret is set.`,
  },
  takeOver: { zh: '接管已有账户', en: 'Take over an account' },
  takeOverWhy: {
    zh: '输入旧手机上抄下的名字和密语。旧手机不能再更新或付款，它已有的码到期即失效。',
    en: 'Enter the name and secret from the old phone. The old phone no longer renews or orders, and its codes end when their time is up.',
  },
  takeOverNow: { zh: '接管到这部手机', en: 'Take over on this phone' },
  freeze: { zh: '冻结账户', en: 'Freeze the account' },
  freezeWhy: {
    zh: '手机丢了？冻结后各地闸机将拒绝这个账户的码。',
    en: 'Lost a phone? Once frozen, gates everywhere refuse the codes of the account.',
  },
  freezeOwn: { zh: '冻结这个账户', en: 'Freeze this account' },
  freezeSure: { zh: '确认冻结', en: 'Yes, freeze it' },
  unfreeze: { zh: '解除冻结', en: 'Lift the freeze' },
  unfrozen: { zh: '已解除冻结。', en: 'The freeze is lifted.' },
  frozen: { zh: '账户已冻结', en: 'The account is frozen' },
  frozenConnected: {
    zh: '联网的闸机最晚从此刻起拒绝',
    en: 'Connected gates refuse from, at the latest',
  },
  frozenAll: {
    zh: '所有闸机（包括离线）从此刻起拒绝',
    en: 'Every gate refuses from, offline ones included',
  },
  frozenLoss: { zh: '在此之前最多可能损失', en: 'Most that can be lost until then' },
  elsewhereFreeze: {
    zh: '在任何浏览器冻结：打开本页地址加 #freeze',
    en: 'From any browser: open this address with #freeze',
  },
} as const satisfies Texts

/** Where an order of money stands. */
export const paymentStates = {
  REQUESTED: { zh: '等待支付渠道', en: 'waits for the channel' },
  PAID: { zh: '已支付', en: 'paid' },
  REFUSED: { zh: '渠道拒绝', en: 'refused by the channel' },
} as const satisfies Texts

/** Who said the last of a trip. */
export const speakers = {
  operator: { zh: '运营机构', en: 'the operator' },
  centre: { zh: '清分中心', en: 'the centre' },
  issuer: { zh: '发码机构', en: 'the issuer' },
} as const satisfies Texts
