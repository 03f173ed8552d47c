import type { ErrorTable } from '@unifare/core'

/** Every code this package refuses with; the keys are stable. */
export const cryptoErrors = {
  'key.not-found': { en: 'no such key in this store', zh: '密钥库中没有该密钥' },
  'key.wrong-use': { en: 'this key must not be used for that', zh: '密钥用途不符' },
  'key.bad-reference': { en: 'not a key reference', zh: '密钥引用格式错误' },
  'key.bad-material': { en: 'key material does not fit its reference', zh: '密钥内容与引用不符' },
  'key.bad-factor': { en: 'diversification factors are 8 bytes, at least one', zh: '分散因子错误' },
  'key.duplicate': { en: 'the same key reference twice', zh: '密钥引用重复' },
  'key.bad-passphrase': { en: 'wrong passphrase for this key file', zh: '密钥文件口令错误' },
  'key.bad-file': { en: 'not a key file, or it was altered', zh: '密钥文件损坏或被改动' },
  'key.no-file': { en: 'no such key file', zh: '密钥文件不存在' },
  'key.bad-random': { en: 'the random source gives no usable numbers', zh: '随机数源不可用' },
  'key.not-active': { en: 'this key is not active yet', zh: '密钥尚未启用' },
  'key.verify-only': {
    en: 'this key only verifies what was issued before; issue with the newest version',
    zh: '该密钥仅供验证，请使用新版本密钥发行',
  },
  'key.destroyed': { en: 'this key was destroyed', zh: '密钥已销毁' },
  'key.bad-transition': { en: 'a key cannot go from this state to that', zh: '密钥状态变更不允许' },
  'key.four-eyes': {
    en: 'this takes two people with different names',
    zh: '须由两名不同人员共同办理',
  },
  'key.bad-component': { en: 'these components make no safe key', zh: '密钥分量不符合要求' },
  'key.window-closed': { en: 'the window of this key service is closed', zh: '密钥服务窗口已关闭' },
  'key.hsm-no-library': {
    en: 'no PKCS#11 library: install softhsm2, or name the library',
    zh: '未找到 PKCS#11 库：请安装 softhsm2 或指定库路径',
  },
  'key.hsm-no-token': {
    en: 'no such token: initialise it, or correct its label',
    zh: '找不到该令牌：请初始化或检查标签',
  },
  'key.hsm-wrong-pin': {
    en: 'wrong PIN: stop and ask the officer of this token before the next try',
    zh: '口令（PIN）错误：请先向令牌管理员确认，勿再尝试',
  },
  'key.hsm-pin-locked': {
    en: 'the PIN is locked: the security officer sets a new one',
    zh: '口令（PIN）已锁定：须由安全员重置',
  },
  'key.hsm-sensitive': { en: 'this key never leaves its token', zh: '密钥不可导出令牌' },
  'key.hsm-bad-handle': {
    en: 'the token does not know this object or session',
    zh: '令牌不认识该对象或会话',
  },
  'key.hsm-no-mechanism': {
    en: 'the token has no such mechanism: keep this key in the software store',
    zh: '令牌不支持该算法：请使用软件密钥库',
  },
  'key.hsm-busy': {
    en: 'the library is in use by this process already: close that store first',
    zh: '本进程已在使用该库：请先关闭',
  },
  'key.hsm-gone': {
    en: 'the token does not answer: check its connection, then open it again',
    zh: '令牌无响应：请检查连接后重新打开',
  },
  'key.hsm-fault': { en: 'the token reported a fault', zh: '令牌报告故障' },
} as const satisfies ErrorTable

export type CryptoErrorCode = keyof typeof cryptoErrors
