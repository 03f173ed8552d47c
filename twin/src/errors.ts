import type { ErrorTable } from '@unifare/core'

/** Codes of the twin: network files, and orders between the driver of a day and its parties. */
export const twinErrors = {
  'network-file.not-json': { en: 'the network file is not JSON', zh: '网络文件不是 JSON' },
  'network-file.unreadable': { en: 'the network file cannot be read', zh: '无法读取网络文件' },
  'network-file.bad-field': { en: 'a field of the network file is wrong', zh: '网络文件字段错误' },
  'network-file.unknown-id': {
    en: 'the id takes no part in this network',
    zh: '该机构不在此网络中',
  },
  'network-file.no-address': {
    en: 'the network file names no address for this party',
    zh: '网络文件未给出该参与方的地址',
  },
  'control.refused': { en: 'the control token is wrong', zh: '控制令牌错误' },
  'control.unknown': { en: 'no such party or order here', zh: '此处无该参与方或指令' },
  'control.malformed': { en: 'the order lacks a field', zh: '指令字段缺失' },
  'control.unreachable': { en: 'a party of the network does not answer', zh: '参与方无应答' },
  'control.fault': { en: 'a party failed while it carried an order out', zh: '参与方执行指令失败' },
  'national.day-exists': { en: 'the folder has a generated day', zh: '该目录中已有生成的数据' },
  'national.foreign-folder': {
    en: 'the folder holds something else than a generated day',
    zh: '该目录中有其他文件',
  },
  'national.damaged-day': {
    en: 'what the folder tells of its day cannot be read',
    zh: '该目录中数据的说明文件已损坏',
  },
  'national.no-day': { en: 'there is no generated day', zh: '没有已生成的数据' },
  'twin.bad-plan': { en: 'no day can be made of this plan', zh: '无法按该计划生成一天的数据' },
  'twin.no-centre': { en: 'the membership has no clearing centre', zh: '成员中没有清分中心' },
  'twin.unknown-party': {
    en: 'the party takes no part in this network',
    zh: '该参与方不在此网络中',
  },
} as const satisfies ErrorTable
