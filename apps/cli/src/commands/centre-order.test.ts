import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, type Mock, vi } from 'vitest'
import { orderCentre } from './centre-order.ts'
import { type Program, startProgram } from './clear/program.fixture.ts'
import { writeSmallNetwork } from './small-network.fixture.ts'

const printed: Mock<typeof process.stdout.write> = vi.spyOn(process.stdout, 'write')
afterEach(() => printed.mockReset())

let folder: string
let config: string
let centre: Program
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unifare-order-'))
  config = await writeConfig('network.json')
  centre = startProgram(['centre', 'serve', '--config', config])
  await centre.line('ready')
})
afterAll(async () => {
  await centre.kill()
  await rm(folder, { recursive: true })
})

/** A network whose parties stand at an address of their own, with its data in one folder. */
async function writeConfig(name: string): Promise<string> {
  const file = join(folder, name)
  await writeSmallNetwork(file, { seed: 'ordered', controlToken: 'a token of this test alone' })
  return file
}

const ordered = async (order: object): Promise<unknown> => {
  printed.mockReset().mockReturnValue(true)
  const at = '2026-11-23T09:00:00+08:00'
  expect(await orderCentre(JSON.stringify(order), { config, at })).toBe(0)
  return JSON.parse(printed.mock.calls.join(''))
}

it('a second centre on the same folder is refused before it touches anything', async () => {
  const second = startProgram(['centre', 'serve', '--config', await writeConfig('second.json')])
  expect(await second.told()).toMatch(
    /another process writes in .*00000156: .* \[storage\.in-use\] · 目录/,
  )
})

describe('unifare centre order', () => {
  it('closes a day and takes its window through its states, with two people for giving it up', async () => {
    const staff = { day: '2026-11-20', role: 'settler', by: 'Li' }
    expect(await ordered({ do: 'close-day', day: '2026-11-20' })).toMatchObject({ charges: 0 })
    expect(await ordered({ do: 'close-window', ...staff })).toMatchObject({ state: 'CLOSED' })
    const abort = { do: 'abort-window', ...staff }
    await expect(ordered(abort)).rejects.toMatchObject({ code: 'window.needs-approval' })
    expect(await ordered({ ...abort, approvedBy: 'Wang' })).toMatchObject({
      window: 'W20261120-1',
      state: 'ABORTED',
      replacedBy: 'W20261120-2',
    })
    await ordered({ do: 'close-window', ...staff })
    expect(await ordered({ do: 'instruct-window', ...staff })).toMatchObject({ state: 'PENDING' })
    const confirm = { do: 'confirm-window', ...staff, role: 'bank' }
    await expect(ordered(confirm)).rejects.toThrow('the order needs bookedOn')
    await expect(ordered({ ...confirm, bookedOn: '2026-11-20' })).rejects.toMatchObject({
      code: 'window.too-early',
    })
    expect(await ordered({ ...confirm, bookedOn: '2026-11-23' })).toMatchObject({
      window: 'W20261120-2',
      state: 'SETTLED',
    })
  })

  it('reads an order from a file, and says what is wrong with one', async () => {
    printed.mockReturnValue(true)
    const file = join(folder, 'order.json')
    await writeFile(file, '{"do": "close-day", "day": "2026-11-20"}')
    await expect(orderCentre(file, { config })).rejects.toMatchObject({ code: 'centre.day-closed' })
    await expect(orderCentre('{"day": 1}', { config })).rejects.toMatchObject({
      code: 'message.malformed',
    })
    await expect(orderCentre('{do}', { config })).rejects.toMatchObject({
      code: 'message.malformed',
    })
  })
})
