import { createMemoryRepository } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { failing, refused, stateOf } from './failing-repository.fixture.ts'
import { apply, createWorld, openHere, order, textsOf } from './institution.fixture.ts'

describe('faults of the machine', () => {
  test.each([
    ['before anything was journaled', 'before'],
    ['in the commit, behind the sync', 'commit'],
  ] as const)('the database fails %s: no answer, and once when tried again', async (_, moment) => {
    const world = createWorld()
    const repository = failing(world.repository)
    world.repository = repository
    await openHere(world)
    repository.failAt(1, moment)
    await expect(order(world, { do: 'say', text: 'a' })).rejects.toThrow(
      refused('link.unreachable'),
    )
    expect(await order(world, { do: 'say', text: 'a' })).toMatchObject({ place: 0 })
    await order(world, { do: 'say', text: 'b' })
    expect(await textsOf(repository)).toEqual(['a', 'b'])
    const { positions: places } = await stateOf(repository)
    expect(places[0]?.value).toBe(2)
  })

  test('killed between sync and applying: applied when it opens again', async () => {
    const world = createWorld()
    const repository = failing(world.repository)
    world.repository = repository
    await openHere(world)
    await order(world, { do: 'say', text: 'a' })
    repository.failAt(1, 'commit')
    await expect(order(world, { do: 'say', text: 'b' })).rejects.toThrow(
      refused('link.unreachable'),
    )
    expect(await textsOf(repository)).toEqual(['a'])
    world.storage.crash()
    await openHere(world)
    expect(await textsOf(repository)).toEqual(['a', 'b'])
    expect(await order(world, { do: 'say', text: 'b' })).toMatchObject({ place: 1 })
  })

  test('a bug stops the intake until it is mended: nothing is lost, nothing is refused', async () => {
    const world = createWorld()
    await openHere(world)
    await order(world, { do: 'say', text: 'a' })
    await expect(order(world, { do: 'break', text: 'b' })).rejects.toThrow(
      refused('link.unreachable'),
    )
    await expect(order(world, { do: 'say', text: 'c' })).rejects.toThrow(
      refused('link.unreachable'),
    )
    await expect(openHere(world)).rejects.toThrow(TypeError)
    await openHere(world, { apply: async (tx, input) => apply(tx, input).catch(() => 'mended') })
    expect(await order(world, { do: 'break', text: 'b' })).toBe('mended')
    await order(world, { do: 'say', text: 'c' })
    expect(await textsOf(world.repository)).toEqual(['a', 'b', 'c'])
  })
})

describe('the journal is the truth', () => {
  test('an empty repository rebuilt from it equals the old one', async () => {
    const world = createWorld()
    const here = await openHere(world)
    for (let i = 0; i < 20; i++) {
      await world.clock.advance(137)
      await order(world, { do: i % 5 === 4 ? 'refuse' : 'say', text: `text ${i}` }).catch(() => 0)
      if (i % 3 === 0) await order(world, { do: 'say', text: 'again and again' })
      if (i % 7 === 0) await here.command({ do: 'say', text: 'staff' })
    }
    const before = await stateOf(world.repository)
    expect(before.said.length).toBe(20)
    world.storage.crash()
    world.repository = createMemoryRepository()
    await world.clock.advance(1_000_000)
    await openHere(world)
    expect(await stateOf(world.repository)).toEqual(before)
  })
})

describe('state of another journal', () => {
  test('is not opened: a database must not be ahead of the journal', async () => {
    const world = createWorld()
    const here = await openHere(world)
    await here.command({ do: 'say', text: 'hello' })
    const elsewhere = createWorld()
    elsewhere.repository = world.repository
    await expect(openHere(elsewhere)).rejects.toThrow(refused('institution.state-ahead'))
  })

  test('nor one whose tables hold something else; an empty one is filled from the journal', async () => {
    const world = createWorld()
    const here = await openHere(world)
    await here.command({ do: 'say', text: 'hello' })
    const older = world.repository
    await expect(openHere(world, { stateForm: 2 })).rejects.toThrow(
      refused('institution.other-form'),
    )
    world.repository = createMemoryRepository()
    await openHere(world, { stateForm: 2 })
    expect(await textsOf(world.repository)).toEqual(['hello'])
    await openHere(world, { stateForm: 2 })
    await expect(openHere(world)).rejects.toThrow(refused('institution.other-form'))
    world.repository = older
    await openHere(world)
  })
})
