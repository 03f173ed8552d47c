export { buildGate } from './build.ts'
