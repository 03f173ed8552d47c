import type { ErrorTable } from '@unifare/core'

/** Why there is no proof, or why one proves nothing. */
export const proofErrors = {
  'proof.bad-name': { en: 'not a name of what can be proved', zh: '名称格式不正确' },
  'proof.not-found': { en: 'no closed day holds it', zh: '已关账的各日中没有此项' },
  'proof.no-key': { en: 'the public key of the centre is not told', zh: '未提供清分中心公钥' },
  'proof.unreadable': { en: 'the file cannot be read', zh: '文件无法读取' },
  'proof.malformed': {
    en: 'not a proof, or a proof that was changed',
    zh: '不是证明文件或已被改动',
  },
  'proof.no-row': { en: 'the line does not hold what is said', zh: '该行不含所称内容' },
  'proof.wrong-root': { en: 'the path does not lead to the root of the day', zh: '路径与日根不符' },
  'proof.wrong-signature': { en: 'the root was not signed with this key', zh: '日根签名验证失败' },
  'proof.wrong-text': { en: 'the words do not say what the line says', zh: '说明文字与该行不符' },
} as const satisfies ErrorTable

export type ProofFault = Extract<
  keyof typeof proofErrors,
  | 'proof.malformed'
  | 'proof.no-row'
  | 'proof.wrong-root'
  | 'proof.wrong-signature'
  | 'proof.wrong-text'
>
