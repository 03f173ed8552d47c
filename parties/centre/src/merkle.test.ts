import { concat, fromHex, toHex } from '@unifare/core'
import { sha256 } from '@unifare/crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leafHash, merkleProof, merkleRoot, rootOfProof } from './merkle.ts'

/** Leaves and roots of the Certificate Transparency test tree (RFC 6962 and 9162, section 2.1). */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696A6B6C6D6E6F',
].map((hex) => leafHash(fromHex(hex)))
const ROOTS = [
  'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855',
  '6E340B9CFFB37A989CA544E6BB780A2C78901D3FB33738768511A30617AFA01D',
  'FAC54203E7CC696CF0DFCB42C92A1D9DBAF70AD9E621F4BD8D98662F00E3C125',
  'AEB6BCFE274B70A14FB067A5E5578264DB0FA9B51AF5E0BA159158F329E06E77',
  'D37EE418976DD95753C1C73862B9398FA2A2CF9B4FF0FDFE8B30CD95209614B7',
  '4E3BBB1F7B478DCFE71FB631631519A3BCA12C9AEFCA1612BFCE4C13A86264D4',
  '76E67DADBCDF1E10E1B74DDC608ABD2F98DFB16FBCE75277B5232A127F2087EF',
  'DDB89BE403809E325750D3D263CD78929C2942B7942A34B77E122C9594A74C8C',
  '5DC9DA79A70659A9AD559CB701DED9A2AB9D823AAD2F4960CFE370EFF4604328',
]

describe('the published tree', () => {
  test.each(ROOTS.map((root, size) => [size, root] as const))('of %i leaves', (size, root) => {
    expect(toHex(merkleRoot(LEAVES.slice(0, size)))).toBe(root)
  })

  test('proof of leaf 5 of 8: neighbours from the leaf up', () => {
    const steps = merkleProof(LEAVES, 5)
    expect(steps.map(({ side }) => side)).toEqual(['left', 'right', 'left'])
    expect(toHex(steps[2]?.hash ?? new Uint8Array())).toBe(ROOTS[4])
  })
})

const leaves = fc
  .array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 70 })
  .map((contents) => contents.map(leafHash))

test('the tree is the one that RFC 9162 splits from the top', () => {
  fc.assert(
    fc.property(leaves, (hashes) => {
      expect(merkleRoot(hashes)).toEqual(split(hashes))
    }),
  )
})

test('the proof of every leaf leads to the root, and another leaf does not', () => {
  fc.assert(
    fc.property(leaves, (hashes) => {
      const root = merkleRoot(hashes)
      hashes.forEach((leaf, index) => {
        const steps = merkleProof(hashes, index)
        expect(rootOfProof(leaf, steps)).toEqual(root)
        expect(rootOfProof(leafHash(leaf), steps)).not.toEqual(root)
        expect(steps.length).toBeLessThanOrEqual(Math.ceil(Math.log2(hashes.length)))
      })
    }),
    { numRuns: 30 },
  )
})

test('a leaf is no node: the two children of a root are not a leaf with the same root', () => {
  const [a = new Uint8Array(), b = new Uint8Array()] = LEAVES
  expect(leafHash(concat(a, b))).not.toEqual(merkleRoot([a, b]))
})

test('a leaf that is not there has no proof', () => {
  expect(() => merkleProof(LEAVES, 8)).toThrow(TypeError)
  expect(() => merkleProof(LEAVES, -1)).toThrow(TypeError)
})

/** MTH of RFC 9162, 2.1.1, word by word. */
function split(hashes: readonly Uint8Array[]): Uint8Array {
  const [only = sha256(new Uint8Array())] = hashes
  if (hashes.length < 2) return only
  const k = 2 ** (Math.ceil(Math.log2(hashes.length)) - 1)
  return sha256(concat(Uint8Array.of(1), split(hashes.slice(0, k)), split(hashes.slice(k))))
}
