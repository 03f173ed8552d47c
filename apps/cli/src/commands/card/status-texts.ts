import type { Text } from './text.ts'

/** Meaning of status words of card and PSAM (reference card 4.2). */
const STATUS_TEXTS: Readonly<Record<number, Text>> = {
  0x9000: { en: 'done', zh: '成功' },
  0x6581: { en: 'memory failure', zh: '存储器故障' },
  0x6700: { en: 'wrong length', zh: '长度错误' },
  0x6901: { en: 'not acceptable in this state', zh: '当前状态不接受此命令' },
  0x6981: { en: 'not possible with this kind of file', zh: '文件类型不符' },
  0x6982: { en: 'security conditions not met', zh: '安全状态不满足' },
  0x6983: { en: 'blocked after too many tries', zh: '认证方法已锁定' },
  0x6984: { en: 'no challenge was asked for', zh: '未取随机数' },
  0x6985: { en: 'conditions of use not met', zh: '使用条件不满足' },
  0x6988: { en: 'secure-messaging code is wrong', zh: '安全报文数据不正确' },
  0x6a80: { en: 'wrong data', zh: '数据域不正确' },
  0x6a81: { en: 'application locked', zh: '应用已锁定' },
  0x6a82: { en: 'no such file or application', zh: '未找到文件或应用' },
  0x6a83: { en: 'no such record', zh: '未找到记录' },
  0x6a84: { en: 'not enough space', zh: '空间不足' },
  0x6a86: { en: 'wrong parameters', zh: '参数 P1 P2 不正确' },
  0x6a88: { en: 'key or data not found', zh: '未找到密钥或数据' },
  0x6b00: { en: 'offset behind the end', zh: '偏移超出文件' },
  0x6d00: { en: 'unknown instruction', zh: '不支持的命令' },
  0x6e00: { en: 'unknown class', zh: '不支持的类别' },
  0x9302: { en: 'MAC wrong', zh: 'MAC 无效' },
  0x9303: { en: 'application locked for ever', zh: '应用永久锁定' },
  0x9401: { en: 'not enough money', zh: '余额不足' },
  0x9402: { en: 'counter at its maximum', zh: '交易计数器达到最大值' },
  0x9403: { en: 'key index not supported', zh: '密钥索引不支持' },
  0x9406: { en: 'no proof of this transaction', zh: '无此交易的认证码' },
  0x9407: { en: 'composite record locked', zh: '复合记录已锁定' },
  0x9408: { en: 'grey-locked', zh: '灰锁' },
}

/** What a status word says; families such as 61xx by their first byte. */
export function statusText(sw: number): Text {
  const known = STATUS_TEXTS[sw]
  if (known) return known
  const low = sw & 0xff
  if (sw >> 8 === 0x61) return { en: `${low} more bytes wait`, zh: `还有 ${low} 字节待取` }
  if (sw >> 8 === 0x6c) return { en: `ask for ${low} bytes`, zh: `应取 ${low} 字节` }
  if (sw >> 4 === 0x63c) {
    const tries = low & 0x0f
    return { en: `wrong, ${tries} tries left`, zh: `错误，剩余 ${tries} 次` }
  }
  return { en: 'a status word that this reader does not know', zh: '未知状态字' }
}
