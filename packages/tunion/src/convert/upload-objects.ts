import { defineObjects } from './object-table.ts'

/** What the TLV field of an upload line tells of a record beside the fixed fields (ours). */
export const uploadObjects = defineObjects([
  { tag: 0xdf01, required: true, fields: { kind: [0, 'u8'] } },
  { tag: 0xdf02, required: true, fields: { mac2: [0, 'bytes', 4] } },
  { tag: 0xdf03, required: true, fields: { issuerId: [0, 'hex', 8] } },
  { tag: 0xdf04, required: true, fields: { city: [0, 'digits', 2] } },
  /** When the record was made, if that is not the card's own time: a debit recovered later. */
  { tag: 0xdf05, required: false, fields: { recordedAt: [0, 'u48'] } },
  { tag: 0xdf06, required: false, fields: { timeQuality: [0, 'u8'] } },
  { tag: 0xdf07, required: false, fields: { line: [0, 'u16'] } },
  { tag: 0xdf08, required: false, fields: { station: [0, 'u16'] } },
  { tag: 0xdf09, required: false, fields: { vehicle: [0, 'ascii', 8] } },
  { tag: 0xdf0a, required: false, fields: { flags: [0, 'u8'] } },
  { tag: 0xdf0b, required: false, fields: { reason: [0, 'u16'] } },
  { tag: 0xdf0c, required: false, fields: { refersTo: [0, 'u32'] } },
  { tag: 0xdf0d, required: false, fields: { tariffVersion: [0, 'u32'] } },
  {
    tag: 0xdf0e,
    required: false,
    fields: {
      entryCity: [0, 'digits', 2],
      entryLine: [2, 'u16'],
      entryStation: [4, 'u16'],
      entryAt: [6, 'u48'],
    },
  },
  { tag: 0xdf0f, required: false, fields: { distanceM: [0, 'u32'] } },
  { tag: 0xdf10, required: false, fields: { durationS: [0, 'u32'] } },
  /** Scheme, use, index, version and algorithm of the head, if the evidence tells them otherwise. */
  { tag: 0xdf11, required: false, fields: { otherKey: [0, 'u8'], key: [1, 'bytes', 5] } },
])
