import { createSeededRandom } from '@unifare/core'
import { expect, it } from 'vitest'
import { openFrameReader } from './frame-reader.ts'
import { codeFrame, emptyFrame } from './luma-frame.ts'
import { FLAWS, phonePicture } from './phone-picture.ts'

const random = createSeededRandom('phone pictures')
const code = Uint8Array.from([0x80, ...random.bytes(331)])

it('the page reads exactly the bytes of a clean code at every level, and nothing where there is none', async () => {
  const read = await openFrameReader()
  for (const level of ['L', 'M', 'Q', 'H'] as const) {
    expect(await read(codeFrame(code, { level }))).toEqual(code)
    expect(await read(phonePicture(code, { level, flaw: 'none', random }))).toEqual(code)
  }
  expect(await read(emptyFrame())).toBeUndefined()
})

it('what is read from a flawed picture is the code or nothing, and mostly the code', async () => {
  const read = await openFrameReader()
  for (const flaw of FLAWS) {
    const answers = []
    for (let i = 0; i < 4; i += 1) {
      answers.push(await read(phonePicture(code, { level: 'M', flaw, random })))
    }
    const good = answers.filter((answer) => answer !== undefined)
    expect(good.every((answer) => Buffer.from(answer).equals(code))).toBe(true)
    expect({ flaw, read: good.length > 0 }).toEqual({ flaw, read: true })
  }
})
