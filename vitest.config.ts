import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      '{packages,parties,apps}/*/{src,node}/**/*.test.ts',
      '{twin,bench,tools}/**/*.test.ts',
    ],
    globalSetup: 'tools/pages-setup.ts',
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
